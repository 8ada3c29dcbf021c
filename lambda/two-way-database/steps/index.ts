import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { SWITCH_STEPS, type StepName, type SwitchStep } from '../../../lib/two-way/switch/switch-steps';
import type { DatabaseContext } from '../site-database';
import { checkDatabases } from './check-databases';
import { closeOldSite, decide, keepFence, openSite, openSiteForSure, reopenSite } from './decide';
import { capturePosition, fenceSite, handBack, handOver } from './hand-over';
import { awaitMarker, awaitProbe, writeMarker, writeProbe } from './markers';

/** The steps that ask the two databases. */
export type DatabaseStepName = {
  [Name in StepName]: (typeof SWITCH_STEPS)[Name]['by'] extends 'database' ? Name : never
}[StepName];

export type DatabaseStep = (run: SwitchRun, context: DatabaseContext) => Promise<SwitchRun>;

/**
 * The database steps. Each can be run again with the same run, after an answer that got lost; none changes anything in
 * a database that has seen a newer epoch.
 */
export const databaseSteps = {
  CheckDatabases: named('CheckDatabases', checkDatabases),
  FenceSite: named('FenceSite', fenceSite),
  WriteMarker: named('WriteMarker', writeMarker),
  AwaitMarker: named('AwaitMarker', awaitMarker),
  CapturePosition: named('CapturePosition', capturePosition),
  HandOver: named('HandOver', handOver),
  WriteProbe: named('WriteProbe', writeProbe),
  AwaitProbe: named('AwaitProbe', awaitProbe),
  KeepFence: named('KeepFence', keepFence),
  OpenSite: named('OpenSite', openSite),
  OpenSiteForSure: named('OpenSiteForSure', openSiteForSure),
  Decide: named('Decide', decide),
  ReopenSite: named('ReopenSite', reopenSite),
  HandBack: named('HandBack', handBack),
  CloseOldSite: named('CloseOldSite', closeOldSite),
} satisfies Readonly<Record<DatabaseStepName, DatabaseStep>>;

/** Notes in the run that the step has succeeded: a step that polls has when it is done. */
function named(name: DatabaseStepName, step: DatabaseStep): DatabaseStep {
  const { polls }: SwitchStep = SWITCH_STEPS[name];
  return async (run, context) => {
    const after = await step(run, context);
    return polls === true && after.done !== true ? after : { ...after, lastStep: name };
  };
}
