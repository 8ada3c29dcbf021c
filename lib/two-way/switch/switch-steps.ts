/**
 * The switch as data: the state machine is rendered from it and the local driver walks through it, so both do the same.
 * What a step does is the handlers' business (lambda/two-way-control, lambda/two-way-database).
 *
 * Until `KeepFence` the old side's fence lapses by itself, so whatever dies, the old side becomes writable again. What
 * `KeepFence` has kept is the proof that the new side may be opened: it alone decides between forward and back.
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
  /** How often a failure is tried again, a second later: for what comes and goes. */
  readonly retries?: number;
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

const PATIENT = 600;

export const SWITCH_STEPS = {
  // Nothing is changed yet.
  Plan: {
    by: 'control', onError: 'Failed',
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
      { when: { field: 'needsApproval', is: true }, to: 'Approve' },
      { to: 'FenceMap' },
    ],
  },
  Approve: { by: 'approval', next: 'FenceMap', onError: 'Release' },
  Release: {
    by: 'control', retries: PATIENT, onError: 'Failed',
    next: [{ when: { field: 'planned', is: true }, to: 'Planned' }, { to: 'Refused' }],
  },

  // No site is writable from here on.
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

  // From here on only forward, as soon as the fence is kept.
  KeepFence: { by: 'database', next: 'OpenSite', onError: 'Decide' },
  OpenSite: {
    by: 'database', retries: 10, next: 'Record', onError: 'OpenSiteForSure',
    onErrorNamed: { [NOT_SENT]: 'ReopenSite' },
  },
  OpenSiteForSure: { by: 'database', retries: PATIENT, next: 'Record', onError: 'Failed' },
  Record: { by: 'control', retries: PATIENT, next: 'Completed', onError: 'Failed' },

  // What the databases say, and back to the old side.
  Decide: {
    by: 'database', retries: PATIENT, onError: 'Failed',
    next: [{ when: { field: 'decision', is: 'forward' }, to: 'OpenSiteForSure' }, { to: 'ReopenSite' }],
  },
  ReopenSite: { by: 'database', retries: PATIENT, next: 'StopReturnLeg', onError: 'Failed' },
  StopReturnLeg: { by: 'control', polls: true, retries: PATIENT, next: 'HandBack', onError: 'Failed' },
  HandBack: { by: 'database', retries: PATIENT, next: 'ResumeLeg', onError: 'Failed' },
  ResumeLeg: { by: 'control', polls: true, retries: PATIENT, next: 'RecordRollback', onError: 'Failed' },
  RecordRollback: { by: 'control', retries: PATIENT, next: 'RolledBack', onError: 'Failed' },

  // `complete`: there is no way back.
  EndReplication: { by: 'control', polls: true, retries: PATIENT, next: 'CloseOldSite', onError: 'Failed' },
  CloseOldSite: { by: 'database', retries: PATIENT, next: 'RecordCompletion', onError: 'Failed' },
  RecordCompletion: { by: 'control', retries: PATIENT, next: 'Completed', onError: 'Failed' },
} satisfies Readonly<Record<string, SwitchStep>>;

/** The first step. */
export const FIRST_STEP: StepName = 'Plan';
