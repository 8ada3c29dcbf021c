/**
 * What the status of a replication means to a deployment. Tasks and serverless replications name their states
 * differently; what is done about them is the same.
 */
export type Phase =
  /** In the middle of something that ends by itself. */
  | 'passing'
  /** Waits for its first start. */
  | 'ready'
  /** On its way to run, and may still fail for what the definition says. It may be stopped. */
  | 'preparing'
  /** On its way to run, with both connections tested: the rest is up to AWS alone. It may be stopped. */
  | 'provisioning'
  /** On its way to run: DMS refuses to stop it until it does. */
  | 'starting'
  | 'running'
  | 'stopped'
  | 'failed'
  /** Only somebody can help. */
  | 'stuck'
  /** Being deleted. */
  | 'leaving';

export type StartType = 'start-replication' | 'resume-processing' | 'reload-target';

export type ReplicationKind = 'replication task' | 'serverless replication';

/** What the next step depends on. */
export interface ReplicationView {
  readonly kind: ReplicationKind;
  readonly arn: string;
  readonly name: string;
  /** As DMS says it. */
  readonly status: string;
  readonly phase: Phase;
  readonly stopReason?: string;
  /** What DMS says of the last failure, after the name of the field that says it. */
  readonly failure?: string;
  /** Whether it has ever been started: from then on, starting it from scratch loads everything again. */
  readonly hasRun: boolean;
  /** Whether DMS still has what it needs to go on where it stopped. */
  readonly canResume: boolean;
  /** What tells its last start from the one before; nothing before the first. */
  readonly lastStart?: string;
}

/** A task or a serverless replication as it is at this moment, and what can be done to it. */
export interface Replication extends ReplicationView {
  /** Begins what takes a while and has to be done before a start. */
  prepare(): Promise<void>;
  /**
   * Starts it, or says what is in the way for the moment.
   *
   * @param elapsedSeconds how long ago the request began
   * @param gate what else has to pass once it is connected; it may say as well what is in the way
   * @throws Refusal when the obstacle does not go away by itself
   */
  start(type: StartType, elapsedSeconds: number, gate?: Gate): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Says what is in the way of a start; nothing when it is open. */
export type Gate = () => Promise<string | undefined>;

/** `arn:<partition>:dms:<region>:<account>:task:…` or `…:replication-config:…`. */
export const kindOf = (arn: string): ReplicationKind =>
  (arn.split(':')[5] === 'replication-config' ? 'serverless replication' : 'replication task');

/** Whether it moves rows, or is about to. */
export const isActive = ({ phase }: ReplicationView): boolean =>
  ['preparing', 'provisioning', 'starting', 'running'].includes(phase);

/** Stopped because its settings say so: a load that is over, or one that waits for somebody to go on. */
export const stoppedByDesign = ({ stopReason = '' }: ReplicationView): boolean =>
  /FULL_LOAD_ONLY_FINISHED|STOPPED_AFTER_FULL_LOAD|STOPPED_AFTER_CACHED_EVENTS/.test(stopReason);

/** Stopped where its stop position told it to. */
export const reachedItsEnd = ({ stopReason = '' }: ReplicationView): boolean =>
  /STOPPED_AT_(SERVER|COMMIT)_TIME/.test(stopReason);

/** The replication with everything that DMS says of it, for messages. */
export function describe({ kind, name, arn, status, stopReason, failure }: ReplicationView): string {
  const said = [stopReason && `StopReason: ${stopReason}`, failure].filter(Boolean);
  return `${kind} ${name} (${arn}) is ${status}${said.length > 0 ? ` (${said.join('; ')})` : ''}`;
}
