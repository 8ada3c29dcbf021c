import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { ControlContext } from '../ports';
import { legOf, listOf, nameOf } from './check-replication';
import { ValidationFailed } from './errors';
import { keepMapBehind } from './fence-map';
import { ownAuthority } from './own-run';
import { polled } from './pause';

/** Waits until everything that has arrived is compared, where that is asked for. Nobody writes any more, so it ends. */
export async function validate(run: SwitchRun, context: ControlContext): Promise<SwitchRun> {
  const authority = await ownAuthority(run, context.map, ['switching']);
  await keepMapBehind(run, authority, context);
  if (context.configuration.gates.maxValidationAgeHours === 0) return { ...run, done: true };
  const leg = legOf(run);
  const validation = await context.legs.validation(leg);
  const { enabled, pendingRecords: pending, failedRecords: failed, suspendedRecords: suspended } = validation;
  const { tablesInError: inError } = validation;
  const problem = !enabled ? 'does not validate any more'
    : failed > 0 ? `has ${failed} records that differ`
      : suspended > 0 ? `could not compare ${suspended} records`
        : inError.length > 0 ? `does not replicate ${listOf(inError)}` : undefined;
  if (problem !== undefined) throw new ValidationFailed(`${nameOf(leg)} ${problem}: repair it, then switch again`);
  return polled(run, context.now(), pending === 0 ? undefined : `the validation of ${pending} records of ${nameOf(leg)}`);
}
