import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { noted, type StepsBy } from '../../switch-steps';
import type { DatabaseContext } from '../site-database';
import { checkDatabases } from './check-databases';
import { closeOldSite, decide, keepFence, openSite, openSiteForSure, reopenSite } from './decide';
import { capturePosition, fenceSite, handBack, handOver } from './hand-over';
import { awaitMarker, awaitProbe, writeMarker, writeProbe } from './markers';

/** The steps that ask the two databases. */
export type DatabaseStepName = StepsBy<'database'>;

export type DatabaseStep = (run: SwitchRun, context: DatabaseContext) => Promise<SwitchRun>;

/**
 * The database steps. Each can be run again with the same run, after an answer that got lost; none changes anything in
 * a database that has seen a newer epoch.
 */
export const databaseSteps = {
  CheckDatabases: noted('CheckDatabases', checkDatabases),
  FenceSite: noted('FenceSite', fenceSite),
  WriteMarker: noted('WriteMarker', writeMarker),
  AwaitMarker: noted('AwaitMarker', awaitMarker),
  CapturePosition: noted('CapturePosition', capturePosition),
  HandOver: noted('HandOver', handOver),
  WriteProbe: noted('WriteProbe', writeProbe),
  AwaitProbe: noted('AwaitProbe', awaitProbe),
  KeepFence: noted('KeepFence', keepFence),
  OpenSite: noted('OpenSite', openSite),
  OpenSiteForSure: noted('OpenSiteForSure', openSiteForSure),
  Decide: noted('Decide', decide),
  ReopenSite: noted('ReopenSite', reopenSite),
  HandBack: noted('HandBack', handBack),
  CloseOldSite: noted('CloseOldSite', closeOldSite),
} satisfies Readonly<Record<DatabaseStepName, DatabaseStep>>;
