import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Who logs in. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Where a database is and who logs in. */
export interface Login extends Credentials {
  readonly host: string;
  readonly port: number;
  /** The database, where the secret names one. */
  readonly database?: string;
}

/** A function without a way to Secrets Manager should hear of it soon. */
const secrets = new SecretsManagerClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
});

/**
 * Reads a secret.
 *
 * @throws when something is missing; the message tells what, and no value
 */
export async function loginOf(secretArn: string): Promise<Login> {
  const { username, password, rest } = await read(secretArn);
  const { host, port, dbname } = rest;
  const number = Number(port);
  if (typeof host !== 'string' || host === '' || !Number.isInteger(number) || number < 1 || number > 65_535) {
    throw new Error(`the secret ${secretArn} has no host and port: a master secret that RDS manages holds neither; use a `
      + 'secret with username, password, host and port, such as a DmsSecret');
  }
  return { host, port: number, username, password, ...(typeof dbname === 'string' ? { database: dbname } : {}) };
}

/** Reads the user of a secret, which need not say where the database is. */
export async function userOf(secretArn: string): Promise<Credentials> {
  const { username, password } = await read(secretArn);
  return { username, password };
}

async function read(secretArn: string): Promise<Credentials & { readonly rest: Readonly<Record<string, unknown>> }> {
  const { SecretString: text } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }));
  const rest = jsonOf(text);
  const { username, password } = rest ?? {};
  if (rest === undefined || typeof username !== 'string' || typeof password !== 'string' || username === ''
    || password === '') {
    throw new Error(`the secret ${secretArn} is not a login: it has to be JSON with username and password`);
  }
  return { username, password, rest };
}

function jsonOf(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
