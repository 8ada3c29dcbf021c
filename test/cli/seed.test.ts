import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { UsageError } from '../../cli/errors';
import type { Changes } from '../../cli/seed/changes';
import { ContinuousWriter } from '../../cli/seed/continuous-writer';
import { copyLine, createSchema, hasRows, loadSeed } from '../../cli/seed/load';
import { BOOKINGS, CLIENTS, rowValues, SEED_TABLES, type SeedTable } from '../../cli/seed/tables';
import { connect } from '../../cli/server/connect';
import { EmbeddedPostgres } from '../../cli/server/embedded-postgres';
import { runDms, startDms } from '../support/dms';

let server: EmbeddedPostgres;
let admin: Client;
let databases = 0;
const clients: Client[] = [];

beforeAll(async () => {
  server = await EmbeddedPostgres.start({
    version: 14,
    parameters: { wal_level: 'logical', max_replication_slots: '20' },
    database: 'test',
  });
  admin = await connect(server.url);
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
});

afterAll(async () => {
  await admin?.end();
  await server?.stop();
});

/** An empty database of this test's own. */
async function database(): Promise<{ url: string; client: Client }> {
  databases += 1;
  const name = `seed_${databases}`;
  await admin.query(`create database ${name}`);
  const url = server.url.replace(/\/test$/, `/${name}`);
  const client = await connect(url);
  clients.push(client);
  return { url, client };
}

async function ask<T>(client: Client, query: string): Promise<T> {
  const { rows } = await client.query<Record<string, T>>(query);
  return Object.values(rows[0] ?? {})[0] as T;
}

const digest = (client: Client, table: string): Promise<string> =>
  ask(client, `select md5(string_agg(t::text, E'\\n' order by id)) from ${table} t`);

