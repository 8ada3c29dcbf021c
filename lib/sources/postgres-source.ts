import type { IEndpointRef } from 'aws-cdk-lib/aws-dms';
import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import type { IReplicationSource } from './replication-source';

/** A PostgreSQL database whose changes DMS captures. */
export interface IPostgresCdcSource extends IReplicationSource, IConstruct, IConnectable {
  /** The DMS source endpoint. */
  readonly endpoint: IEndpointRef;

  /** The role with which DMS reads `secret`. */
  readonly secretRole: IRole;

  /** The login of DMS: `username`, `password`, `host` and `port`. */
  readonly secret: ISecret;
}
