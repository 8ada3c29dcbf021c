import { checkServerIdentity, type ConnectionOptions, rootCertificates } from 'node:tls';
import { Client } from 'pg';
import { surroundings } from '../surroundings';
import type { ConnectionProperties } from './api';
import { explain, faultKind } from './faults';
import { type Login, loginOf } from './login';

/** For how long a database that does not answer is asked again: a failover takes a minute or two. */
const PATIENCE_MILLISECONDS = 180_000;
const PAUSE_MILLISECONDS = 5_000;

const CONNECT_TIMEOUT_MILLISECONDS = 10_000;
/** Nothing here reads rows: a statement that takes longer waits for a lock. */
const STATEMENT_TIMEOUT_MILLISECONDS = 60_000;

/** The database or its secret does not exist, or could not be reached in all that time. */
export class NoDatabase extends Error {}

/** Works on the database, and ends the connection whatever happens. */
export async function withDatabase<T>(
  where: ConnectionProperties, work: (client: Client, login: Login) => Promise<T>,
  patience = PATIENCE_MILLISECONDS,
): Promise<T> {
  const { client, login } = await openPatiently(where, patience);
  try {
    return await work(client, login);
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface Opened {
  readonly client: Client;
  readonly login: Login;
}

async function openPatiently(where: ConnectionProperties, patience: number): Promise<Opened> {
  const until = surroundings.now() + patience;
  for (;;) {
    try {
      return await open(where);
    } catch (error) {
      const kind = faultKind(error);
      if (kind === 'fatal') throw new Error(`cannot log in to ${where.DatabaseName}: ${explain(error)}`, { cause: error });
      if (kind === 'gone' || surroundings.now() >= until) {
        throw new NoDatabase(`cannot reach ${where.DatabaseName}: ${explain(error)}`, { cause: error });
      }
      surroundings.log({ fault: explain(error) });
      await surroundings.sleep(PAUSE_MILLISECONDS);
    }
  }
}

async function open(where: ConnectionProperties): Promise<Opened> {
  const login = await loginOf(where.SecretArn);
  const client = new Client({
    host: login.host,
    port: login.port,
    user: login.username,
    password: login.password,
    database: where.DatabaseName,
    ssl: tlsFor(login.host, where.SslMode, where.CertificateAuthority),
    application_name: 'cdk-dms-pipelines',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    statement_timeout: STATEMENT_TIMEOUT_MILLISECONDS,
    // Whatever the login's own path is: a name without a schema is one of the system.
    options: '-c search_path=pg_catalog',
  });
  // A connection that is lost between two statements: the next one reports it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return { client, login };
  } catch (error) {
    client.end().catch(() => undefined);
    throw error;
  }
}

/**
 * How the server is verified. Without certificates of one's own it is with those that Node.js trusts: public ones, and
 * Amazon's, which `NODE_EXTRA_CA_CERTS` adds in Lambda.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
export function tlsFor(host: string, mode: string, authority: string | undefined): ConnectionOptions {
  switch (mode) {
    case 'require': return { rejectUnauthorized: false };
    case 'verify-ca': return { ...trusting(authority), checkServerIdentity: () => undefined };
    case 'verify-full': return {
      ...trusting(authority), checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    };
    default: throw new Error(`'${mode}' is not an SSL mode: it is require, verify-ca or verify-full`);
  }
}

const trusting = (authority: string | undefined): ConnectionOptions => ({
  rejectUnauthorized: true,
  ...(authority === undefined ? {} : { ca: [...rootCertificates, authority] }),
});