describe('loadSeed', () => {
  test('writes as many rows as asked, with ids from 1 on, and analyzes them', async () => {
    const { url, client } = await database();
    await loadSeed(url, { clients: 120, bookings: 340, seed: 1 });
    expect(await ask(client, 'select format(\'%s %s %s\', count(*), min(id), max(id)) from clients')).toBe('120 1 120');
    expect(await ask(client, 'select format(\'%s %s %s\', count(*), min(id), max(id)) from bookings')).toBe('340 1 340');
    expect(await ask(client, 'select reltuples::int from pg_class where relname = \'bookings\'')).toBe(340);
  });

  test('gives the same rows for the same seed, others for another', async () => {
    const [one, same, other] = [await database(), await database(), await database()];
    await loadSeed(one.url, { clients: 300, bookings: 600, seed: 7 });
    await loadSeed(same.url, { clients: 300, bookings: 600, seed: 7 });
    await loadSeed(other.url, { clients: 300, bookings: 600, seed: 8 });
    for (const table of ['clients', 'bookings']) {
      expect(await digest(same.client, table)).toBe(await digest(one.client, table));
      expect(await digest(other.client, table)).not.toBe(await digest(one.client, table));
    }
  });

  test('delivers every text unchanged, also what COPY has to escape', async () => {
    const { url, client } = await database();
    await loadSeed(url, { clients: 2000, bookings: 0, seed: 3 });
    const { rows } = await client.query<{ id: number; notes: string | null }>('select id, notes from clients order by id');
    const notes = CLIENTS.columns.findIndex(({ name }) => name === 'notes');
    const written = rows.map(({ id }) => rowValues(CLIENTS, 3, id, 2000)[notes] ?? null);
    expect(rows.map((row) => row.notes)).toEqual(written);
    expect(written.filter((text) => /[\\\t\n\r]/.test(text ?? '')).length).toBeGreaterThan(10);
  });

  test('covers NULLs, other alphabets, big integers and texts stored outside the row', async () => {
    const { url, client } = await database();
    await loadSeed(url, { clients: 5000, bookings: 5000, seed: 1 });
    for (const table of SEED_TABLES) {
      const nullable = table.columns.filter(({ type }) => !type.includes('not null'));
      for (const { name } of nullable) {
        const counts = `count(*) filter (where ${name} is null) > 0 and count(${name}) > 0`;
        expect([name, await ask(client, `select ${counts} from ${table.name}`)]).toEqual([name, true]);
      }
      const outside = await ask(
        client,
        `select pg_relation_size(reltoastrelid) > 32768 from pg_class where relname = '${table.name}'`,
      );
      expect(outside).toBe(true);
    }
    expect(await ask(client, 'select max(octet_length(notes)) between 33000 and 40000 from clients')).toBe(true);
    expect(await ask(client, 'select count(*) > 1000 from clients where full_name ~ \'[^ -~]\'')).toBe(true);
    expect(await ask(client, 'select max(loyalty_points) > 9007199254740992 from clients')).toBe(true);
    expect(await ask(client, 'select min(loyalty_points) < 0 from clients')).toBe(true);
  });

  test('reports the rows of each table, ending with the total', async () => {
    const { url } = await database();
    const reports: Record<string, number[]> = {};
    await loadSeed(url, {
      clients: 700,
      bookings: 900,
      seed: 1,
      onProgress: (table, rows) => (reports[table] ??= []).push(rows),
    });
    expect(Object.keys(reports)).toEqual(['public.clients', 'public.bookings']);
    for (const [table, total] of [['public.clients', 700], ['public.bookings', 900]] as const) {
      const rows = reports[table] ?? [];
      expect(rows.length).toBeGreaterThan(1);
      expect(rows).toEqual([...rows].sort((one, other) => one - other));
      expect(rows.at(-1)).toBe(total);
    }
  });

  test('refuses tables with rows, and leaves them alone', async () => {
    const { url, client } = await database();
    await loadSeed(url, { clients: 5, bookings: 5, seed: 1 });
    const before = await digest(client, 'clients');
    await expect(loadSeed(url, { clients: 5, bookings: 5, seed: 2 })).rejects.toThrow(
      new UsageError('public.clients already has rows: give --append to add more, or drop the table first'),
    );
    expect(await digest(client, 'clients')).toBe(before);
  });

  test('appends after the last id, and the identity goes on from there', async () => {
    const { url, client } = await database();
    await loadSeed(url, { clients: 5, bookings: 5, seed: 1 });
    await loadSeed(url, { clients: 4, bookings: 0, seed: 1, append: true });
    const inserted = 'insert into clients (external_id, full_name, tier, visits, loyalty_points, balance, active, created_at) ' +
      'values (gen_random_uuid(), \'x\', \'gold\', 1, 1, 1, true, now()) returning id';
    expect(await ask(client, 'select string_agg(id::text, \',\' order by id) from clients')).toBe('1,2,3,4,5,6,7,8,9');
    expect(await ask(client, inserted)).toBe(10);
  });

  test('leaves nothing behind when it is interrupted', async () => {
    const { url, client } = await database();
    let cut: Promise<unknown> | undefined;
    const load = loadSeed(url, {
      clients: 5000,
      bookings: 0,
      seed: 1,
      onProgress: () => {
        cut ??= client.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where application_name = \'dms seed\' ' +
            'and datname = current_database()',
        );
      },
    });
    await expect(load).rejects.toThrow();
    await cut;
    expect(await ask(client, 'select to_regclass(\'public.clients\')')).toBeNull();
  });

  test('says so when another table has the name', async () => {
    const { url, client } = await database();
    await client.query('create table clients (id integer, surname text)');
    await expect(loadSeed(url, { clients: 1, bookings: 1, seed: 1 })).rejects.toThrow(
      'another table has the name already: column "external_id" of relation "clients" does not exist; use an empty database',
    );
  });
});

test('hasRows tells missing and empty tables from filled ones', async () => {
  const { url, client } = await database();
  expect(await hasRows(url)).toBe(false);
  await createSchema(client);
  expect(await hasRows(url)).toBe(false);
  await loadSeed(url, { clients: 0, bookings: 1, seed: 1 });
  expect(await hasRows(url)).toBe(true);
});

test('copyLine escapes what the text format gives a meaning', () => {
  expect(copyLine(['a\tb', 'c\nd\re', '\\N', null, ''])).toBe('a\\tb\tc\\nd\\re\t\\\\N\t\\N\t\n');
});

