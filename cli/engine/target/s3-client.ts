import { createRequire } from 'node:module';
import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import { UsageError, codeOf, messageOf } from '../../errors';
import type { S3Location } from './location';
import { titleOfLake } from './location';

/** Attempts of one request; the SDK waits longer and longer between them, and only where another one can help. */
const ATTEMPTS = 5;
const CONNECT_MS = 5_000;
/** A server that says nothing for so long is gone. */
const SILENCE_MS = 60_000;
/** Servers other than AWS's do not care, but signatures need one. */
const ANY_REGION = 'us-east-1';

const load = createRequire(__filename);

/** A client for the server of a lake. The SDK is loaded only here: who writes to a folder does not wait for it. */
export async function openS3({ endpoint }: S3Location): Promise<S3> {
  // What it says about versions of Node.js is for who keeps this package, not for who runs it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3: Client } = load('@aws-sdk/client-s3') as typeof import('@aws-sdk/client-s3');
  const config: S3ClientConfig = {
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    followRegionRedirects: true,
  };
  if (endpoint === undefined) return new Client(config);
  // Checksums beyond S3's first ones are unknown to many servers.
  const other: S3ClientConfig = {
    ...config, endpoint, forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED',
  };
  const client = new Client(other);
  const hasRegion = await client.config.region().then(() => true, () => false);
  return hasRegion ? client : new Client({ ...other, region: ANY_REGION });
}

const UNREACHABLE = [
  'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'ETIMEDOUT',
];
const REFUSED_CREDENTIALS = [
  'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken', 'TokenRefreshRequired',
];

/** What went wrong with a lake's server, in words for who can mend it. */
export function s3Problem(error: unknown, location: S3Location): unknown {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const lake = titleOfLake(location);
  const server = location.endpoint ?? 'AWS';
  const said = (words: string): UsageError => new UsageError(`${lake}: ${words}`, { cause: error });
  const code = codeOf(error) ?? '';
  if (UNREACHABLE.includes(code) || name === 'TimeoutError') {
    return said(`nothing answers at ${server} (${code === '' ? messageOf(error) : code}): start the server, or correct --s3-endpoint`);
  }
  if (name === 'NoSuchBucket') return said(`${server} has no bucket ${location.bucket}: create it, or correct --target`);
  if (name === 'CredentialsProviderError') {
    return said('there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE');
  }
  if (REFUSED_CREDENTIALS.includes(name ?? '')) {
    return said(`${server} refuses the credentials (${name}): correct or renew AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE`);
  }
  if (name === 'AccessDenied' || $metadata?.httpStatusCode === 403) return said(accessDenied(server, location));
  if (/region is missing/i.test(messageOf(error))) return said('there is no AWS region: set AWS_REGION, or give --s3-endpoint');
  if ($metadata?.httpStatusCode === undefined) return error;
  return said(`${server} says ${name} (${$metadata.httpStatusCode}): ${messageOf(error)}`);
}

function accessDenied(server: string, { bucket, objects: { bucketOwner } }: S3Location): string {
  const owner = bucketOwner === undefined
    ? ''
    : `, and whether it belongs to account ${bucketOwner}, the ExpectedBucketOwner of the template`;
  return `${server} denies access to bucket ${bucket}: check what its policy and the role of these credentials allow${owner}`;
}
