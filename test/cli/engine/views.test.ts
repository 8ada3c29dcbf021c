import { selection, transformation } from '../../support/dms-template';
import { runEngine } from '../../support/engine-run';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();

test('a full-load task loads views like tables: filtered and transformed, with nothing to compare by', async () => {
  const db = await server.database();
  await db.query(`CREATE TABLE t (id integer PRIMARY KEY, v numeric(6,2));
    INSERT INTO t VALUES (1, 1.5), (2, 2.5), (3, 3.5);
    CREATE VIEW doubled AS SELECT id, v * 2 AS v, 'seen' AS note FROM t;
    CREATE MATERIALIZED VIEW kept AS SELECT * FROM t`);
  const only = (table: string, type: string, rest: object = {}): object => selection('public', table, {
    'object-locator': { 'schema-name': 'public', 'table-name': table, 'table-type': type }, ...rest,
  });
  const rules = [
    only('%', 'table'),
    only('doubled', 'view', {
      'rule-id': '2', 'rule-name': '2',
      filters: [{ 'filter-type': 'source', 'column-name': 'id', 'filter-conditions': [{ 'filter-operator': 'gte', value: 2 }] }],
    }),
    transformation(3, 'rename', 'column', { 'table-name': 'doubled', 'column-name': 'v' }, { value: 'twice' }),
  ];
  const { report, lake } = await runEngine(
    db.url, { rules, migrationType: 'full-load' }, { folder: folders.create(), until: 'full-load' });
  expect(lake.files()).toEqual(['public/doubled/LOAD00000001.parquet', 'public/t/LOAD00000001.parquet']);
  expect(await lake.rows(lake.loadFiles('public/doubled'), 'SELECT id, twice, note FROM rows ORDER BY id'))
    .toEqual([[2, '5.000000', 'seen'], [3, '7.000000', 'seen']]);
  expect(report.tables.map(({ table, fullLoadRows, validationState }) => [table, fullLoadRows, validationState]))
    .toEqual([['doubled', 2, 'No primary key'], ['t', 3, 'Validated']]);
  expect(report.warnings).toEqual([]);
});
