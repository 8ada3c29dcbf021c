/**
 * The switch as data: the state machine is rendered from it, the local driver walks through it, and both do the same.
 * What a step does is the handlers' business (lambda/two-way-control, lambda/two-way-database).
 *
 * Until `KeepFence` the old side's fence lapses by itself: whatever dies, the old side becomes writable again. A kept
 * fence is the proof that the new side may be opened. Right before it is, the old side's database notes that it is
 * passed on, and from then on it is not reopened in this term: so one row of that database decides between forward and
 * back, whoever asks, how often, and how late.
 */
export type StepName = keyof typeof SWITCH_STEPS;

/** How a run ends. */
export type Outcome = (typeof OUTCOMES)[number];
export const OUTCOMES = ['Planned', 'Refused', 'Completed', 'RolledBack', 'Failed'] as const;

export interface SwitchStep {
  /**
   * `control` asks the map and DMS, `database` the two databases: two functions, so that the one that may stop tasks
   * sees no password. `approval` waits for a person.
   */
  readonly by: 'control' | 'database' | 'approval';
  /** Repeated until it is done; it fails by itself when the pause gets too long. */
  readonly polls?: boolean;
  /** How often a failure is tried again: for what comes and goes. */
  readonly retries?: number;
  /** How long the next attempt or the next look waits, in seconds: 1 while no site is writable. */
  readonly every?: number;
  /** What the run gets when the step has succeeded, without asking anybody. */
  readonly sets?: { readonly approved: true; readonly gates: readonly [] };
  readonly next: Destination | readonly Branch[];
  readonly onError: Destination;
  /** Failures of these names go elsewhere than `onError`. */
  readonly onErrorNamed?: Readonly<Record<string, Destination>>;
}

export type Destination = string;

/** The first branch whose field of the run has that value is taken; the last one has no condition. */
export interface Branch {
  readonly when?: { readonly field: string; readonly is: string | boolean };
  readonly to: Destination;
}

/** Thrown by `OpenSite` when the new side could not be reached at all: it is certainly not open. */
export const NOT_SENT = 'SiteNotReached';
/** Thrown where the old side was to be reopened: the new side is open, or about to be. */
export const PASSED_ON = 'SitePassedOn';
/** Thrown where the new side was to be opened: somebody else has reopened the old side, or its fence has lapsed. */
export const LAPSED = 'FenceLapsed';

/** Failures that every further attempt would have too: a decision has been taken, here or elsewhere. */
export const FINAL_ERRORS: readonly string[] = ['SwitchRefused', 'RunSuperseded', 'StaleEpoch', LAPSED, PASSED_ON];

/** At least ten minutes: longer than a database needs to come back from a failover. */
const PATIENT = 600;
/** Where a site is writable, nothing hurries, and the history of an execution is short: 25,000 events. */
const UNHURRIED = 5;

