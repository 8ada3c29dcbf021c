/**
 * What the fence costs a writer: one statement on a table with the trigger and on one without, in turn, in one run.
 * `npx tsx bench/two-way-fence.ts [--statements 20000] [--rounds 5]`
 */
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../cli/server/embedded-postgres';
import { openPostgresSite } from '../lambda/two-way-database/postgres/open';
import type { TwoWayConfiguration } from '../lib/two-way/two-way-api';
import { median } from './support/figures';

const { values } = parseArgs({ options: { statements: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '5' } } });
const [statements, rounds] = [Number(values.statements), Number(values.rounds)];

const configuration: TwoWayConfiguration = {
  mode: 'prepared',
  sites: [{ name: 'SITEA', engine: 'postgres', schema: 'public' }, { name: 'SITEB', engine: 'postgres', schema: 'public' }],
  tables: ['fenced'],
  sequences: { kind: 'interleaved' },
  gates: { maxLagSeconds: 5, maxValidationAgeHours: 0, maxTransactionSeconds: 10, maxSlotBytes: 1e9 },
  pauseLimitSeconds: 30,
  needsApproval: false,
};

/** Nanoseconds for each statement, in one transaction on the server: without network and without commits. */
async function measure(client: Client, table: string, level: string): Promise<number> {
  await client.query(`BEGIN ISOLATION LEVEL ${level}`);
  const start = process.hrtime.bigint();
  await client.query(`DO $bench$ BEGIN FOR i IN 1..${statements} LOOP INSERT INTO ${table} VALUES (i); END LOOP; END $bench$`);
  const took = Number(process.hrtime.bigint() - start) / statements;
  await client.query('ROLLBACK');
  return took;
}

async function main(): Promise<void> {
  const server = await EmbeddedPostgres.start({ version: 18, database: 'bench', parameters: {} });
  try {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    for (const table of ['fenced', 'free']) {
      await client.query(`CREATE TABLE ${table} (id int PRIMARY KEY)`);
    }
    const site = await openPostgresSite(configuration.sites[0], configuration, { connectionString: server.url });
    await site.prepare('active');
    await site.close();
    const lines = ['| isolation | without | with the fence | the fence |', '|---|---|---|---|'];
    for (const level of ['READ COMMITTED', 'REPEATABLE READ']) {
      const figures: Record<string, number[]> = { free: [], fenced: [] };
      for (let round = 0; round < rounds; round += 1) {
        for (const table of ['free', 'fenced']) figures[table]!.push(await measure(client, table, level));
      }
      const [free, fenced] = [median(figures.free!), median(figures.fenced!)];
      lines.push(`| ${level} | ${Math.round(free)} ns | ${Math.round(fenced)} ns | ${Math.round(fenced - free)} ns |`);
    }
    process.stdout.write(`INSERT of one row, ${statements} statements, median of ${rounds} rounds in turn.\n\n${lines.join('\n')}\n`);
    await client.end();
  } finally {
    await server.stop();
  }
}

void main();
