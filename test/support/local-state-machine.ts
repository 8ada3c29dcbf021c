import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import { renderSwitchDefinition } from '../../lib/two-way/switch-definition';
import type { SwitchRun } from '../../lib/two-way/switch/switch-run';
import type { SwitchStep } from '../../lib/two-way/switch/switch-steps';
import type { Perform } from './switch-script';

// The interpreter asks for it; Node.js has it from version 22 on.
const promises = Promise as unknown as { withResolvers?: () => unknown };
promises.withResolvers ??= () => {
  let parts = {};
  const promise = new Promise((resolve, reject) => { parts = { resolve, reject }; });
  return { promise, ...parts };
};

export const FUNCTION = 'arn:aws:lambda:eu-central-1:123456789012:function:control:1';
export const DATABASE_FUNCTION = 'arn:aws:lambda:eu-central-1:123456789012:function:database:1';

export const DEFINITION_OPTIONS = {
  controlFunctionArn: FUNCTION,
  databaseFunctionArn: DATABASE_FUNCTION,
  taskSeconds: 75,
  totalSeconds: 6 * 3600,
  approval: { topicArn: 'arn:aws:sns:eu-central-1:123456789012:approvals', partition: 'aws', seconds: 3600 },
};

/** What an execution has come to. */
export interface Execution {
  readonly outcome: string;
  readonly status: 'SUCCEEDED' | 'FAILED';
  /** Of an execution that failed. */
  readonly cause?: string;
  /** The state in front of the end. */
  readonly run: SwitchRun;
  /** Every state that was entered, in their order. */
  readonly states: readonly string[];
}

/** Runs the rendered definition in an interpreter of the States Language, with waits that take no time. */
export async function execute(
  steps: Readonly<Record<string, SwitchStep>>, input: object, perform: Perform, name = 'run-1',
): Promise<Execution> {
  const definition = JSON.parse(JSON.stringify(renderSwitchDefinition(steps, DEFINITION_OPTIONS))) as Definition;
  const entered: Entered[] = [];
  const names = Object.keys(definition.States);
  const machine = new StateMachine(definition as never, { validationOptions: { noValidate: true } });
  const execution = machine.run(input as never, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(names.map((state) => [state, async (given: unknown) =>
        await handle(state, given as TaskInput, perform) as never])),
      waitTimeOverrides: Object.fromEntries(names.map((state) => [state, 0])),
      retryIntervalOverrides: Object.fromEntries(names.map((state) => [state, 0])),
    },
    context: {
      Execution: { Id: `arn:aws:states:eu-central-1:123456789012:execution:switch:${name}`, Name: name },
      Task: { Token: 'token' },
    },
  });
  let failure: { readonly Error: string; readonly Cause: unknown } | undefined;
  const end = execution.result.catch((error: unknown) => {
    if (!(error instanceof ExecutionError)) throw error;
  });
  for await (const event of execution.eventLogs) {
    if (event.type === 'StateEntered') entered.push(event.state);
    if (event.type === 'ExecutionFailed') failure = event;
  }
  await end;
  const last = entered.at(-1);
  if (last === undefined) throw new Error('The execution has entered no state');
  return {
    status: failure === undefined ? 'SUCCEEDED' : 'FAILED',
    outcome: failure?.Error ?? String((last.input as { outcome?: unknown }).outcome),
    ...(failure === undefined ? {} : { cause: String(failure.Cause) }),
    run: last.input as SwitchRun,
    states: entered.map(({ name: state }) => state),
  };
}

interface Definition {
  readonly States: Readonly<Record<string, unknown>>;
}

interface Entered {
  readonly name: string;
  readonly input: unknown;
}

interface TaskInput {
  readonly step: string;
  readonly run: SwitchRun;
  readonly id: string;
}

async function handle(state: string, { step, run, id }: TaskInput, perform: Perform): Promise<SwitchRun> {
  if (state === 'Approve') return await perform(state, undefined as never);
  if (step !== state) throw new Error(`The task ${state} asks for the step ${step}`);
  return await perform(step, { ...run, id });
}
