import type { ControlContext, Legs, LegStatus, LegValidation } from '../../../lambda/two-way-control/ports';
import type { Authority } from '../../../lib/two-way/switch/site-map';
import type { Leg, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { MemorySiteMap } from '../../support/memory-site-map';

export const NOW = '2026-11-25T12:00:00.000Z';
export const at = (seconds: number): string => new Date(Date.parse(NOW) + seconds * 1000).toISOString();

export const CONFIGURATION: TwoWayConfiguration = {
  mode: 'prepared',
  sites: [
    { name: 'A', engine: 'postgres', schema: 'shop' },
    { name: 'B', engine: 'postgres', schema: 'shop' },
  ],
  tables: ['orders'],
  sequences: { kind: 'interleaved' },
  gates: { maxLagSeconds: 30, maxValidationAgeHours: 24, maxTransactionSeconds: 60, maxSlotBytes: 1e9 },
  pauseLimitSeconds: 60,
  needsApproval: false,
};

export const FORWARD: Leg = { from: 'A', to: 'B' };
export const BACKWARD: Leg = { from: 'B', to: 'A' };

export const RUNNING: LegStatus = { state: 'running', loaded: true, lagSeconds: 2 };
export const STOPPED: LegStatus = { state: 'stopped', loaded: true };
export const VALID: LegValidation = {
  enabled: true, pendingRecords: 0, failedRecords: 0, suspendedRecords: 0, tablesInError: [], asOf: at(-60),
};

const keyOf = ({ from, to }: Leg): string => `${from}→${to}`;

/** Two legs whose states a test sets, and that only note what they are asked for. */
export class ScriptedLegs implements Legs {
  public readonly asked: string[] = [];
  public readonly states = new Map<string, LegStatus>([[keyOf(FORWARD), RUNNING], [keyOf(BACKWARD), STOPPED]]);
  public readonly validations = new Map<string, LegValidation>();
  /** What is in the way of a start. */
  public obstacle?: string;

  public set(leg: Leg, status: Partial<LegStatus>): this {
    this.states.set(keyOf(leg), { ...this.states.get(keyOf(leg))!, ...status });
    return this;
  }

  public status(leg: Leg): Promise<LegStatus> {
    return Promise.resolve(this.states.get(keyOf(leg))!);
  }

  public validation(leg: Leg): Promise<LegValidation> {
    return Promise.resolve(this.validations.get(keyOf(leg)) ?? VALID);
  }

  public prepare(leg: Leg): Promise<string | undefined> {
    this.asked.push(`prepare ${keyOf(leg)}`);
    return Promise.resolve(this.obstacle);
  }

  public start(leg: Leg, position: string | undefined): Promise<void> {
    this.asked.push(`start ${keyOf(leg)}${position === undefined ? '' : ` at ${position}`}`);
    return Promise.resolve();
  }

  public stop(leg: Leg): Promise<void> {
    this.asked.push(`stop ${keyOf(leg)}`);
    return Promise.resolve();
  }
}

export interface Scene extends ControlContext {
  readonly map: MemorySiteMap;
  readonly legs: ScriptedLegs;
}

/** What steps work with, at `NOW`. */
export function scene(authority: Authority | undefined, change: Partial<TwoWayConfiguration> = {}, seconds = 0): Scene {
  return {
    configuration: { ...CONFIGURATION, ...change },
    map: new MemorySiteMap(authority),
    legs: new ScriptedLegs(),
    now: () => new Date(at(seconds)),
    log: () => undefined,
  };
}

export const STEADY: Authority = { version: 6, activeSite: 'A', epoch: 7, state: 'steady', updatedAt: at(-9_000) };
export const CHECKING: Authority = {
  ...STEADY, state: 'checking', run: { id: 'run-1', to: 'B', startedAt: at(-20) }, updatedAt: at(-20),
};
export const SWITCHING: Authority = { ...CHECKING, state: 'switching', epoch: 8, lapsesAt: at(140), updatedAt: at(-10) };

export const RUN: SwitchRun = {
  id: 'run-1', action: 'switch', from: 'A', to: 'B', mode: 'prepared', dryRun: false, pauseLimitSeconds: 60, epoch: 8,
  startedAt: at(-20), gates: [], needsApproval: false,
};
export const FENCED: SwitchRun = { ...RUN, fence: { since: at(-5), lapsesAt: at(55) }, position: '0/16B3748' };
