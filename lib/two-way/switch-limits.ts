import { Duration, Size } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { fail } from '../private/validation';
import type { GateLimits } from './two-way-api';
import { TwoWayReplicationMode } from './two-way-mode';
import type { SwitchGateOptions } from './two-way-replication-props';

const HOUR = 3_600;

/** How long no site may be writable, in seconds, when nothing else is said. */
const PAUSE_LIMIT: Readonly<Record<TwoWayReplicationMode, Duration>> = {
  [TwoWayReplicationMode.PREPARED]: Duration.minutes(15),
  [TwoWayReplicationMode.HOT]: Duration.minutes(2),
};

/** The limits of the gates in the units of the handlers. */
export function gateLimitsOf(scope: IConstruct, options: SwitchGateOptions): GateLimits {
  const slot = options.maxSlotSize ?? Size.gibibytes(10);
  return {
    maxLagSeconds: secondsOf(scope, 'maxLag', options.maxLag ?? Duration.seconds(30), { least: 1, most: HOUR }),
    maxValidationAgeHours: secondsOf(scope, 'maxValidationAge', options.maxValidationAge ?? Duration.hours(24), {
      least: 0, most: 30 * 24 * HOUR, step: HOUR,
    }) / HOUR,
    maxTransactionSeconds: secondsOf(scope, 'maxTransactionAge', options.maxTransactionAge ?? Duration.seconds(60), {
      least: 1, most: HOUR,
    }),
    maxSlotBytes: slot.toMebibytes() * 1024 * 1024,
  };
}

/** How long no site may be writable, in seconds. */
export function pauseLimitOf(
  scope: IConstruct, mode: TwoWayReplicationMode, pauseLimit: Duration = PAUSE_LIMIT[mode],
): number {
  return secondsOf(scope, 'pauseLimit', pauseLimit, { least: 30, most: HOUR });
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  /** Of what a whole number is asked for, in seconds. */
  readonly step?: number;
}

function secondsOf(scope: IConstruct, name: string, duration: Duration, { least, most, step = 1 }: Bounds): number {
  const seconds = duration.isUnresolved() ? NaN : duration.toSeconds({ integral: false });
  if (!Number.isInteger(seconds / step) || seconds < least || seconds > most) {
    const given = duration.isUnresolved() ? 'only known at deployment' : `${seconds} seconds`;
    fail(scope, `${name} is ${given}: give whole ${step === 1 ? 'seconds' : 'hours'}, ${least / step} to ${most / step}`);
  }
  return seconds;
}
