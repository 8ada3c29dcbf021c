import type { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import { CfnOutput } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ReplicationInstance, type ReplicationInstanceProps } from './replication-instance';
import { ReplicationTask, type ReplicationTaskOptions } from './replication-task';

/** What a pipeline moves, and the compute that moves it. */
export interface DmsReplicationPipelineProps extends ReplicationTaskOptions, ReplicationInstanceProps {}

/**
 * A replication from a source to a target: a replication instance, and the task that runs on it.
 *
 * `addTask` puts further tasks on the same instance. A new engine is a new class that implements `IReplicationSource`
 * or `IReplicationTarget`; the pipeline asks both to bind and knows neither.
 */
export class DmsReplicationPipeline extends Construct implements IConnectable {
  /** The compute of the pipeline. */
  public readonly replicationInstance: ReplicationInstance;

  /** The first task. */
  public readonly task: ReplicationTask;

  /** The network of the compute. */
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, props: DmsReplicationPipelineProps) {
    super(scope, id);
    this.replicationInstance = new ReplicationInstance(this, 'Instance', {
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: props.securityGroups,
      instanceClass: props.instanceClass,
      allocatedStorage: props.allocatedStorage,
      multiAz: props.multiAz,
      engineVersion: props.engineVersion,
      replicationInstanceIdentifier: props.replicationInstanceIdentifier,
      preferredMaintenanceWindow: props.preferredMaintenanceWindow,
      kmsKey: props.kmsKey,
      serviceRoles: props.serviceRoles,
      createVpcEndpoints: props.createVpcEndpoints,
    });
    this.connections = this.replicationInstance.connections;
    this.task = this.addTask('Task', {
      source: props.source,
      target: props.target,
      tableMappings: props.tableMappings,
      taskSettings: props.taskSettings,
      migrationType: props.migrationType,
      cdcStartPosition: props.cdcStartPosition,
      cdcStopPosition: props.cdcStopPosition,
      manageLifecycle: props.manageLifecycle,
      lifecycle: props.lifecycle,
    });

    new CfnOutput(this, 'ReplicationInstanceArn', {
      value: this.replicationInstance.replicationInstanceArn,
      description: 'The AWS DMS replication instance',
    });
    new CfnOutput(this, 'SourceEndpointArn', {
      value: this.task.sourceEndpoint.endpointRef.endpointArn,
      description: 'The AWS DMS source endpoint',
    });
    new CfnOutput(this, 'TargetEndpointArn', {
      value: this.task.targetEndpoint.endpointRef.endpointArn,
      description: 'The AWS DMS target endpoint',
    });
    new CfnOutput(this, 'ReplicationTaskArn', {
      value: this.task.replicationTaskArn,
      description: 'The AWS DMS replication task',
    });
  }

  /** Adds a task to the instance of this pipeline. */
  public addTask(id: string, options: ReplicationTaskOptions): ReplicationTask {
    return new ReplicationTask(this, id, { ...options, replicationInstance: this.replicationInstance });
  }
}
