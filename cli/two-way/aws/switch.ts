import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand, GetExecutionHistoryCommand, type HistoryEvent, SFNClient, StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { SwitchRequest } from '../../../lambda/two-way-control/steps/request';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { messageOf, UsageError } from '../../errors';
import type { StepListener } from '../local/switch';
import { plannedSteps } from '../output/step-words';
import { switchReport, type SwitchReport, type TakenStep } from '../output/switch-report';
import { executionSoFar, type ExecutionSoFar, messageIn } from './history';
import type { AwsReplication } from './replication';

export interface FollowOptions {
  readonly onStep: StepListener;
  readonly tell: (text: string) => void;
}

const LOOK_MS = 1_000;

/** Starts the state machine of a switch and follows it. Ctrl-C ends the following only. */
export async function switchThere(
  { stateMachineArn }: AwsReplication, { id, ...request }: SwitchRequest, where: string, options: FollowOptions,
): Promise<SwitchReport> {
  if (stateMachineArn === undefined) {
    throw new UsageError('the state machine is not known: give --stack NAME, or --state-machine ARN');
  }
  const client = new SFNClient();
  try {
    const { executionArn } = await client.send(new StartExecutionCommand({
      stateMachineArn, name: id, input: JSON.stringify(request),
    })).catch((error: unknown) => {
      throw new UsageError(`the switch was not started: ${messageOf(error)}`, { cause: error });
    });
    options.tell(`started ${executionArn ?? id}; Ctrl-C stops following, the switch goes on`);
    return await follow(client, executionArn ?? '', request, where, options);
  } finally {
    client.destroy();
  }
}

async function follow(
  client: SFNClient, executionArn: string, { action }: Pick<SwitchRequest, 'action'>, where: string, { onStep, tell }: FollowOptions,
): Promise<SwitchReport> {
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let shown = 0;
  let waitsSaid = false;
  const show = ({ left, at }: ExecutionSoFar): void => {
    left.slice(shown).forEach(({ step, seconds, run, failure }) => onStep(step, seconds, { from: '', to: '', mode: 'prepared', ...run } as SwitchRun, failure));
    shown = left.length;
    if (at === 'Approve' && !waitsSaid) {
      waitsSaid = true;
      tell('waiting for approval: dms switch --approve TOKEN, with the token of the message');
    }
  };
  try {
    for (;;) {
      // The state first: an execution that has ended gets no more events.
      const { status = 'RUNNING', error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
      const soFar = executionSoFar(await eventsOf(client, executionArn));
      show(soFar);
      const run = { action, ...soFar.run } as SwitchRun;
      if (status !== 'RUNNING') return ended(run, soFar, status, messageIn(cause ?? error ?? status), where);
      if (interrupt.signal.aborted) {
        tell('stopped following: the switch goes on');
        const { steps, ...report } = switchReport('Failed', run, soFar.left.map(taken), where);
        return { ...report, steps, reason: `not followed to its end: ${executionArn} goes on`, nextSteps: [`dms status ${where}`] };
      }
      await sleep(LOOK_MS, undefined, { signal: interrupt.signal }).catch(() => undefined);
    }
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

const taken = ({ step, seconds }: TakenStep): TakenStep => ({ step, seconds });

function ended(
  run: SwitchRun, { outcome = 'Failed', left }: ExecutionSoFar, status: string, cause: string, where: string,
): SwitchReport {
  const steps = left.map(taken);
  const plan = outcome === 'Planned' ? plannedSteps(run) : undefined;
  const isRefusedByGates = outcome === 'Refused' && run.gatesHold === false;
  const failure = isRefusedByGates || outcome === 'Completed' || outcome === 'Planned'
    ? undefined
    : { Error: run.failure?.Error ?? status, Cause: messageIn(run.failure?.Cause ?? cause) };
  return switchReport(outcome, { ...run, failure }, steps, where, plan);
}

async function eventsOf(client: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new GetExecutionHistoryCommand({
      executionArn, nextToken, maxResults: 1000, includeExecutionData: true,
    }));
    events.push(...page.events ?? []);
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return events;
}
