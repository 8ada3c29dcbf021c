import { join } from 'node:path';
import type { TaskReport } from '../../../cli/engine/run/report';
import { UsageError } from '../../../cli/errors';
import { runEngine } from '../../support/engine-run';
import { Lake } from '../../support/lake';
import { readLake, sorted } from '../../support/lake-rows';
import { changesOf, definition, predictedChanges, predictedLoad } from '../../support/mapped-tables';
import { matches, predict, Refused, type PredictedTable } from '../../support/mapping-oracle';
import { holdsFor, propertyTimeout } from '../../support/property-runs';
import { randomMapping, sqlTypeOf, type Mapping } from '../../support/random-mappings';
import type { RandomType } from '../../support/random-types';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer({ max_replication_slots: '10' });

test('random mappings over random tables: the lake has the tables, columns and rows that the documentation promises', async () => {
  await holdsFor(randomMapping, 24, holds);
}, propertyTimeout);

async function holds({ tables, rules }: Mapping): Promise<void> {
  const db = await server.database();
  const folder = folders.create();
  try {
    await db.query(tables.map((table) => definition(table, sqlTypeOf)).join(''));
    const predicted = prediction(rules, tables);
    const changes = (): Promise<unknown> => db.query(tables.map(changesOf).join('') || 'SELECT 1');
    const run = runEngine(db.url, { rules }, { folder, changes });
    if (predicted === undefined) {
      await expect(run).rejects.toBeInstanceOf(UsageError);
      return;
    }
    const { report, lake } = await run;
    const inOrder = predicted.map(({ source }) => [source.schema, source.name]);
    expect(report.tables.map(({ schema, table }) => [schema, table])).toEqual(inOrder);
    const withRows = predicted.filter((table) => predictedLoad(table).length + predictedChanges(table).length > 0);
    expect([...new Set(lake.files().map((path) => path.split('/').slice(0, 2).join('/')))].sort())
      .toEqual(withRows.map(({ schema, name }) => `${schema}/${name}`).sort());
    for (const [i, table] of withRows.entries()) await checkTable(table, report, lake, join(folder, `table ${i}`));
  } finally {
    await db.close();
  }
}

async function checkTable(table: PredictedTable, report: TaskReport, lake: Lake, scratch: string): Promise<void> {
  const columns = table.columns.map((name) => ({ source: name, lake: name, type: AS_TEXT }));
  const found = await readLake(lake, `${table.schema}/${table.name}`, columns, scratch);
  expect(found.types.map(([name]) => name)).toEqual(['Op', ...table.columns]);
  // DuckDB reads names that differ only in case as others.
  if (new Set(['op', ...table.columns.map((name) => name.toLowerCase())]).size <= table.columns.length) return;
  expect(sorted(found.loaded.map(({ values }) => values))).toEqual(predictedLoad(table));
  expect(found.changes.map(({ op, values }) => [op, ...values])).toEqual(predictedChanges(table));
  const { schema, name } = table.source;
  const count = (op: string): number => predictedChanges(table).filter(([first]) => first === op).length;
  expect(report.tables.find((one) => one.schema === schema && one.table === name)).toMatchObject({
    fullLoadRows: predictedLoad(table).length, inserts: count('I'), updates: count('U'), deletes: count('D'),
  });
}

const AS_TEXT = { sql: 'text', lake: 'VARCHAR' } as RandomType;

function prediction(rules: Mapping['rules'], tables: Mapping['tables']): PredictedTable[] | undefined {
  try {
    return predict(rules, tables);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

test.each([
  ['%', 'anything', true], ['%', '', true], ['a_c', 'abc', true], ['a_c', 'ac', false], ['a[_]c', 'a_c', true],
  ['a[_]c', 'abc', false], ['[a-c]%', 'bx', true], ['[a-c]%', 'dx', false], ['[xy]', 'y', true], ['%_', '', false],
  ['a%b%c', 'a1b2c', true], ['A', 'a', false],
])('the oracle itself: %s and %j is %s', (pattern, name, expected) => {
  expect(matches(pattern, name)).toBe(expected);
});
