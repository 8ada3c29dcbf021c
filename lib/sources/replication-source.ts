import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IEndpointRef } from 'aws-cdk-lib/aws-dms';
import type { IDependable } from 'constructs';
import type { TaskSettings } from '../task-settings';

/** What a replication task offers to the source that it reads from. */
export interface ReplicationSourceBindOptions {
  /** The compute that will connect to the source: the source opens its network to it. */
  readonly replicator: IConnectable;
}

/** What a source gives to a replication task. */
export interface ReplicationSourceBinding {
  /** The DMS source endpoint. */
  readonly endpoint: IEndpointRef;

  /**
   * Task settings that suit this engine. They rank above the pipeline's defaults and below what the user sets.
   *
   * @default - the pipeline's defaults
   */
  readonly taskSettings?: TaskSettings;

  /**
   * What has to be there, beside the endpoint, before DMS can connect: the database, what opens its network, what the
   * role of the endpoint may do. A deployment starts the task after it.
   *
   * @default - nothing
   */
  readonly connectsThrough?: IDependable[];
}

/** A database that a replication task reads from. A new engine is a new implementation. */
export interface IReplicationSource {
  /** Prepares the source for one more task: called once by each task. */
  bind(options: ReplicationSourceBindOptions): ReplicationSourceBinding;
}
