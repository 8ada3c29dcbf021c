/** What the constructs and their handler call the three custom resources of a task or a serverless replication. */
export const LifecycleResource = {
  /** First in an update: refuses what must not happen, and puts the task back when the update is rolled back. */
  GUARD: 'Custom::DmsTaskGuard',
  /** Before the task, its endpoints and its instance change: stops the task. */
  PAUSE: 'Custom::DmsTaskPause',
  /** After they have changed: starts the task. Before they are deleted: stops it. */
  RUN: 'Custom::DmsTaskRun',
} as const;

/**
 * What happens to a task when a change needs its tables to be loaded again: another selection or transformation of
 * tables, another preparation of the target, other LOB settings, another place for the data. Every other change lets
 * the task go on where it stopped, whatever is chosen here.
 */
export enum OnTaskChange {
  /**
   * Go on where the task stopped: the change holds for what comes from then on, and the rows that are in the target
   * stay as they are. A change that *replaces* the task is refused, because a new task cannot go on.
   */
  RESUME = 'RESUME',

  /**
   * Load every table again. What happens to the rows that are there is up to `TargetTablePrepMode`: with `DO_NOTHING`
   * they stay, and are there twice. Also allows a change that replaces the task, and to load again what DMS cannot
   * resume any more: a serverless replication that was stopped for 48 hours.
   */
  RELOAD = 'RELOAD',

  /** Refuse the deployment before anything was stopped. A change that replaces the task is refused as well. */
  FAIL = 'FAIL',
}

/** What of a premigration assessment makes a deployment fail. */
export enum AssessmentFailure {
  /** An assessment that failed or could not be made. Warnings do not. */
  ERROR = 'ERROR',

  /** A warning as well. */
  WARNING = 'WARNING',

  /** Nothing: what was found is written to the log of the lifecycle function. */
  NEVER = 'NEVER',
}

/** A premigration assessment that is made before the first start. */
export interface AssessmentProperties {
  /** The role with which DMS writes the report. */
  readonly RoleArn: string;
  readonly Bucket: string;
  readonly Folder: string;
  /** The key of the bucket, where it has one of its own. */
  readonly KeyArn?: string;
  readonly IncludeOnly?: string[];
  readonly Exclude?: string[];
  readonly FailOn: AssessmentFailure;
}

/** What every one of the three resources is told. CloudFormation passes all scalars on as text. */
export interface LifecycleProperties {
  /** Digest of the task, its endpoints and its instance, as their template shows them. */
  readonly ChangeDigest: string;
  /** The values that they refer to, which change without the template showing it. */
  readonly References: unknown[];
  /** Minutes until the resource gives up. */
  readonly TimeoutMinutes: string;
}

export interface PauseProperties extends LifecycleProperties {
  /** Where the stack keeps the replication. The ARN itself cannot be had before the replication is changed. */
  readonly ReplicationLogicalId: string;
}

export interface GuardProperties extends PauseProperties {
  /** Digest of what a task cannot be changed in: changing it replaces the task. */
  readonly IdentityDigest: string;
  /** Digest of what decides which rows lie in the target, and how. */
  readonly LoadDigest: string;
  readonly MigrationType: string;
  readonly OnChange: OnTaskChange;
}

/** The attribute of the guard that says whether the task ran before the update. */
export const WAS_RUNNING = 'WasRunning';

export interface RunProperties extends LifecycleProperties {
  /** Of the task, or of the configuration of the serverless replication. */
  readonly ReplicationArn: string;
  readonly LoadDigest: string;
  readonly OnChange: OnTaskChange;
  readonly StartOnDeploy: string;
  /** Whether what has run before and was stopped is started. As `StartOnDeploy` where it is left out. */
  readonly StartStopped?: string;
  /** The guard's attribute of that name. */
  readonly WasRunning: string;
  readonly Assessment?: AssessmentProperties;
}
