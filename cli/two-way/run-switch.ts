import { createInterface } from 'node:readline/promises';
import type { SwitchRequest } from '../../lambda/two-way-control/steps/request';
import type { SwitchAction } from '../../lib/two-way/switch/switch-run';
import type { SwitchOptions } from '../commands/switch-options';
import { EXIT_DONE, EXIT_FINDING, UsageError } from '../errors';
import { notice, print, printJson } from '../output/print';
import { paintFor } from '../output/style';
import { newRunId } from './local/guardian';
import { switchHere, type StepListener } from './local/switch';
import { gateLines, planLines, stepLine } from './output/switch-lines';
import { sentenceOf, switchReport, type SwitchReport } from './output/switch-report';
import { originOf } from './output/status-report';
import { whereOf, type Where } from './where';
import { World } from './world';
import type { SiteMap } from '../../lambda/two-way-control/ports';
import { answerApproval } from './aws/approval';
import { mapOf, replicationOf } from './aws/replication';
import { switchThere } from './aws/switch';

export type SwitchCommand = 'switch' | 'reverse' | 'complete';

/** Runs `dms switch`, `dms reverse` and `dms complete`. */
export async function runSwitch(command: SwitchCommand, options: SwitchOptions): Promise<void> {
  const where = whereOf(options);
  refuseContradictions(command, options, where);
  const { json = false, approve, reject, recover = false } = options;
  if (approve !== undefined || reject !== undefined) {
    const answer = await answerApproval(approve, reject);
    if (json) printJson(answer);
    else print(answer.approved ? 'Approved: the switch goes on.' : 'Rejected: nothing is switched.');
    return;
  }
  const action: SwitchAction = command === 'complete' ? 'complete' : recover ? 'recover' : 'switch';
  const report = await reportOf(command, action, options, where);
  if (json) printJson(report);
  else describe(report, action, where);
  process.exitCode = ['completed', 'planned'].includes(report.outcome) ? EXIT_DONE : EXIT_FINDING;
}

async function reportOf(
  command: SwitchCommand, action: SwitchAction, options: SwitchOptions, where: Where,
): Promise<SwitchReport> {
  let { to } = options;
  if (command === 'reverse') {
    const back = await wayBack(where);
    if (back === undefined) {
      const failure = { Error: 'SwitchRefused', Cause: 'there is nothing to reverse: the site that is written to was not switched to' };
      return switchReport('Refused', { action, failure }, [], where.text);
    }
    to = back;
  }
  if (command === 'complete' && options.dryRun !== true) await confirm(options.yes ?? false, where);
  const request: SwitchRequest = {
    id: newRunId(command === 'switch' ? action : command), action,
    ...(to === undefined ? {} : { to }),
    ...(options.dryRun === true ? { dryRun: true } : {}),
    ...(options.pauseLimit === undefined ? {} : { pauseLimitSeconds: options.pauseLimit }),
  };
  const paint = paintFor(process.stderr);
  const onStep: StepListener = (step, seconds, run, failure) => notice(stepLine(step, seconds, run, failure, paint));
  return where.kind === 'local'
    ? switchHere(new World(where.folder), request, where.text, { onStep })
    : switchThere(await replicationOf(where), request, where.text, { onStep, tell: notice });
}

/** The map of a replication, wherever it is. */
const mapIn = async (where: Where): Promise<SiteMap> =>
  (where.kind === 'local' ? (await opened(where.folder)).map : mapOf(await replicationOf(where)));

async function opened(folder: string): Promise<World> {
  const world = new World(folder);
  await world.pair();
  return world;
}

async function wayBack(where: Where): Promise<string | undefined> {
  const map = await mapIn(where);
  const [authority, history] = await Promise.all([map.authority(), map.history(20)]);
  return authority === undefined ? undefined : originOf(authority, history);
}

/** What cannot be undone is not done by a slip of the hand. */
async function confirm(yes: boolean, where: Where): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw new UsageError('complete ends the replication for good and there is nobody to ask: look at --dry-run, then give --yes');
  }
  const active = (await (await mapIn(where)).authority())?.activeSite;
  if (active === undefined) throw new UsageError('the site map is empty: there is nothing to complete');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await terminal.question(`${active} will be the only site, and there is no way back. Type its name to go on: `);
    if (typed.trim() !== active) throw new UsageError(`that is not ${active}: nothing was done`);
  } finally {
    terminal.close();
  }
}

function describe(report: SwitchReport, action: SwitchAction, where: Where): void {
  const paint = paintFor(process.stdout);
  const { gates, plan, nextSteps, outcome } = report;
  const showsGates = outcome === 'planned' || outcome === 'refused';
  print([
    ...(plan === undefined ? [] : [paint('bold', 'Plan'), ...planLines(plan), '']),
    ...(showsGates && gates.length > 0 ? [paint('bold', 'Gates'), ...gateLines(gates, paint), ''] : []),
    paint(outcome === 'completed' || outcome === 'planned' ? 'green' : 'red', sentenceOf(report, action)),
    ...nextSteps.map((command) => `next: ${command}`),
    ...(where.kind === 'local' || outcome !== 'failed' ? [] : ['The log of the functions has the details.']),
  ].join('\n'));
}

function refuseContradictions(command: SwitchCommand, options: SwitchOptions, where: Where): void {
  const { approve, reject, recover, dryRun, to } = options;
  if (approve !== undefined && reject !== undefined) throw new UsageError('--approve and --reject: choose one');
  if ((approve !== undefined || reject !== undefined) && where.kind === 'local') {
    throw new UsageError('--approve and --reject answer a switch on AWS: on this machine nobody is asked');
  }
  if (recover && dryRun) throw new UsageError('--recover has no --dry-run: `dms status` shows what it finds');
  if (recover && to !== undefined) throw new UsageError('--recover ends the switch that was begun: leave --to out');
  if (command !== 'switch' && to !== undefined) throw new UsageError(`--to is for dms switch: dms ${command} knows its site`);
}
