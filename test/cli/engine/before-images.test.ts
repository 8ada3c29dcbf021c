import { runEngine } from '../../support/engine-run';
import { EVERYTHING, transformation } from '../../support/dms-template';
import { planOf, sourceTable } from '../../support/source-table';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();

const people = sourceTable({ id: 'integer', site: 'integer', name: 'varchar', cv: 'text' }, { key: ['site', 'id'] });
const before = (id: number, definition: object, locator: object = {}): object =>
  transformation(id, 'add-before-image-columns', 'column', locator, { 'before-image-def': definition });
const images = async (...rules: object[]): Promise<string[]> =>
  (await planOf(people, ...rules)).beforeImages.map(({ name, source, isVoid }) => `${source} ${name}${isVoid ? ' void' : ''}`);

test.each<[object, string[]]>([
  [{}, ['id BI_id', 'site BI_site']],
  [{ 'column-filter': 'pk-only', 'column-prefix': '', 'column-suffix': '_old' }, ['id id_old', 'site site_old']],
  [{ 'column-filter': 'non-lob' }, ['id BI_id', 'site BI_site', 'name BI_name']],
  [{ 'column-filter': 'all', 'column-suffix': '_x' }, ['id BI_id_x', 'site BI_site_x', 'name BI_name_x', 'cv BI_cv_x void']],
])('%j adds columns for %j', async (definition, columns) => {
  expect(await images(before(2, definition))).toEqual(columns);
});

test('names are built around those of the target, without removed columns; the lowest rule id counts', async () => {
  expect(await images(
    before(5, { 'column-filter': 'all' }),
    before(4, { 'column-filter': 'non-lob' }),
    transformation(2, 'rename', 'column', { 'column-name': 'name' }, { value: 'called' }),
    transformation(3, 'remove-column', 'column', { 'column-name': 'site' }),
  )).toEqual(['id BI_id', 'name BI_called']);
  expect(await images(before(2, {}, { 'table-name': 'other' }))).toEqual([]);
});

test('a before image needs a name of its own', async () => {
  await expect(planOf(sourceTable({ id: 'integer', BI_id: 'integer' }), before(2, {})))
    .rejects.toThrow('public.t: two columns would be called "BI_id" in the target; change the transformation rules');
});

test('what was before a change is there as far as the source tells it, masked and retyped like the column', async () => {
  const db = await server.database();
  for (const table of ['by_key', 'whole']) {
    await db.query(`CREATE TABLE ${table} (id integer PRIMARY KEY, name varchar(5), n integer, note text)`);
    await db.query(`INSERT INTO ${table} VALUES (1, 'a1', 10, 'x'), (2, 'b2', 20, 'y')`);
  }
  await db.query('ALTER TABLE whole REPLICA IDENTITY FULL');
  const rules = [
    EVERYTHING,
    before(2, { 'column-filter': 'all' }),
    transformation(3, 'data-masking-digits-mask', 'column', { 'column-name': 'name' }, { value: '*' }),
    transformation(4, 'change-data-type', 'column', { 'column-name': 'n' }, { 'data-type': { type: 'string', length: 1 } }),
  ];
  const { report, lake } = await runEngine(db.url, { rules }, {
    folder: folders.create(),
    changes: async () => {
      for (const table of ['by_key', 'whole']) {
        await db.query(`UPDATE ${table} SET name = 'z9', n = 30 WHERE id = 1`);
        await db.query(`UPDATE ${table} SET id = 3 WHERE id = 2`);
        await db.query(`DELETE FROM ${table} WHERE id = 1`);
      }
    },
  });
  const loaded = [['I', 1, 'a*', '1', 'x', null, null, null, null], ['I', 2, 'b*', '2', 'y', null, null, null, null]];
  const rows = async (table: string): Promise<unknown> =>
    lake.rows([...lake.loadFiles(`public/${table}`), ...lake.changeFiles(`public/${table}`)]);
  expect(await rows('by_key')).toEqual([
    ...loaded,
    ['U', 1, 'z*', '3', 'x', 1, null, null, null],
    ['D', 2, null, null, null, 2, null, null, null],
    ['I', 3, 'b*', '2', 'y', null, null, null, null],
    ['D', 1, null, null, null, 1, null, null, null],
  ]);
  expect(await rows('whole')).toEqual([
    ...loaded,
    ['U', 1, 'z*', '3', 'x', 1, 'a*', '1', null],
    ['D', 2, null, null, null, 2, 'b*', '2', null],
    ['I', 3, 'b*', '2', 'y', null, null, null, null],
    ['D', 1, 'z*', '3', 'x', 1, 'z*', '3', null],
  ]);
  expect(report.tables.map(({ validationState }) => validationState)).toEqual(['Validated', 'Validated']);
});
