import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync, cpSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../../cli/errors';
import { canEnter, serverAccount, temporaryRoot } from '../../cli/server/account';
import { makeRunnable, packagedFolder } from '../../cli/server/binaries';
import { connect } from '../../cli/server/connect';
import { EmbeddedPostgres, SUPPORTED_VERSIONS, type EmbeddedPostgresOptions } from '../../cli/server/embedded-postgres';
import { isAlive, runningServer } from '../../cli/server/processes';
import { TemporaryFolders } from '../support/temporary-folder';

const folders = new TemporaryFolders();
const started: EmbeddedPostgres[] = [];
const holders: ChildProcess[] = [];

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await EmbeddedPostgres.start({ version: 14, parameters: {}, database: 'test', ...options });
  started.push(server);
  return server;
}

/** The first column of the first row. */
async function ask(server: EmbeddedPostgres, query: string): Promise<unknown> {
  const client = await connect(server.url);
  try {
    const { rows } = await client.query<Record<string, unknown>>(query);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

/** Another process that runs a server until it is ended. */
async function holdServer(
  dataDirectory = '',
  ending = '',
): Promise<{ holder: ChildProcess; pid: number; data: string }> {
  const script = join(__dirname, '..', 'support', 'server-holder.ts');
  const holder = spawn(process.execPath, ['--import', 'tsx', script, dataDirectory, ending], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.push(holder);
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  return { holder, ...(JSON.parse(line.toString()) as { pid: number; data: string }) };
}

async function end(holder: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(holder, 'exit');
  holder.kill(signal);
  await ended;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  await Promise.all(
    holders.splice(0).filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      .map((holder) => end(holder, 'SIGTERM')),
  );
});

describe.each(SUPPORTED_VERSIONS)('PostgreSQL %i', (version) => {
  test('runs with the given parameters, in UTF-8, bytewise order and UTC', async () => {
    const server = await start({ version, parameters: { wal_level: 'logical', max_replication_slots: '7' } });
    expect(String(await ask(server, 'show server_version')).split('.')[0]).toBe(String(version));
    expect(await ask(server, 'show wal_level')).toBe('logical');
    expect(await ask(server, 'show max_replication_slots')).toBe('7');
    expect(await ask(server, 'show server_encoding')).toBe('UTF8');
    expect(await ask(server, 'show timezone')).toBe('UTC');
    expect(await ask(server, 'select datcollate from pg_database where datname = current_database()')).toBe('C');
  });

  test('is reached over the loopback interface only, and with its password only', async () => {
    const server = await start({ version });
    expect(await ask(server, 'show listen_addresses')).toBe('127.0.0.1');
    expect(await ask(server, 'show unix_socket_directories')).toBe('');
    const withoutPassword = server.url.replace(/:[^:@]+@/, ':wrong@');
    await expect(connect(withoutPassword)).rejects.toThrow(
      `wrong password for user "postgres" at 127.0.0.1:${server.port}/test: ` +
        'set it in the URL, in PGPASSWORD or in ~/.pgpass',
    );
  });

  test('decodes with test_decoding and pgoutput', async () => {
    const server = await start({ version, parameters: { wal_level: 'logical' } });
    for (const plugin of ['test_decoding', 'pgoutput']) {
      const created = await ask(
        server,
        `select slot_name from pg_create_logical_replication_slot('with_${plugin}', '${plugin}')`,
      );
      expect(created).toBe(`with_${plugin}`);
    }
  });
});

test('two servers run at once, each with its own port and data', async () => {
  const [one, other] = await Promise.all([start(), start({ version: 18 })]);
  expect(one.port).not.toBe(other.port);
  await ask(one, 'create table only_here()');
  expect(await ask(other, 'select to_regclass(\'only_here\')')).toBeNull();
});

test('stop leaves no process and no folder, however often it is called', async () => {
  const server = await start();
  const data = String(await ask(server, 'show data_directory'));
  expect(existsSync(data)).toBe(true);
  await Promise.all([server.stop(), server.stop()]);
  expect(isAlive(server.pid)).toBe(false);
  expect(existsSync(dirname(data))).toBe(false);
});

test('the server does not run as root', async () => {
  const server = await start();
  const owner = Number(execFileSync('ps', ['-o', 'uid=', '-p', String(server.pid)], { encoding: 'utf8' }));
  expect(owner).toBe(serverAccount()?.uid ?? process.getuid?.());
  expect(owner).not.toBe(0);
});

describe('a parameter that the server refuses', () => {
  test.each([
    [{ nonsense: '1' }, 'unrecognized configuration parameter "nonsense"'],
    [{ wal_level: 'high' }, 'invalid value for parameter "wal_level": "high"; Available values: minimal, replica, logical.'],
  ])('%j is reported in its words, and nothing is left', async (parameters, words) => {
    const refusal = start({ parameters });
    await expect(refusal).rejects.toBeInstanceOf(UsageError);
    await expect(refusal).rejects.toThrow(`the embedded PostgreSQL 14 did not start: ${words}`);
    const root = temporaryRoot(serverAccount());
    const owners = readdirSync(root)
      .filter((name) => name.startsWith('dms-postgres-'))
      .map((name) => readFileSync(join(root, name, 'owner.json'), 'utf8'))
      .map((owner) => (JSON.parse(owner) as { pid: number }).pid);
    expect(owners).not.toContain(process.pid);
  });
});

describe('a data folder that is kept', () => {
  test('is made, survives a restart, and takes other parameters then', async () => {
    const dataDirectory = join(folders.create(), 'new');
    openToAll(dirname(dataDirectory));
    const first = await start({ dataDirectory });
    await ask(first, 'create table kept as select 42 as answer');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start({ dataDirectory, parameters: { wal_level: 'logical' } });
    expect(await ask(second, 'select answer from kept')).toBe(42);
    expect(await ask(second, 'show wal_level')).toBe('logical');
    expect(await ask(second, 'show fsync')).toBe('on');
  });

  test('is refused when another release made it', async () => {
    const dataDirectory = openToAll(folders.create());
    await (await start({ dataDirectory })).stop();
    await expect(start({ dataDirectory, version: 18 })).rejects.toThrow(
      `${dataDirectory} was made by PostgreSQL 14, not 18: use that version, or another folder`,
    );
  });

  test('is refused when it holds other files, which stay', async () => {
    const dataDirectory = openToAll(folders.create());
    const file = join(dataDirectory, 'letter.txt');
    writeFileSync(file, 'dear');
    await expect(start({ dataDirectory })).rejects.toThrow(
      `${dataDirectory} holds other files (letter.txt): give an empty folder or one that dms made`,
    );
    expect(statSync(file).size).toBe(4);
  });

  test('is refused while a living dms works with it', async () => {
    const dataDirectory = openToAll(folders.create());
    const { holder, pid } = await holdServer(dataDirectory);
    await expect(start({ dataDirectory })).rejects.toThrow(
      `${dataDirectory} is in use by another dms (process ${holder.pid}): wait for it to end`,
    );
    expect(isAlive(pid)).toBe(true);
  });

  test('is taken over from a dms that was killed, with its server still running', async () => {
    const dataDirectory = openToAll(folders.create());
    const { holder, pid, data } = await holdServer(dataDirectory);
    await end(holder, 'SIGKILL');
    expect(runningServer(data)).toBe(pid);
    const server = await start({ dataDirectory, database: 'held' });
    expect(server.pid).not.toBe(pid);
    expect(runningServer(data)).toBe(server.pid);
    expect(await ask(server, 'select answer from kept')).toBe(42);
  });

  (serverAccount() === undefined ? test.skip : test)('is refused where nobody cannot enter', async () => {
    const home = folders.create();
    chmodSync(home, 0o700);
    await expect(start({ dataDirectory: join(home, 'data') })).rejects.toThrow(
      `the user \`nobody\`, who runs PostgreSQL when dms is run by root, cannot enter ${home}: ` +
        'choose a folder outside of it, or run dms as a normal user',
    );
  });

  function openToAll(folder: string): string {
    chmodSync(folder, 0o755);
    return folder;
  }
});

describe('when dms ends without stopping its server', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s, the server and its folder go first', async (signal) => {
    const { holder, pid, data } = await holdServer();
    await end(holder, signal);
    expect(holder.signalCode).toBe(signal);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(dirname(data))).toBe(false);
  });

  test('by process.exit, the server ends and its folder is removed', async () => {
    const { holder, data } = await holdServer('', 'exit');
    await once(holder, 'exit');
    expect(holder.exitCode).toBe(3);
    expect(existsSync(dirname(data))).toBe(false);
    expect(runningServer(data)).toBeUndefined();
  });

  test('by kill -9, the next start ends the server and removes its folder', async () => {
    const { holder, pid, data } = await holdServer();
    await end(holder, 'SIGKILL');
    expect(runningServer(data)).toBe(pid);
    await start();
    expect(existsSync(dirname(data))).toBe(false);
    expect(runningServer(data)).toBeUndefined();
  });
});

