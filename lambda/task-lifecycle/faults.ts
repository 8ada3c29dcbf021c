/**
 * What a fault means to a request that is made again and again.
 *
 * - `again`: it passes by itself.
 * - `denied`: it passes if permissions or keys were granted a moment ago, which AWS takes a while to notice.
 * - `gone`: there is no such thing.
 * - `fatal`: it does not pass.
 */
export type FaultKind = 'again' | 'denied' | 'gone' | 'fatal';

const KINDS: Readonly<Record<string, FaultKind>> = {
  // The task, an endpoint or a test of its connection is in the middle of something.
  InvalidResourceStateFault: 'again',

  ThrottlingException: 'again',
  Throttling: 'again',
  ThrottledException: 'again',
  RequestLimitExceeded: 'again',
  RequestThrottled: 'again',
  RequestThrottledException: 'again',
  TooManyRequestsException: 'again',
  KMSThrottlingFault: 'again',

  TimeoutError: 'again',
  RequestTimeout: 'again',
  RequestTimeoutException: 'again',
  AbortError: 'again',
  NetworkingError: 'again',
  ECONNRESET: 'again',
  ECONNREFUSED: 'again',
  ETIMEDOUT: 'again',
  EPIPE: 'again',
  EAI_AGAIN: 'again',
  InternalFailure: 'again',
  InternalServerError: 'again',
  InternalServiceError: 'again',
  ServiceUnavailable: 'again',
  ServiceUnavailableException: 'again',
  InsufficientResourceCapacityFault: 'again',

  ResourceNotFoundFault: 'gone',

  AccessDeniedFault: 'denied', // DMS may not do something
  AccessDeniedException: 'denied', // this function may not do something
  AccessDenied: 'denied', // as CloudFormation says it
  UnrecognizedClientException: 'denied',
  KMSAccessDeniedFault: 'denied',
  S3AccessDeniedFault: 'denied',

  KMSDisabledFault: 'fatal',
  KMSInvalidStateFault: 'fatal',
  KMSKeyNotAccessibleFault: 'fatal',
  KMSNotFoundFault: 'fatal',
  ResourceQuotaExceededFault: 'fatal',
  ResourceAlreadyExistsFault: 'fatal',
  InvalidParameterCombinationException: 'fatal',
  InvalidParameterValueException: 'fatal',
  ValidationError: 'fatal',
  ExpiredTokenException: 'fatal',
};

const REMEDIES: Readonly<Record<string, string>> = {
  AccessDeniedFault: 'the role of an endpoint, dms-vpc-role, or the service-linked role of DMS Serverless '
    + 'does not allow what DMS needs',
  AccessDeniedException: 'the role of the lifecycle function does not allow it: a boundary or an organization policy '
    + 'may deny it',
  KMSAccessDeniedFault: 'the policy of the key has to allow DMS to use it',
  KMSDisabledFault: 'enable the key',
  KMSInvalidStateFault: 'the key is not usable: cancel its deletion or import its material again',
  KMSKeyNotAccessibleFault: 'the key of the task or of an endpoint cannot be used: look at its state and its policy',
  KMSNotFoundFault: 'the key does not exist any more',
  S3AccessDeniedFault: 'the role of the S3 endpoint has to allow the bucket',
  ResourceQuotaExceededFault: 'raise the quota of AWS DMS in this region',
};

/** What an error means, by its name; an error of the network has a code instead. */
export function faultKind(error: unknown): FaultKind {
  const named = KINDS[nameOf(error)];
  if (named !== undefined) return named;
  const status = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
  return status !== undefined && (status >= 500 || status === 429) ? 'again' : 'fatal';
}

/** The error in one line, with what to do about it where that is known. */
export function explain(error: unknown): string {
  const name = nameOf(error);
  const remedy = REMEDIES[name];
  const message = error instanceof Error ? error.message : String(error);
  return `${name}: ${message}${remedy === undefined ? '' : `; ${remedy}`}`;
}

function nameOf(error: unknown): string {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  if (typeof name === 'string' && name !== 'Error') return name;
  return typeof code === 'string' ? code : 'Error';
}
