import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IEndpointRef } from 'aws-cdk-lib/aws-dms';
import type { IDependable } from 'constructs';
import type { TaskSettings } from '../task-settings';

/** What a replication task offers to the target that it writes to. */
export interface ReplicationTargetBindOptions {
  /** The compute that will connect to the target: a target inside a network opens it to this. */
  readonly replicator: IConnectable;
}

/** What a target gives to a replication task. */
export interface ReplicationTargetBinding {
  /** The DMS target endpoint. */
  readonly endpoint: IEndpointRef;

  /**
   * Task settings that suit this target. They rank above the source's and below what the user sets.
   *
   * @default - the pipeline's defaults
   */
  readonly taskSettings?: TaskSettings;

  /**
   * What has to be there, beside the endpoint, before DMS can connect: the database or bucket, what opens its network,
   * what the role of the endpoint may do. A deployment starts the task after it.
   *
   * @default - nothing
   */
  readonly connectsThrough?: IDependable[];
}

/** A place that a replication task writes to. A new engine is a new implementation. */
export interface IReplicationTarget {
  /** Prepares the target for one more task: called once by each task. */
  bind(options: ReplicationTargetBindOptions): ReplicationTargetBinding;
}
