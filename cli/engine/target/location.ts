import { resolve } from 'node:path';
import { UsageError } from '../../errors';

/** Where a lake is: plain data, so that every worker thread can open it for itself. */
export type LakeLocation = FolderLocation | S3Location;

/** A folder that stands for the bucket. */
export interface FolderLocation {
  readonly kind: 'folder';
  /** Absolute. */
  readonly path: string;
}

/** A bucket of S3, or of a server that speaks its protocol. Credentials and region come from the SDK's usual chain. */
export interface S3Location {
  readonly kind: 's3';
  readonly bucket: string;
  /** Before the paths of the lake; empty or without `/` at its ends. */
  readonly prefix: string;
  /** URL of a server other than AWS's own, which is then asked path-style. */
  readonly endpoint: string | undefined;
  readonly objects: ObjectSettings;
}

/** What `S3Settings` says about the objects that are written, in the words of S3's own headers. */
export interface ObjectSettings {
  /** `EncryptionMode`, when it is given: a server without keys may refuse the header for its default. */
  readonly encryption: 'AES256' | 'aws:kms' | undefined;
  /** `ServerSideEncryptionKmsKeyId` */
  readonly kmsKeyId: string | undefined;
  /** `CannedAclForObjects` */
  readonly acl: string | undefined;
  /** `ExpectedBucketOwner` */
  readonly bucketOwner: string | undefined;
  /** Keys of these whose values only the deployment knows, because the template refers to other resources. */
  readonly unknown: readonly string[];
}

/** For people: a path or a URL. */
export function titleOfLake(location: LakeLocation): string {
  if (location.kind === 'folder') return location.path;
  return `s3://${[location.bucket, location.prefix].filter((part) => part !== '').join('/')}`;
}

/** Whether files of the one are files of the other. */
export function isSameLake(one: LakeLocation, other: LakeLocation): boolean {
  const endpoints = [one, other].map((location) => (location.kind === 's3' ? location.endpoint : undefined));
  return titleOfLake(one) === titleOfLake(other) && endpoints[0] === endpoints[1];
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * The lake that `--target` and `--s3-endpoint` name. Without an endpoint that of `AWS_ENDPOINT_URL_S3` or
 * `AWS_ENDPOINT_URL` is taken, as the SDK does.
 *
 * @throws {UsageError} when there can be no such lake
 */
export function lakeLocation(
  target: string, endpoint: string | undefined, objects: ObjectSettings, environment: NodeJS.ProcessEnv,
): LakeLocation {
  if (!target.startsWith('s3://')) {
    if (endpoint === undefined) return { kind: 'folder', path: resolve(target) };
    throw new UsageError(`--s3-endpoint is for a --target s3://bucket/folder, not for ${target}`);
  }
  const [bucket = '', ...folders] = target.slice('s3://'.length).split('/');
  if (!BUCKET.test(bucket)) {
    throw new UsageError(`--target ${target}: ${JSON.stringify(bucket)} is no name of a bucket; give s3://bucket or s3://bucket/folder`);
  }
  const prefix = folders.filter((folder, i) => folder !== '' || i < folders.length - 1);
  if (prefix.some((folder) => folder === '' || folder === '.' || folder === '..')) {
    throw new UsageError(`--target ${target}: its folders must have names other than "", "." and ".."`);
  }
  const url = endpoint ?? environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  if (url !== undefined) refuseOtherUrls(url);
  return { kind: 's3', bucket, prefix: prefix.join('/'), endpoint: url, objects };
}

function refuseOtherUrls(endpoint: string): void {
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return;
  throw new UsageError(`the S3 endpoint ${endpoint} is no URL of a server: give one such as http://127.0.0.1:9000`);
}
