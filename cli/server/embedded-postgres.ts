import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { codeOf, UsageError } from '../errors';
import { serverAccount, type Account } from './account';
import { runnableBinaries, type PostgresVersion } from './binaries';
import {
  createTemporaryFolder, initialize, layOut, openKeptFolder, removeAbandonedFolders, SERVER_ENVIRONMENT,
  type ClusterFolder,
} from './cluster';
import { hasEnded, ServerLifetime } from './lifetime';

export { SUPPORTED_VERSIONS, supportedVersion, type PostgresVersion } from './binaries';

const HOST = '127.0.0.1';
const SUPERUSER = 'postgres';
/** Recovery after a crash reads the whole log since the last checkpoint, so a start may take long; this is a limit. */
const START_LIMIT_SECONDS = 120;
const PORT_ATTEMPTS = 5;

export interface EmbeddedPostgresOptions {
  readonly version: PostgresVersion;
  /**
   * Folder to keep the database in; it is made when missing, and taken over when an earlier run left it.
   *
   * @default - a temporary folder, removed by `stop()`
   */
  readonly dataDirectory?: string;
  /** Settings of `postgresql.conf`; see `parametersFor` for those of an RDS parameter group. */
  readonly parameters: Readonly<Record<string, string>>;
  /**
   * For who has to find it again after a restart.
   *
   * @default - a free one
   */
  readonly port?: number;
  /** Created when the server does not have it yet. */
  readonly database: string;
}

/**
 * A real PostgreSQL server of the npm packages, for as long as `dms` runs.
 *
 * It listens on the loopback interface only, on a free port, behind a random password, and does not outlive this
 * process; one that a `kill -9` left behind is ended by the next start.
 */
export class EmbeddedPostgres {
  /**
   * @throws UsageError when the server refuses the parameters (with the server's own words), the folder cannot be
   * used, or the platform has no binaries
   */
  public static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const { version, dataDirectory } = options;
    const kept = dataDirectory !== undefined;
    const account = serverAccount();
    await removeAbandonedFolders(account);
    const lifetime = new ServerLifetime(kept);
    const temporary = (): string => lifetime.temporary(() => createTemporaryFolder(account));
    try {
      const folder = kept ? await openKeptFolder(dataDirectory, account) : layOut(temporary());
      const binaries = runnableBinaries(version, account, temporary);
      const password = await initialize(folder, version, binaries, account, kept);
      const server = await launch({ folder, kept, binaries, account, password, options, lifetime });
      return new EmbeddedPostgres(lifetime, version, server);
    } catch (error) {
      await lifetime.stop();
      throw error;
    }
  }

  /** Superuser's connection URL, with the password: for this process's own use, never to be printed. */
  public readonly url: string;
  public readonly port: number;
  public readonly pid: number;

  private constructor(
    private readonly lifetime: ServerLifetime,
    public readonly version: PostgresVersion,
    server: RunningServer,
  ) {
    this.url = server.url;
    this.port = server.port;
    this.pid = server.pid;
  }

  /** Stops the server and removes its temporary folder; calling it again waits for the same end. */
  public stop(): Promise<void> {
    return this.lifetime.stop();
  }
}

interface Launch {
  readonly folder: ClusterFolder;
  readonly kept: boolean;
  readonly binaries: string;
  readonly account: Account | undefined;
  readonly password: string;
  readonly options: EmbeddedPostgresOptions;
  readonly lifetime: ServerLifetime;
}

interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
}

async function launch(start: Launch): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = start.options.port ?? await freePort();
    const child = spawnServer(start, port);
    const pid = child.pid ?? (await spawnFailure(child));
    start.lifetime.runs(child);
    try {
      return { pid, port, url: await createDatabase(start, child, port) };
    } catch (error) {
      await start.lifetime.endServer();
      // Somebody else took the port between the moment it was found free and the start.
      if (start.options.port !== undefined || attempt === PORT_ATTEMPTS || !/could not bind/.test(readFileSync(start.folder.log, 'utf8'))) {
        throw error;
      }
    }
  }
}

function spawnServer({ folder, kept, binaries, account, options }: Launch, port: number): ChildProcess {
  // What is thrown away need not survive a power cut. Commits stay synchronous: logical decoding sees a transaction
  // only once its log is written out, and otherwise that happens a moment later.
  const durability: Record<string, string> = kept ? {} : { fsync: 'off', full_page_writes: 'off' };
  const settings: Record<string, string> = {
    ...durability,
    ...options.parameters,
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: '',
    logging_collector: 'off',
    log_destination: 'stderr',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(folder.log, 'w', 0o600);
  try {
    // In a session of its own: Ctrl-C reaches dms alone, which still needs the server to finish in order.
    return spawn(join(binaries, 'bin', 'postgres'), ['-D', folder.data, ...args], {
      ...account,
      cwd: '/',
      detached: true,
      env: SERVER_ENVIRONMENT,
      stdio: ['ignore', log, log],
    });
  } finally {
    closeSync(log);
  }
}

function spawnFailure(child: ChildProcess): Promise<never> {
  return new Promise((_resolve, reject) => child.once('error', reject));
}

/** Waits until the server accepts connections, makes the database and returns its URL. */
async function createDatabase(start: Launch, child: ChildProcess, port: number): Promise<string> {
  const urlOf = (database: string): string =>
    `postgres://${SUPERUSER}:${start.password}@${HOST}:${port}/${encodeURIComponent(database)}`;
  const admin = await connectWhenReady(start, child, urlOf('postgres'));
  try {
    const { database } = start.options;
    const found = await admin.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) {
      await admin.query(`create database ${admin.escapeIdentifier(database)}`);
    }
    return urlOf(database);
  } finally {
    await admin.end();
  }
}

async function connectWhenReady(start: Launch, child: ChildProcess, url: string): Promise<Client> {
  const deadline = Date.now() + START_LIMIT_SECONDS * 1000;
  for (;;) {
    const client = new Client({ connectionString: url, application_name: 'dms', connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.end().catch(() => undefined);
      if (hasEnded(child)) {
        const name = `the embedded PostgreSQL ${start.options.version}`;
        throw new UsageError(`${name} did not start: ${lastComplaint(start.folder.log)}`, { cause: error });
      }
      // ECONNREFUSED before it listens, 57P03 while it starts up or recovers.
      const isStarting = ['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(codeOf(error) ?? '');
      if (!isStarting || Date.now() > deadline) {
        throw error;
      }
      await sleep(20);
    }
  }
}

/** What the server said last: its fatal error with the hint that follows, else its last line. */
function lastComplaint(log: string): string {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const complaint = lines.findLastIndex((line) => /(FATAL|PANIC|ERROR): /.test(line));
  const said = complaint === -1 ? lines.slice(-1) : lines.slice(complaint).filter((line) => !/LOG: /.test(line));
  return said.map((line) => line.replace(/^.*?(FATAL|PANIC|ERROR|HINT|DETAIL): +/, '').trim()).join('; ');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
