import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { noted, type StepsBy } from '../../switch-steps';
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
export type ControlStepName = StepsBy<'control'>;

export type ControlStep = (run: SwitchRun, context: ControlContext) => Promise<SwitchRun>;

/**
 * The control steps. Each can be run again with the same run, after an answer that got lost: it finds what it did, and
 * answers the same. None changes anything when the map names another run.
 */
export const controlSteps = {
  Plan: noted('Plan', plan),
  CheckReplication: noted('CheckReplication', checkReplication),
  Release: noted('Release', release),
  FenceMap: noted('FenceMap', fenceMap),
  Validate: noted('Validate', validate),
  StopLeg: noted('StopLeg', stopLeg),
  StartReturnLeg: noted('StartReturnLeg', startReturnLeg),
  Record: noted('Record', record),
  ReopenMap: noted('ReopenMap', reopenMap),
  StopReturnLeg: noted('StopReturnLeg', stopReturnLeg),
  ResumeLeg: noted('ResumeLeg', resumeLeg),
  RecordRollback: noted('RecordRollback', recordRollback),
  EndReplication: noted('EndReplication', endReplication),
  RecordCompletion: noted('RecordCompletion', recordCompletion),
} satisfies Readonly<Record<ControlStepName, ControlStep>>;
