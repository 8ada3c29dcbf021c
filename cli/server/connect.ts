import { Client, type ClientConfig } from 'pg';
import { codeOf, messageOf, UsageError } from '../errors';

const CONNECT_TIMEOUT_MS = 15_000;

const REFUSALS: Record<string, (where: string, user: string, error: unknown) => string> = {
  ECONNREFUSED: (where) => `nothing answers at ${where}: start the server, or correct host and port`,
  ENOTFOUND: (where) => `the host of ${where} is not known: correct its name`,
  EAI_AGAIN: (where) => `the host of ${where} cannot be looked up now: check the name and the network`,
  ETIMEDOUT: (where) => `${where} does not answer: check the address, the firewall and the security group`,
  '28P01': (where, user) =>
    `wrong password for user "${user}" at ${where}: set it in the URL, in PGPASSWORD or in ~/.pgpass`,
  '28000': (where, user, error) => `user "${user}" is not let in at ${where}: ${messageOf(error)}`,
  '3D000': (where) => `there is no such database at ${where}: create it, or correct its name`,
};

/**
 * Connects to a PostgreSQL server; what the URL leaves open comes from libpq's variables and `~/.pgpass`.
 *
 * @param url `postgres://user:password@host:port/database`; undefined = everything from `PGHOST`, `PGDATABASE`, …
 * @param application what the server's own views call this connection
 * @param settings further settings of the driver, such as `options` or `replication`
 * @throws UsageError when the URL is malformed or the server does not let us in: one line without the password
 */
export async function connect(
  url: string | undefined,
  application = 'dms',
  settings: ClientConfig = {},
): Promise<Client> {
  const client = newClient(url, application, settings);
  // A connection lost between two queries: the next query reports it, this only keeps it from ending the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    // Only a connection in vain can be ended: there is nothing to hear from it any more.
    client.end().catch(() => undefined);
    throw new UsageError(explain(error, client), { cause: error });
  }
}

function newClient(url: string | undefined, application: string, settings: ClientConfig): Client {
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url)) {
    throw new UsageError('the database address is not a postgres:// URL: write postgres://user@host:5432/database');
  }
  try {
    return new Client({
      ...settings,
      connectionString: url,
      application_name: application,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
  } catch (error) {
    throw new UsageError(
      'the database address cannot be read as a URL: write postgres://user@host:5432/database, ' +
        'with special characters in user and password percent-encoded',
      { cause: error },
    );
  }
}

function explain(error: unknown, client: Client): string {
  const where = `${client.host}:${client.port}/${client.database ?? ''}`;
  const user = client.user ?? '';
  const message = messageOf(error);
  if (message.includes('client password must be a string')) {
    return `user "${user}" needs a password at ${where}: set it in the URL, in PGPASSWORD or in ~/.pgpass`;
  }
  const known = REFUSALS[message.includes('timeout expired') ? 'ETIMEDOUT' : causeCode(error)];
  return known?.(where, user, error) ?? `cannot connect to ${where} as "${user}": ${message}`;
}

/** With several addresses for one host (IPv4 and IPv6), the code is that of the first one that failed. */
function causeCode(error: unknown): string {
  return codeOf(error) ?? (error instanceof AggregateError ? codeOf(error.errors[0]) : undefined) ?? '';
}
