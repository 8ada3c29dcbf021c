import type { Leg, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { ControlContext, LegStatus } from '../ports';
import { carriesBack, legOf, nameOf, returnLegOf } from './check-replication';
import { LegFailed } from './errors';
import { ownAuthority } from './own-run';
import { polled } from './pause';

/** Prepared: stops the leg that has carried everything. Hot: it stays, and is seen to run. */
export async function stopLeg(run: SwitchRun, context: ControlContext): Promise<SwitchRun> {
  await ownAuthority(run, context.map, ['switching']);
  return run.mode === 'hot' ? seeRunning(legOf(run), run, context) : stop(legOf(run), run, context);
}

/** Starts the way back from the position that was captured. Hot: only once, later it is there and is seen to run. */
export async function startReturnLeg(run: SwitchRun, context: ControlContext): Promise<SwitchRun> {
  await ownAuthority(run, context.map, ['switching']);
  const leg = returnLegOf(run);
  return carriesBack(run, await context.legs.status(leg)) ? seeRunning(leg, run, context) : start(leg, run, context);
}

async function stop(leg: Leg, run: SwitchRun, { legs, now }: ControlContext): Promise<SwitchRun> {
  const status = await legs.status(leg);
  // A leg that failed could not be resumed with certainty, and it is what the way back after the next switch needs.
  if (status.state === 'failed' || status.state === 'never-started') throw failed(leg, status);
  if (status.state === 'running') await legs.stop(leg);
  return polled(run, now(), status.state === 'stopped' ? undefined : waiting(leg, 'the stop', status));
}

async function start(leg: Leg, run: SwitchRun, { legs, now }: ControlContext): Promise<SwitchRun> {
  const status = await legs.status(leg);
  if (status.state === 'failed') throw failed(leg, status);
  if (status.state === 'stopped' || status.state === 'never-started') await legs.start(leg, run.position);
  return polled(run, now(), status.state === 'running' ? undefined : waiting(leg, 'the start', status));
}

async function seeRunning(leg: Leg, run: SwitchRun, { legs, now }: ControlContext): Promise<SwitchRun> {
  const status = await legs.status(leg);
  if (status.state === 'running') return { ...run, done: true };
  if (status.state === 'starting') return polled(run, now(), waiting(leg, 'the start', status));
  throw failed(leg, status);
}

const waiting = (leg: Leg, what: string, { state, reason }: LegStatus): string =>
  `${what} of ${nameOf(leg)}, which is ${state}${reason === undefined ? '' : ` (${reason})`}`;

export const failed = (leg: Leg, { state, reason }: LegStatus): LegFailed =>
  new LegFailed(`${nameOf(leg)} is ${state}${reason === undefined ? '' : ` (${reason})`}: mend it, then try again`);
