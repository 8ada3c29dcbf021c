/**
 * What a fault on the way to the database, or of the database, means.
 *
 * - `again`: it may pass by itself. When it does not, the database cannot be reached.
 * - `gone`: the database or its secret does not exist.
 * - `fatal`: it does not pass, and the database is there.
 */
export type FaultKind = 'again' | 'gone' | 'fatal';

const KINDS: Readonly<Record<string, FaultKind>> = {
  // PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html
  '3D000': 'gone', // no such database
  '53300': 'again', // too many connections
  '57P01': 'again', // shutting down
  '57P02': 'again', // crashed
  '57P03': 'again', // starting up

  // The network
  ECONNREFUSED: 'again',
  ECONNRESET: 'again',
  EHOSTUNREACH: 'again',
  ENETUNREACH: 'again',
  ETIMEDOUT: 'again',
  EPIPE: 'again',
  EAI_AGAIN: 'again',
  // Also of a database whose name is only being made known.
  ENOTFOUND: 'again',

  // Secrets Manager
  ResourceNotFoundException: 'gone',
  // Policies of the same deployment take effect late.
  AccessDeniedException: 'again',
  UnrecognizedClientException: 'again',
  ThrottlingException: 'again',
  InternalServiceError: 'again',
  ServiceUnavailable: 'again',
  TimeoutError: 'again',
};

/** Faults of the driver that have neither a name nor a code. */
const PASSING = /timeout expired|Connection terminated/;

const VERIFY = 'give the certificate of its authority as certificateAuthority, or choose PostgresSslMode.REQUIRE to '
  + 'encrypt without verifying';

const REMEDIES: Readonly<Record<string, string>> = {
  '28P01': 'the password of the secret is not that of the user: set it anew',
  28000: 'the server does not let the user in: see pg_hba.conf of a server of your own, and rds.force_ssl',
  42501: 'the login may not do this: use the login of the master user (rds_superuser), or of a superuser',
  '3D000': 'correct databaseName',
  ENOTFOUND: 'the host in the secret is not known in this VPC',
  ECONNREFUSED: 'nothing answers at the host and port of the secret',
  ETIMEDOUT: 'the security group of the database, or a route, does not let the function in',
  AccessDeniedException: 'a boundary, an organization policy, or the policy of the secret or its key may deny it',
  TimeoutError: 'the function cannot reach Secrets Manager: its subnets need a VPC endpoint or a way out',
  ResourceNotFoundException: 'the secret does not exist',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the host in the secret is not the one in the certificate: use the endpoint name of the '
    + 'database, or PostgresSslMode.VERIFY_CA',
  CERT_HAS_EXPIRED: 'renew the certificate of the server',
  SELF_SIGNED_CERT_IN_CHAIN: VERIFY,
  DEPTH_ZERO_SELF_SIGNED_CERT: VERIFY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: VERIFY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: VERIFY,
};

export function faultKind(error: unknown): FaultKind {
  const [name, message] = [nameOf(error), messageOf(error)];
  // A secret that is scheduled for deletion is still known.
  if (name === 'InvalidRequestException' && message.includes('deletion')) return 'gone';
  const known = KINDS[name];
  if (known !== undefined) return known;
  if (/^08/.test(name) || PASSING.test(message)) return 'again';
  return 'fatal';
}

/** The error in one line, with what to do about it where that is known. Passwords are in no error of the driver. */
export function explain(error: unknown): string {
  const name = nameOf(error);
  const message = messageOf(error);
  const remedy = REMEDIES[name]
    ?? (message.includes('timeout expired') ? REMEDIES.ETIMEDOUT : undefined)
    ?? (message.includes('does not support SSL') ? 'turn ssl on: nothing here talks to a database in plain text' : undefined);
  // What was explained where it happened is not explained again.
  const more = remedy === undefined || message.endsWith(remedy) ? '' : `; ${remedy}`;
  return `${name === 'Error' ? '' : `${name}: `}${message}${more}`;
}

/** Names of AWS, codes of PostgreSQL and of the network. */
function nameOf(error: unknown): string {
  const { name, code } = (first(error) ?? {}) as { name?: unknown; code?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' && name !== 'error' ? name : 'Error';
}

const messageOf = (error: unknown): string => {
  const { message } = (first(error) ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : String(first(error));
};

/** A host with several addresses fails once for each. */
function first(error: unknown): unknown {
  const { errors } = (error ?? {}) as { errors?: unknown };
  return Array.isArray(errors) && errors.length > 0 ? errors[0] : error;
}
