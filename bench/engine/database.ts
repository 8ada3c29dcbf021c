/**
 * Measures a PostgreSQL target: the load against COPY from one psql-like connection into another, the application of
 * changes against a native subscription of the same server. Everything reads the same source in one run:
 * `npx tsx bench/engine/database.ts [--rows 1000000] [--changes 300000] [--rounds 3]`. Prints Markdown.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { openSession } from '../../cli/engine/source/session';
import { EmbeddedPostgres } from '../../cli/server/embedded-postgres';
import { copyDatabase, Leg, taskBetween } from '../../test/support/database-run';
import { selection } from '../../test/support/dms-template';
import { markdownTable, median } from '../support/figures';
import { selectOrders } from '../support/orders';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    changes: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '3' },
  },
});
const ROWS = Number(options.rows);
const CHANGES = Number(options.changes);
/** Rows of a transaction of the application. */
const TRANSACTION = 100;
const RULES = [selection('public', 'orders')];

interface Databases {
  readonly source: Client;
  readonly sourceUrl: string;
  /** An empty database with the table, without rows. */
  readonly fresh: () => Promise<{ readonly client: Client; readonly url: string }>;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function copyLimit({ source, fresh }: Databases): Promise<number> {
  const { client } = await fresh();
  const measured = await seconds(() => pipeline(
    source.query(copyTo('COPY orders TO STDOUT (FORMAT binary)')),
    client.query(copyFrom('COPY orders FROM STDIN (FORMAT binary)'))));
  await client.end();
  return measured;
}

async function engineLoad({ sourceUrl, fresh }: Databases): Promise<number> {
  const { client, url } = await fresh();
  await client.end();
  return inFolder(async (workdir) => {
    const settings = { FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' } };
    const report = await copyDatabase(
      taskBetween({ rules: RULES, migrationType: 'full-load', settings }), { source: sourceUrl, target: url, workdir },
      { until: 'full-load' });
    if (report.tables[0]!.validationState !== 'Validated') throw new Error('the load is wrong');
    return report.fullLoadSeconds;
  });
}

/** Inserts, updates and deletes in turns, as many transactions of each. */
async function write(source: Client): Promise<void> {
  for (let from = 0; from < CHANGES / 3; from += TRANSACTION) {
    const [first, last] = [ROWS + from + 1, ROWS + from + TRANSACTION];
    await source.query(`INSERT INTO orders ${selectOrders(first, last)}`);
    await source.query(`UPDATE orders SET amount = amount + 1, note = 'changed' WHERE id BETWEEN ${first} AND ${last}`);
    await source.query(`DELETE FROM orders WHERE id BETWEEN ${first} AND ${last}`);
  }
  await source.query(`UPDATE orders SET note = 'last' WHERE id = 1`);
}

const arrives = async (client: Client): Promise<void> => {
  while ((await client.query(`SELECT FROM orders WHERE id = 1 AND note = 'last'`)).rowCount === 0) await sleep(5);
};

async function subscription({ source, sourceUrl, fresh }: Databases): Promise<number> {
  const { client } = await fresh();
  await source.query('CREATE PUBLICATION bench FOR TABLE orders');
  // A subscription to its own server would wait for itself if it made the slot.
  await source.query(`SELECT pg_create_logical_replication_slot('bench', 'pgoutput')`);
  await client.query('INSERT INTO orders SELECT * FROM only_first');
  await write(source);
  const url = new URL(sourceUrl);
  const measured = await seconds(async () => {
    await client.query(`CREATE SUBSCRIPTION bench CONNECTION 'host=${url.hostname} port=${url.port} user=${url.username}
      password=${url.password} dbname=${url.pathname.slice(1)}' PUBLICATION bench
      WITH (create_slot = false, slot_name = 'bench', copy_data = false)`);
    await arrives(client);
  });
  await client.query('DROP SUBSCRIPTION bench');
  await source.query('DROP PUBLICATION bench');
  await client.end();
  return measured;
}

async function engineApply({ source, sourceUrl, fresh }: Databases): Promise<number> {
  const { client, url } = await fresh();
  await client.query('INSERT INTO orders SELECT * FROM only_first');
  return inFolder(async (workdir) => {
    const task = taskBetween({ rules: RULES, migrationType: 'cdc' });
    const place = { source: sourceUrl, target: url, workdir };
    const first = Leg.start(task, place);
    await first.caughtUp();
    await first.stop();
    await write(source);
    let leg: Leg | undefined;
    const measured = await seconds(async () => {
      leg = await Leg.resume(task, place);
      await arrives(client);
    });
    await leg!.stop();
    await client.end();
    await source.query(`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active`).catch(() => undefined);
    return measured;
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'database-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(): Promise<void> {
  const parameters = { wal_level: 'logical', max_replication_slots: '20', max_wal_senders: '20' };
  const server = await EmbeddedPostgres.start({ version: 18, parameters, database: 'bench' });
  try {
    const source = await openSession(server.url);
    await source.query(`CREATE TABLE orders AS ${selectOrders(1, ROWS)}; ALTER TABLE orders ADD PRIMARY KEY (id)`);
    await source.query('VACUUM ANALYZE orders');
    let count = 0;
    const databases: Databases = {
      source, sourceUrl: server.url,
      fresh: async () => {
        const name = `target_${++count}`;
        await source.query(`CREATE DATABASE ${name}`);
        const url = new URL(server.url);
        url.pathname = `/${name}`;
        const client = await openSession(url.href);
        await client.query(`CREATE TABLE orders AS ${selectOrders(1, 0)}; ALTER TABLE orders ADD PRIMARY KEY (id);
          CREATE TABLE only_first AS ${selectOrders(1, 1)}`);
        return { client, url: url.href };
      },
    };
    const cases: readonly (readonly [string, number, (databases: Databases) => Promise<number>])[] = [
      ['COPY into COPY, one connection', ROWS, copyLimit],
      ['engine, full load', ROWS, engineLoad],
      ['CREATE SUBSCRIPTION', CHANGES, subscription],
      ['engine, changes', CHANGES, engineApply],
    ];
    const measured = new Map(cases.map(([name]) => [name, [] as number[]]));
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const [name, , work] of cases) {
        measured.get(name)!.push(await work(databases));
        await source.query(`UPDATE orders SET note = 'first' WHERE id = 1`);
      }
    }
    await source.end();
    const lines = cases.map(([name, rows]) => {
      const middle = median(measured.get(name)!);
      return [name, middle.toFixed(1), `${(rows / middle / 1000).toFixed(0)} k`];
    });
    process.stdout.write([
      `${ROWS} rows, ${CHANGES} changes in transactions of ${TRANSACTION}, median of ${options.rounds}`, '',
      markdownTable(['what', 'seconds', 'rows/s'], lines), '',
    ].join('\n'));
  } finally {
    await server.stop();
  }
}

void compare();
