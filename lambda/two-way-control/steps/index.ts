import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { SWITCH_STEPS, type StepName, type SwitchStep } from '../../../lib/two-way/switch/switch-steps';
import type { ControlContext } from '../ports';
import { checkReplication } from './check-replication';
import { endReplication } from './end-replication';
import { fenceMap } from './fence-map';
import { plan } from './plan';
import { record, recordCompletion, recordRollback } from './record';
import { release } from './release';
import { reopenMap } from './reopen-map';
import { resumeLeg, stopReturnLeg } from './roll-back-legs';
import { startReturnLeg, stopLeg } from './switch-legs';
import { validate } from './validate';

/** The steps that ask the map and the legs. */
export type ControlStepName = {
  [Name in StepName]: (typeof SWITCH_STEPS)[Name]['by'] extends 'control' ? Name : never
}[StepName];

export type ControlStep = (run: SwitchRun, context: ControlContext) => Promise<SwitchRun>;

/**
 * The control steps. Each can be run again with the same run, after an answer that got lost: it finds what it did, and
 * answers the same. None changes anything when the map names another run.
 */
export const controlSteps = {
  Plan: named('Plan', plan),
  CheckReplication: named('CheckReplication', checkReplication),
  Release: named('Release', release),
  FenceMap: named('FenceMap', fenceMap),
  Validate: named('Validate', validate),
  StopLeg: named('StopLeg', stopLeg),
  StartReturnLeg: named('StartReturnLeg', startReturnLeg),
  Record: named('Record', record),
  ReopenMap: named('ReopenMap', reopenMap),
  StopReturnLeg: named('StopReturnLeg', stopReturnLeg),
  ResumeLeg: named('ResumeLeg', resumeLeg),
  RecordRollback: named('RecordRollback', recordRollback),
  EndReplication: named('EndReplication', endReplication),
  RecordCompletion: named('RecordCompletion', recordCompletion),
} satisfies Readonly<Record<ControlStepName, ControlStep>>;

/** Notes in the run that the step has succeeded: a step that polls has when it is done. */
function named<R>(
  name: ControlStepName, step: (run: R, context: ControlContext) => Promise<SwitchRun>,
): (run: R, context: ControlContext) => Promise<SwitchRun> {
  const { polls }: SwitchStep = SWITCH_STEPS[name];
  return async (run, context) => {
    const after = await step(run, context);
    return polls === true && after.done !== true ? after : { ...after, lastStep: name };
  };
}
