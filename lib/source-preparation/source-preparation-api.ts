/** What the construct and its handler call the custom resources of a source. */
export const PreparationResource = {
  /** Before the tasks: prepares the source and checks it. Deleted after them: drops the slot that was made for them. */
  PREPARATION: 'Custom::DmsSourcePreparation',
  /** After a task. Deleted before it, when it has stopped: drops the slots that DMS has made for it. */
  SLOT_CLEANUP: 'Custom::DmsSlotCleanup',
} as const;

/** What problems of the source do to a deployment. */
export const OnProblems = { FAIL: 'fail', WARN: 'warn' } as const;

/** How the handler gets to the database. CloudFormation passes all scalars on as text. */
export interface ConnectionProperties {
  /** The secret with `username`, `password`, `host` and `port`. */
  readonly SecretArn: string;
  readonly DatabaseName: string;
  /** `require`, `verify-ca` or `verify-full`. */
  readonly SslMode: string;
  /** Certificates in PEM that the server is verified with, beside those of public authorities. */
  readonly CertificateAuthority?: string;
}

export interface PreparationProperties extends ConnectionProperties {
  /** The selection rules of every task, a JSON document for each. */
  readonly TableMappings: string[];
  /** How many tasks will capture changes: each takes a slot and a WAL sender. */
  readonly Tasks: string;
  /** `test-decoding` or `pglogical`. */
  readonly Plugin: string;
  /** The slot that somebody made for the task. */
  readonly SlotName?: string;
  readonly CaptureDdls: string;
  readonly DdlArtifactsSchema: string;
  readonly Heartbeat: string;
  readonly HeartbeatSchema: string;
  /** The secret of the user to create for DMS. */
  readonly DmsUserSecretArn?: string;
  readonly CreateHeartbeatSchema: string;
  readonly CreateDdlAudit: string;
  readonly OnProblems: string;
  readonly DropSlots: string;
  /** For how long a slot that is still read is waited for. */
  readonly SlotTimeoutSeconds: string;
}

/** The attribute of the preparation that holds its warnings. */
export const WARNINGS = 'Warnings';

export interface SlotCleanupProperties extends ConnectionProperties {
  readonly ReplicationTaskArn: string;
  readonly SlotTimeoutSeconds: string;
}

/** What the schedule passes to the function that publishes metrics. */
export interface SlotWatchEvent extends ConnectionProperties {
  /** The value of the dimension. */
  readonly Source: string;
}

/** Where the metrics of slots are found in CloudWatch. */
export const SLOT_NAMESPACE = 'CdkDmsPipelines/ReplicationSlots';

/** The only dimension of these metrics. */
export const SOURCE_DIMENSION = 'Source';

/** The names of the metrics of slots. */
export const SlotMetric = {
  /** Slots of the server. */
  SLOTS: 'Slots',
  /** Slots that nobody reads. */
  INACTIVE_SLOTS: 'InactiveSlots',
  /** Slots whose log is gone: their tasks cannot go on. */
  LOST_SLOTS: 'LostSlots',
  /** Bytes of log that the slot furthest behind keeps. */
  SLOT_LAG: 'SlotLag',
  /** Bytes of log that the slot furthest behind has not confirmed. */
  UNCONFIRMED_LAG: 'UnconfirmedLag',
  /** Seconds since the slot that was left first is not read. */
  LONGEST_INACTIVITY: 'LongestInactivity',
  /** Bytes of log until a limit of the server takes it from the slot that is nearest to it. */
  SAFE_WAL_SIZE: 'SafeWalSize',
} as const;
