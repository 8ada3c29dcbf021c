import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IEndpointRef } from 'aws-cdk-lib/aws-dms';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { letReplicatorIn } from '../private/network';
import type { IPostgresCdcSource } from './postgres-source';
import type { ReplicationSourceBinding, ReplicationSourceBindOptions } from './replication-source';

/**
 * What every PostgreSQL source has in common: an endpoint with its role, and a network that opens on bind.
 *
 * @internal
 */
export abstract class PostgresSourceBase extends Construct implements IPostgresCdcSource {
  public abstract readonly connections: ec2.Connections;
  public abstract readonly endpoint: IEndpointRef;
  public abstract readonly secretRole: IRole;
  public abstract readonly secret: ISecret;

  private boundTasks = 0;

  /**
   * How many tasks read from this source.
   *
   * @internal
   */
  public get _tasks(): number {
    return this.boundTasks;
  }

  public bind(options: ReplicationSourceBindOptions): ReplicationSourceBinding {
    this.boundTasks += 1;
    const opened = letReplicatorIn(this, options.replicator);
    return { endpoint: this.endpoint, connectsThrough: [this, ...opened] };
  }
}
