import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { DMS_PASSWORD_EXCLUDED_CHARACTERS } from '../endpoints/dms-secret';
import type { PostgresDatabaseOptions } from '../endpoints/postgres-database-options';
import { fail } from './validation';

/** What a source and a target choose for the database that they create. */
export interface PostgresDatabaseChoices {
  readonly engine: rds.IInstanceEngine;
  /** What the parameter group is for. */
  readonly description: string;
  /** Parameters that the construct sets, whatever the user says. */
  readonly managedParameters: Record<string, string>;
  /** How a message calls those who set them: `change capture`. */
  readonly managedBy: string;
}

/** The properties of the parameter group of a created database. */
export function parameterGroupProps(
  scope: IConstruct, options: PostgresDatabaseOptions, choices: PostgresDatabaseChoices,
): rds.ParameterGroupProps {
  const { engine, description, managedParameters, managedBy } = choices;
  const conflicts = Object.keys(options.parameters ?? {}).filter((name) => name in managedParameters);
  if (conflicts.length > 0) {
    fail(scope, `parameters holds ${conflicts.join(', ')}, which ${managedBy} sets; keep parameters for those that `
      + 'have no option');
  }
  return {
    engine,
    description,
    parameters: { ...managedParameters, ...options.parameters },
    removalPolicy: removalPolicyOf(options),
  };
}

/** The properties of its login. The removal policy is applied to it afterwards, as these do not take one. */
export function loginProps(options: PostgresDatabaseOptions): rds.DatabaseSecretProps {
  return {
    username: options.username ?? 'dms_admin',
    encryptionKey: options.encryptionKey,
    excludeCharacters: DMS_PASSWORD_EXCLUDED_CHARACTERS,
  };
}

/** What a created database is put together from. */
export interface DatabaseParts {
  readonly engine: rds.IInstanceEngine;
  readonly parameterGroup: rds.IParameterGroup;
  readonly login: ISecret;
}

/** The properties of the database itself. */
export function databaseProps(
  scope: IConstruct, options: PostgresDatabaseOptions,
  { engine, parameterGroup, login }: DatabaseParts,
): rds.DatabaseInstanceProps {
  return {
    engine,
    vpc: options.vpc,
    vpcSubnets: options.vpcSubnets ?? options.vpc.selectSubnets(),
    securityGroups: options.securityGroups,
    publiclyAccessible: false,
    instanceType: options.instanceType ?? ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MEDIUM),
    ...storageOf(scope, options),
    storageType: rds.StorageType.GP3,
    storageEncrypted: true,
    storageEncryptionKey: options.encryptionKey,
    databaseName: options.databaseName,
    credentials: rds.Credentials.fromSecret(login),
    port: options.port ?? 5432,
    multiAz: options.multiAz ?? true,
    parameterGroup,
    backupRetention: backupRetentionOf(scope, options),
    copyTagsToSnapshot: true,
    autoMinorVersionUpgrade: true,
    cloudwatchLogsExports: ['postgresql', 'upgrade'],
    deletionProtection: options.deletionProtection ?? true,
    removalPolicy: removalPolicyOf(options),
  };
}

/** What happens to the parts of a created database when they leave the stack. */
export const removalPolicyOf = ({ removalPolicy }: PostgresDatabaseOptions): RemovalPolicy =>
  removalPolicy ?? RemovalPolicy.RETAIN;

function storageOf(
  scope: IConstruct, options: PostgresDatabaseOptions,
): Pick<rds.DatabaseInstanceProps, 'allocatedStorage' | 'maxAllocatedStorage'> {
  const allocatedStorage = (options.allocatedStorage ?? Size.gibibytes(100)).toGibibytes();
  const maxAllocatedStorage = options.maxAllocatedStorage?.toGibibytes() ?? allocatedStorage * 2;
  if (maxAllocatedStorage <= allocatedStorage) {
    fail(scope, `maxAllocatedStorage is ${maxAllocatedStorage} GiB and allocatedStorage ${allocatedStorage} GiB: `
      + 'give more than is allocated, for the write-ahead log that a replication piles up');
  }
  return { allocatedStorage, maxAllocatedStorage };
}

function backupRetentionOf(
  scope: IConstruct, { backupRetention = Duration.days(7) }: PostgresDatabaseOptions,
): Duration {
  if (backupRetention.toDays() < 1) {
    fail(scope, 'backupRetention is 0 days: give 1 to 35 days; without backups a lost database cannot be '
      + 'brought back');
  }
  return backupRetention;
}
