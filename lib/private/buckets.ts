import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { fail } from './validation';

/** The properties that every bucket of the library has: encrypted, private, TLS only, owned by its account. */
export function privateBucketProps(encryptionKey?: IKey, removalPolicy?: RemovalPolicy): s3.BucketProps {
  return {
    encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey,
    bucketKeyEnabled: encryptionKey ? true : undefined,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
  };
}

/** Parts of uploads that were never finished cost as much as objects and are never listed. */
export const ABORT_UPLOADS_AFTER = Duration.days(7);

/** What DMS does with a key while it writes and reads objects. */
export const OBJECT_KEY_ACTIONS = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:DescribeKey',
];

/** Refuses a prefix with slashes where none belong. */
export function refusePrefix(scope: IConstruct, name: string, prefix?: string): void {
  if (prefix !== undefined && !Token.isUnresolved(prefix) && !/^[^/]+(\/[^/]+)*$/.test(prefix)) {
    fail(scope, `${name} is '${prefix}': give folder names with single slashes between them, such as 'raw/agenda'`);
  }
}

/** Refuses a bucket of another region. */
export function refuseOtherRegion(scope: IConstruct, bucket?: s3.IBucket): void {
  const here = Stack.of(scope).region;
  const there = bucket?.env.region;
  if (there !== undefined && ![here, there].some((region) => Token.isUnresolved(region)) && here !== there) {
    fail(scope, `the bucket is in ${there} and the replication in ${here}: DMS writes only to buckets of its own `
      + 'region; use a bucket there, or deploy the replication beside the bucket');
  }
}
