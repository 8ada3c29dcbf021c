import type { Gate, Leg, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { GateLimits } from '../../../lib/two-way/two-way-api';
import type { ControlContext, LegStatus, LegValidation } from '../ports';
import { ownAuthority } from './own-run';

export const legOf = ({ from, to }: SwitchRun): Leg => ({ from, to });
export const returnLegOf = ({ from, to }: SwitchRun): Leg => ({ from: to, to: from });
export const nameOf = ({ from, to }: Leg): string => `leg ${from} → ${to}`;

/** Looks at both legs. The gates say what was found; whether all of them hold is for the last check to say. */
export async function checkReplication(run: SwitchRun, context: ControlContext): Promise<SwitchRun> {
  if (!run.dryRun) await ownAuthority(run, context.map, ['checking']);
  const gates = run.action === 'complete' ? await gatesOfCompletion(run, context) : await gatesOfSwitch(run, context);
  return { ...run, gates: [...run.gates, ...gates] };
}

async function gatesOfSwitch(run: SwitchRun, { legs, configuration, now }: ControlContext): Promise<Gate[]> {
  const { gates: limits } = configuration;
  const [leg, back] = [legOf(run), returnLegOf(run)];
  const backStatus = await legs.status(back);
  const runsBack = carriesBack(run, backStatus);
  const running = runsBack ? [leg, back] : [leg];
  const found = await Promise.all(running.map(async (each) => [
    ...runningGates(each, await legs.status(each), limits),
    ...validationGates(each, await legs.validation(each), limits, now()),
  ]));
  const idle = runsBack ? [] : [idleGate(back, backStatus, await legs.prepare?.(back))];
  return [...found.flat(), ...idle];
}

/**
 * Whether the way back has to run already. In the hot mode it does from the first switch on: before, it has no position
 * to start at, and at one that no switch has captured it would carry the load back.
 */
export const carriesBack = ({ mode }: SwitchRun, { state }: LegStatus): boolean =>
  mode === 'hot' && state !== 'never-started';

/** What stops for good may be in any state: it is only said. */
async function gatesOfCompletion(run: SwitchRun, { legs }: ControlContext): Promise<Gate[]> {
  const both = [legOf(run), returnLegOf(run)];
  const states = await Promise.all(both.map(async (leg) => `${nameOf(leg)} is ${(await legs.status(leg)).state}`));
  return [{ id: 'legs', holds: true, reason: `${states.join(', ')}: both end, and cannot be resumed afterwards` }];
}

/** The gates of a leg that has to carry the changes. */
export function runningGates(leg: Leg, { state, loaded, lagSeconds, reason }: LegStatus, limits: GateLimits): Gate[] {
  const name = nameOf(leg);
  const said = reason === undefined ? '' : ` (${reason})`;
  const lagHolds = lagSeconds !== undefined && lagSeconds <= limits.maxLagSeconds;
  return [
    {
      id: 'leg', site: leg.to, holds: state === 'running',
      reason: state === 'running' ? `${name} is running` : `${name} is ${state}${said}: it has to run; mend and resume it`,
    },
    {
      id: 'loaded', site: leg.to, holds: loaded,
      reason: loaded ? `${name} has loaded its tables` : `${name} has not loaded all of its tables: wait until it has`,
    },
    {
      id: 'lag', site: leg.to, holds: lagHolds,
      reason: lagSeconds === undefined
        ? `nobody has measured the lag of ${name} lately: see that it runs, and wait for its next measurement`
        : `${name} is ${lagSeconds} s behind; allowed: ${limits.maxLagSeconds} s${lagHolds ? '' : ': wait, or find what holds it up'}`,
    },
  ];
}

/**
 * A leg that the switch is going to start: in the prepared mode it must not run before.
 *
 * @param obstacle what is in the way of its start
 */
export function idleGate(leg: Leg, { state, reason }: LegStatus, obstacle?: string): Gate {
  const isIdle = state === 'never-started' || state === 'stopped';
  if (isIdle && obstacle !== undefined) {
    return { id: 'return-leg', site: leg.to, holds: false, reason: `${nameOf(leg)} cannot be started yet: ${obstacle}` };
  }
  const holds = isIdle;
  const said = reason === undefined || holds ? '' : ` (${reason})`;
  const advice = state === 'failed'
    ? 'the switch has to start it: mend it first'
    : 'with the mode prepared only one leg runs: stop it and wait until it has';
  return { id: 'return-leg', site: leg.to, holds, reason: `${nameOf(leg)} is ${state}${said}${holds ? '' : `: ${advice}`}` };
}

/** What a validation that goes on all the time says; and tables that do not arrive at all, with or without one. */
export function validationGates(leg: Leg, validation: LegValidation, limits: GateLimits, now: Date): Gate[] {
  const name = nameOf(leg);
  const { tablesInError: inError } = validation;
  const tables: Gate = {
    id: 'tables', site: leg.to, holds: inError.length === 0,
    reason: inError.length === 0
      ? `${name} replicates all of its tables`
      : `${name} does not replicate ${listOf(inError)}: mend and reload ${inError.length === 1 ? 'it' : 'them'}`,
  };
  if (limits.maxValidationAgeHours === 0) return [tables];
  const problem = validationProblem(validation, limits.maxValidationAgeHours, now);
  return [tables, {
    id: 'validation', site: leg.to, holds: problem === undefined,
    reason: problem === undefined
      ? `${name} was validated at ${validation.asOf}, and no record differs`
      : `${name} ${problem}`,
  }];
}

function validationProblem(validation: LegValidation, maxAgeHours: number, now: Date): string | undefined {
  const { enabled, failedRecords: failed, suspendedRecords: suspended, asOf } = validation;
  if (!enabled) return 'does not validate all of its tables: switch validation on, or ask for none with maxValidationAge 0';
  if (failed > 0) return `has ${failed} records that differ: look at awsdms_validation_failures_v1 on its target and repair them`;
  if (suspended > 0) return `could not compare ${suspended} records, which change too often: validate again when there is less to do`;
  if (asOf === undefined) return 'has not validated its tables yet: wait until it has';
  const hours = (now.getTime() - Date.parse(asOf)) / 3_600_000;
  if (hours > maxAgeHours) return `was validated last at ${asOf}; allowed: ${maxAgeHours} hours ago: validate again`;
  return undefined;
}

/** A message is no place for a thousand tables. */
export const listOf = (names: readonly string[]): string =>
  (names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`);
