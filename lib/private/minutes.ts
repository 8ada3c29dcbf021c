import type { Duration } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { fail } from './validation';

export interface MinutesRange {
  readonly least: number;
  readonly most: number;
  /** Where nothing was chosen. */
  readonly usual: number;
  /** Why there are not more, for the message. */
  readonly because?: string;
}

/** A duration in whole minutes; anything else is refused with the range. */
export function minutesOf(
  scope: IConstruct, name: string, duration: Duration | undefined, range: MinutesRange,
): number {
  const { least, most, usual, because } = range;
  if (duration === undefined) return usual;
  if (duration.isUnresolved()) {
    fail(scope, `${name} is only known at deployment: give a duration that is known when the app is synthesized`);
  }
  const minutes = duration.toMinutes({ integral: false });
  if (!Number.isInteger(minutes) || minutes < least || minutes > most) {
    fail(scope, `${name} is ${minutes} minutes: give ${least} to ${most} whole minutes${
      because === undefined ? '' : `, because ${because}`}`);
  }
  return minutes;
}