describe('binaries as npm may leave them', () => {
  const account = serverAccount();
  const run = (native: string, program: string): string =>
    execFileSync(join(native, 'bin', program), ['--version'], { encoding: 'utf8', cwd: '/', ...account }).trim();

  function installedWithoutLinks(): string {
    const native = join(folders.create(), 'native');
    cpSync(packagedFolder(14), native, { recursive: true, verbatimSymlinks: true });
    const lib = join(native, 'lib');
    const links = readdirSync(lib).map((name) => join(lib, name)).filter((path) => lstatSync(path).isSymbolicLink());
    links.forEach((link) => rmSync(link));
    return native;
  }

  test('missing library links are made in place', () => {
    const native = installedWithoutLinks();
    chmodSync(dirname(native), 0o755);
    const unused = (): string => {
      throw new Error('a copy was made');
    };
    expect(makeRunnable(native, account, unused)).toBe(native);
    expect(run(native, 'initdb')).toBe('initdb (PostgreSQL) 14.23');
  });

  (account === undefined ? test.skip : test)('a package that the server account cannot reach is copied', () => {
    const native = installedWithoutLinks();
    chmodSync(join(native, 'lib'), 0o700);
    expect(canEnter(native, account)).toBe(false);
    const scratch = folders.create();
    chmodSync(scratch, 0o755);
    const copy = makeRunnable(native, account, () => scratch);
    expect(copy).toBe(join(scratch, 'native'));
    expect(run(copy, 'postgres')).toBe('postgres (PostgreSQL) 14.23');
  });

  (account === undefined ? test : test.skip)('links that cannot be made in place are made in a copy', () => {
    const native = installedWithoutLinks();
    const lib = join(native, 'lib');
    chmodSync(lib, 0o555);
    const scratch = folders.create();
    const copy = makeRunnable(native, account, () => scratch);
    chmodSync(lib, 0o755);
    expect(copy).toBe(join(scratch, 'native'));
    expect(run(copy, 'initdb')).toBe('initdb (PostgreSQL) 14.23');
  });
});