test('a row depends on its seed, table and id, not on how many rows there are', () => {
  const row = (table: SeedTable, seed: number, id: number): string =>
    createHash('md5').update(copyLine(rowValues(table, seed, id, 100))).digest('hex');
  expect(row(CLIENTS, 1, 1)).toBe(row(CLIENTS, 1, 1));
  expect(new Set([row(CLIENTS, 1, 1), row(CLIENTS, 1, 2), row(CLIENTS, 2, 1), row(BOOKINGS, 1, 1)]).size).toBe(4);
});

describe('ContinuousWriter', () => {
  /** What logical decoding says was committed: an account that the writer has no part in. */
  async function decoded(client: Client, slot: string): Promise<Changes & { lines: string[] }> {
    const { rows } = await client.query<{ data: string }>(
      `select data from pg_logical_slot_get_changes('${slot}', null, null)`,
    );
    const lines = rows.map(({ data }) => data);
    const count = (pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;
    return {
      lines,
      inserts: count(/^table public\.\w+: INSERT:/),
      updates: count(/^table public\.\w+: UPDATE:/),
      deletes: count(/^table public\.\w+: DELETE:/),
    };
  }

  test('counts exactly what logical decoding delivers', async () => {
    const { url, client } = await database();
    await loadSeed(url, { clients: 1000, bookings: 2000, seed: 1 });
    await client.query('select pg_create_logical_replication_slot(\'counted\', \'test_decoding\')');
    const writer = new ContinuousWriter(url, { seed: 1, changes: 3000 });
    writer.start();
    const counts = await writer.finished();
    const { lines, ...seen } = await decoded(client, 'counted');
    expect(seen).toEqual({ inserts: counts.inserts, updates: counts.updates, deletes: counts.deletes });
    expect(counts.inserts + counts.updates + counts.deletes).toBe(3000);
    expect(lines.filter((line) => line.startsWith('COMMIT')).length).toBe(counts.transactions);
    expect(counts.rolledBack).toBeGreaterThan(0);
    expect(counts.deletes).toBeGreaterThan(0);
    for (const special of [
      /^table public\.clients: UPDATE: .* notes\[text\]:unchanged-toast-datum/,
      /^table public\.bookings: UPDATE: .* comment\[text\]:unchanged-toast-datum/,
      /^table public\.bookings: UPDATE: .* comment\[text\]:null/,
    ]) {
      expect(lines.filter((line) => special.test(line)).length).toBeGreaterThan(0);
    }
  });

  test('stop finishes the transaction at hand', async () => {
    const { url, client } = await database();
    await loadSeed(url, { clients: 100, bookings: 100, seed: 1 });
    await client.query('select pg_create_logical_replication_slot(\'stopped\', \'test_decoding\')');
    const writer = new ContinuousWriter(url, { seed: 2 });
    writer.start();
    while (writer.counts().transactions < 20) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const counts = await writer.stop();
    const { lines: _lines, ...seen } = await decoded(client, 'stopped');
    expect(seen).toEqual({ inserts: counts.inserts, updates: counts.updates, deletes: counts.deletes });
    expect(await ask(client, 'select count(*)::int from pg_stat_activity where application_name like \'dms seed%\' ' +
      'and datname = current_database()')).toBe(0);
  });

  test('keeps to its rate', async () => {
    const { url } = await database();
    await loadSeed(url, { clients: 10, bookings: 10, seed: 1 });
    const writer = new ContinuousWriter(url, { seed: 1, changes: 100, rate: 100 });
    const start = Date.now();
    writer.start();
    await writer.finished();
    expect(Date.now() - start).toBeGreaterThan(800);
  });

  test('waiting for its turn, it stops at once', async () => {
    const { url } = await database();
    await loadSeed(url, { clients: 10, bookings: 10, seed: 1 });
    const writer = new ContinuousWriter(url, { seed: 1, rate: 0.001 });
    writer.start();
    while (writer.counts().transactions + writer.counts().rolledBack === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const counts = await writer.stop();
    expect(counts.inserts + counts.updates + counts.deletes).toBeLessThanOrEqual(1);
  });

  test('says what to do when the tables are missing', async () => {
    const { url } = await database();
    const writer = new ContinuousWriter(url, { seed: 1 });
    writer.start();
    await expect(writer.stop()).rejects.toThrow('the tables to write to are missing: load them with `dms seed` first');
  });
});

describe('dms seed', () => {
  /** The URL without its password, which comes the way libpq takes it. */
  function split(url: string): { url: string; environment: NodeJS.ProcessEnv; password: string } {
    const { password } = new URL(url);
    return { url: url.replace(`:${password}@`, '@'), environment: { PGPASSWORD: password }, password };
  }

  test('loads, and prints one JSON document on stdout', async () => {
    const target = await database();
    const { url, environment, password } = split(target.url);
    const result = await runDms(['seed', '--url', url, '--clients', '30', '--bookings', '40', '--json'], environment);
    expect(result.exitCode).toBe(0);
    expect(JSON.parse(result.stdout)).toEqual({ loaded: { clients: 30, bookings: 40 } });
    expect(result.stderr).toContain('public.bookings: 40 rows in ');
    expect(result.stdout + result.stderr).not.toContain(password);
    expect(await ask(target.client, 'select count(*)::int from clients')).toBe(30);
  });

  test('writes continuously, loading first where there is nothing', async () => {
    const { url } = await database();
    const size = ['--clients', '30', '--bookings', '40'];
    const continuous = ['--continuous', '--changes', '60', '--rate', '1000'];
    const first = await runDms(['seed', '--url', url, ...size, ...continuous, '--json']);
    const document = JSON.parse(first.stdout) as { loaded: unknown; written: Record<string, number> };
    expect(document.loaded).toEqual({ clients: 30, bookings: 40 });
    const { inserts = 0, updates = 0, deletes = 0 } = document.written;
    expect(inserts + updates + deletes).toBe(60);
    const second = await runDms(['seed', '--url', url, ...size, ...continuous]);
    expect(second.stdout).toMatch(/^committed \d+ inserts?, \d+ updates? and \d+ deletes? in \d+ transactions?; /);
    expect(second.exitCode).toBe(0);
  });

  test('Ctrl-C ends continuous writing with its counts and exit code 0', async () => {
    const { url } = await database();
    const dms = startDms(['seed', '--url', url, '--clients', '5', '--bookings', '5', '--continuous']);
    await dms.says('Ctrl-C ends it');
    dms.child.kill('SIGINT');
    const { exitCode, stdout } = await dms.result;
    expect(stdout).toMatch(/^committed /);
    expect(exitCode).toBe(0);
  });

  test.each([
    ['no database', [], 'no database given: pass --url postgres://user@host:port/database, or set PGHOST'],
    ['another kind of address', ['--url', 'mysql://h/x'],
      'the database address is not a postgres:// URL: write postgres://user@host:5432/database'],
    ['an address where nothing listens', ['--url', 'postgres://u:p@127.0.0.1:1/x'],
      'nothing answers at 127.0.0.1:1/x: start the server, or correct host and port'],
    ['a rate without --continuous', ['--url', 'postgres://h/x', '--rate', '5'],
      '--rate is for continuous writing: add --continuous, or drop it'],
    ['a count that is not a number', ['--clients', 'many'],
      'option \'--clients <rows>\' argument \'many\' is invalid. Give a whole number, for example 1000.: see `dms seed --help`'],
    ['an unknown option', ['--clint', '5'], 'unknown option \'--clint\' (Did you mean --clients?): see `dms seed --help`'],
  ])('%s: exit code 2 and one line', async (_name, args, line) => {
    const result = await runDms(['seed', ...args], { PGHOST: undefined });
    expect(result).toEqual({ exitCode: 2, stdout: '', stderr: `dms: ${line}\n` });
  });

  test('a wrong password: exit code 2 and one line without it', async () => {
    const { url } = split(server.url);
    const result = await runDms(['seed', '--url', url], { PGPASSWORD: 'not-it' });
    expect(result).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `dms: wrong password for user "postgres" at 127.0.0.1:${server.port}/test: ` +
        'set it in the URL, in PGPASSWORD or in ~/.pgpass\n',
    });
  });
});