export const SWITCH_STEPS = {
  // Nothing is changed yet.
  Plan: {
    by: 'control', retries: 2, onError: 'Failed', onErrorNamed: { SwitchRefused: 'Refused' },
    next: [
      { when: { field: 'action', is: 'recover' }, to: 'Decide' },
      { to: 'CheckReplication' },
    ],
  },
  CheckReplication: { by: 'control', retries: 2, next: 'CheckDatabases', onError: 'Release' },
  CheckDatabases: {
    by: 'database', retries: 2, onError: 'Release',
    next: [
      { when: { field: 'gatesHold', is: false }, to: 'Release' },
      { when: { field: 'dryRun', is: true }, to: 'Release' },
      { when: { field: 'action', is: 'complete' }, to: 'EndReplication' },
      { when: { field: 'approved', is: true }, to: 'FenceMap' },
      { when: { field: 'needsApproval', is: true }, to: 'Approve' },
      { to: 'FenceMap' },
    ],
  },
  // A person may take hours: what the gates said before says nothing then, so they are asked once more.
  Approve: { by: 'approval', next: 'CheckReplication', onError: 'Release', sets: { approved: true, gates: [] } },
  Release: {
    by: 'control', retries: PATIENT, onError: 'Failed',
    next: [{ when: { field: 'planned', is: true }, to: 'Planned' }, { to: 'Refused' }],
  },

  // No site is writable from here on. A run that another one has taken over goes to `Decide`, too: that does the same
  // for both, and the other one may be dead by then.
  FenceMap: { by: 'control', retries: 1, next: 'FenceSite', onError: 'Decide' },
  FenceSite: { by: 'database', next: 'WriteMarker', onError: 'Decide' },
  WriteMarker: { by: 'database', retries: 1, next: 'AwaitMarker', onError: 'Decide' },
  AwaitMarker: { by: 'database', polls: true, next: 'Validate', onError: 'Decide' },
  Validate: { by: 'control', polls: true, next: 'CapturePosition', onError: 'Decide' },
  CapturePosition: { by: 'database', next: 'StopLeg', onError: 'Decide' },
  StopLeg: { by: 'control', polls: true, next: 'HandOver', onError: 'Decide' },
  HandOver: { by: 'database', next: 'StartReturnLeg', onError: 'Decide' },
  StartReturnLeg: { by: 'control', polls: true, next: 'WriteProbe', onError: 'Decide' },
  WriteProbe: { by: 'database', next: 'AwaitProbe', onError: 'Decide' },
  AwaitProbe: { by: 'database', polls: true, next: 'KeepFence', onError: 'Decide' },

  // From here on only forward, unless the new side was never reached.
  KeepFence: { by: 'database', next: 'OpenSite', onError: 'Decide' },
  OpenSite: {
    by: 'database', retries: 10, next: 'Record', onError: 'OpenSiteForSure',
    onErrorNamed: { [NOT_SENT]: 'ReopenSite', [LAPSED]: 'Decide' },
  },
  OpenSiteForSure: {
    by: 'database', retries: PATIENT, next: 'Record', onError: 'Failed', onErrorNamed: { [LAPSED]: 'Decide' },
  },
  Record: { by: 'control', retries: PATIENT, next: 'Completed', onError: 'Failed' },

  // What the databases say, and back to the old side.
  Decide: {
    by: 'database', retries: PATIENT, onError: 'Failed',
    next: [{ when: { field: 'decision', is: 'forward' }, to: 'OpenSite' }, { to: 'ReopenSite' }],
  },
  ReopenSite: {
    by: 'database', retries: PATIENT, next: 'ReopenMap', onError: 'Failed',
    onErrorNamed: { [PASSED_ON]: 'OpenSiteForSure' },
  },
  ReopenMap: { by: 'control', retries: PATIENT, next: 'StopReturnLeg', onError: 'Failed' },
  StopReturnLeg: {
    by: 'control', polls: true, retries: PATIENT, every: UNHURRIED, next: 'HandBack', onError: 'Failed',
  },
  HandBack: { by: 'database', retries: PATIENT, every: UNHURRIED, next: 'ResumeLeg', onError: 'Failed' },
  ResumeLeg: {
    by: 'control', polls: true, retries: PATIENT, every: UNHURRIED, next: 'RecordRollback', onError: 'Failed',
  },
  RecordRollback: { by: 'control', retries: PATIENT, next: 'RolledBack', onError: 'Failed' },

  // `complete`: there is no way back.
  EndReplication: {
    by: 'control', polls: true, retries: PATIENT, every: UNHURRIED, next: 'CloseOldSite', onError: 'Failed',
  },
  CloseOldSite: { by: 'database', retries: PATIENT, every: UNHURRIED, next: 'RecordCompletion', onError: 'Failed' },
  RecordCompletion: { by: 'control', retries: PATIENT, every: UNHURRIED, next: 'Completed', onError: 'Failed' },
} satisfies Readonly<Record<string, SwitchStep>>;

/** The first step. */
export const FIRST_STEP: StepName = 'Plan';
