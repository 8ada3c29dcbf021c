import { join } from 'node:path';
import * as fc from 'fast-check';
import { Client } from 'pg';
import type { TaskReport } from '../../../cli/engine/run/report';
import { SUPPORTED_VERSIONS } from '../../../cli/server/embedded-postgres';
import { selection } from '../../support/dms-template';
import { runEngine } from '../../support/engine-run';
import { CHANGE, eventText, expectedLake, HISTORY, readHistory, type Change } from '../../support/history';
import type { Lake } from '../../support/lake';
import { lastStates, readLake, readSource, sorted, type OracleColumn } from '../../support/lake-rows';
import { holdsFor, propertyTimeout } from '../../support/property-runs';
import { Application, randomSteps, type Step } from '../../support/random-changes';
import { definitions, GENERATED, quoted, randomTables, type RandomTable } from '../../support/random-tables';
import { RANDOM_TYPES } from '../../support/random-types';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

interface Scenario {
  readonly tables: readonly RandomTable[];
  readonly before: readonly Step[];
  readonly duringLoad: readonly Step[];
  readonly afterLoad: readonly Step[];
  readonly s3: Readonly<Record<string, unknown>>;
}

const scenario = (version: number): fc.Arbitrary<Scenario> => randomTables(version).chain((tables) => fc.record({
  tables: fc.constant(tables),
  before: randomSteps(tables, 15),
  duringLoad: randomSteps(tables, 15),
  afterLoad: randomSteps(tables, 40),
  s3: fc.record({
    CompressionType: fc.constantFrom('none', 'gzip'),
    ParquetVersion: fc.constantFrom('parquet-1-0', 'parquet-2-0'),
    EncodingType: fc.constantFrom('plain', 'plain-dictionary', 'rle-dictionary'),
    RowGroupLength: fc.constantFrom(1, 2, 7, 10_000),
    // Files end after nearly every transaction, or all together.
    CdcMinFileSize: fc.constantFrom(0.01, 1, 32_000),
    DatePartitionEnabled: fc.boolean(),
  }),
}));

const folders = new TemporaryFolders();

describe.each([SUPPORTED_VERSIONS[0], SUPPORTED_VERSIONS.at(-1)!])('PostgreSQL %i', (version) => {
  const server = new SourceServer({ max_replication_slots: '10' }, version);

  test('random transactions on random tables: every change is in the lake once, and its last states are the source', async () => {
    await holdsFor(scenario(version), 6, (random) => holds(server, random));
  }, propertyTimeout);
});

async function holds(server: SourceServer, { tables, before, duringLoad, afterLoad, s3 }: Scenario): Promise<void> {
  const db = await server.database();
  await db.query(definitions(tables));
  const application = await Application.open(db.url);
  const client = new Client({ connectionString: db.url, options: '-c timezone=UTC' });
  await client.connect();
  const folder = folders.create();
  try {
    await application.run(before);
    await application.settle();
    const rules = [selection('%', '%'), { ...selection(HISTORY, '%'), 'rule-id': '2', 'rule-name': '2', 'rule-action': 'exclude' }];
    const { report, lake } = await runEngine(db.url, { rules, s3 }, {
      folder,
      duringLoad: async () => {
        await application.run(duringLoad);
        // The load would wait for ever for whoever holds a lock after a TRUNCATE.
        await application.settle();
      },
      changes: async () => {
        await application.run(afterLoad);
        await application.settle();
      },
    });
    const history = await readHistory(client, application.committed);
    for (const [i, table] of tables.entries()) {
      await checkTable(client, table, history, { report, lake, scratch: join(folder, `table ${i}`) });
    }
    expect(await db.leftovers()).toEqual([]);
  } finally {
    await application.close();
    await client.end();
    await db.close();
  }
}

interface Outcome {
  readonly report: TaskReport;
  readonly lake: Lake;
  readonly scratch: string;
}

const typeNamed = (sql: string): OracleColumn['type'] => RANDOM_TYPES.find((type) => type.sql === sql)!;

/** The columns of a table, the number of the change last but for the generated one. */
function oracleColumns(table: RandomTable): OracleColumn[] {
  const column = (name: string, type: OracleColumn['type']): OracleColumn => ({ source: name, lake: name, type });
  return [
    ...table.columns.map(({ name, type }) => column(name, type)),
    column(CHANGE, typeNamed('bigint')),
    ...(table.generated ? [column(GENERATED, typeNamed('text'))] : []),
  ];
}

async function checkTable(
  client: Client,
  table: RandomTable,
  history: readonly Change[],
  { report, lake, scratch }: Outcome,
): Promise<void> {
  const columns = oracleColumns(table);
  const found = await readLake(lake, `${table.schema}/${table.name}`, columns, scratch);
  if (found.types.length > 0) {
    expect(found.types).toEqual([['Op', 'VARCHAR'], ...columns.map(({ lake: name, type }) => [name, type.lake])]);
  }
  const { rows: [relation] } = await client.query<{ oid: number }>('SELECT $1::regclass::int AS oid', [quoted(table)]);
  const own = history.filter((change) => change.relation === relation!.oid);
  const place = table.columns.length;
  const events = found.changes.map(({ op, values }) => eventText(op, values[place]));
  const expected = expectedLake(own, events.length, isFollowed(table));
  expect(events).toEqual(expected.events);
  // Where updates are not followed, nobody can tell which of them the load has seen.
  if (isFollowed(table)) expect(found.loaded.map(({ values }) => values[place]).sort()).toEqual(expected.loaded);
  const source = await readSource(client, quoted(table), columns);
  const statistics = report.tables.find(({ schema, table: name }) => schema === table.schema && name === table.name)!;
  const all = [...found.loaded, ...found.changes];
  if (isFollowed(table) && table.keyLength > 0) {
    expect(lastStates(all, table.keyLength)).toEqual(sorted(source));
    const differing = report.differences.filter(({ table: name }) => name === table.name);
    expect([statistics.validationState, differing]).toEqual(['Validated', []]);
  } else {
    // Without a key there is no last state; yet a row that the source still has is there as it was inserted.
    const inLake = new Map(all.filter(({ op }) => op !== 'D').map(({ values }) => [values[place], values]));
    const untouched = source.filter((row) => inLake.has(row[place]));
    expect(sorted(untouched.map((row) => inLake.get(row[place])!))).toEqual(sorted(untouched));
    expect(statistics).toMatchObject({ validationState: 'No primary key', validationFailed: 0 });
  }
  if (own.some(({ kind }) => kind === 'truncate')) return;
  const count = (kind: Change['kind']): number => expected.captured.filter((change) => change.kind === kind).length;
  expect(statistics).toMatchObject({
    fullLoadRows: found.loaded.length, inserts: count('insert'), updates: count('update'), deletes: count('delete'),
  });
}

/** Whether DMS follows UPDATE and DELETE of the table. */
function isFollowed({ identity }: RandomTable): boolean {
  return identity !== 'nothing' && identity !== 'no key';
}
