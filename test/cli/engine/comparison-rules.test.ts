import { runEngine, type EngineRun } from '../../support/engine-run';
import { EVERYTHING, transformation } from '../../support/dms-template';
import { planOf, sourceTable } from '../../support/source-table';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();

const run = (db: SourceDatabase, changes: string, ...rules: object[]): Promise<EngineRun> => runEngine(
  db.url, { rules: [EVERYTHING, ...rules] }, { folder: folders.create(), changes: () => db.query(changes) });

const key = (id: number, ...columns: string[]): object => transformation(
  id, 'define-primary-key', 'table', { 'schema-name': 'public', 'table-name': 't' },
  { 'primary-key-def': { name: 'key', columns } });

describe('define-primary-key', () => {
  test('a table whose source has no key is compared by that of the target', async () => {
    const db = await server.database();
    await db.query("CREATE TABLE t (a integer, b integer, v text); INSERT INTO t VALUES (1, 1, 'x'), (1, 2, 'y')");
    const rename = transformation(3, 'rename', 'column', { 'column-name': 'b' }, { value: 'B' });
    const { report } = await run(db, "INSERT INTO t VALUES (2, 1, 'z')", key(2, 'a', 'B'), rename);
    expect(report.tables[0]).toMatchObject({ validationState: 'Validated', validationFailed: 0, inserts: 1 });
  });

  test('its changes are missing in the lake, and the comparison says so', async () => {
    const db = await server.database();
    await db.query("CREATE TABLE t (a integer, b integer, v text); INSERT INTO t VALUES (1, 1, 'x'), (1, 2, 'y')");
    const { report } = await run(db, "UPDATE t SET v = 'new' WHERE b = 2", key(2, 'a', 'b'));
    expect(report.tables[0]).toMatchObject({ validationState: 'Mismatched records', validationFailed: 1, updates: 0 });
    expect(report.differences).toEqual([
      { schema: 'public', table: 't', failed: 1, examples: [{ key: { a: '1', b: '2' }, problem: 'differs in v' }] },
    ]);
  });

  const keyless = sourceTable({ id: 'integer', v: 'varchar' }, { key: [] });
  const added = transformation(3, 'add-column', 'column', {}, { value: 'one', expression: '1', 'data-type': { type: 'int4' } });

  test('the changes of a table with a key carry that one; a key of an added column compares nothing', async () => {
    const keyOf = async (...rules: object[]): Promise<unknown> => (await planOf(keyless, ...rules)).key;
    expect(await keyOf()).toEqual([]);
    expect(await keyOf(key(2, 'v', 'id'))).toEqual(['v', 'id']);
    expect(await keyOf(key(9, 'id'), key(8, 'v'))).toEqual(['v']);
    expect(await keyOf(added, key(2, 'one', 'id'))).toEqual([]);
    expect((await planOf({ ...keyless, key: ['id'] }, key(2, 'v'))).key).toEqual(['id']);
  });

  test('a key of a column that the target does not have is refused', async () => {
    await expect(planOf(keyless, key(2, 'id', 'nr')))
      .rejects.toThrow('rule 2: define-primary-key of public.t: the target has no column "nr"; it has id, v');
  });
});

describe('override-validation-function', () => {
  const override = (id: number, locator: object): object => ({
    'rule-type': 'validation', 'rule-id': String(id), 'rule-name': String(id), 'rule-target': 'column',
    'rule-action': 'override-validation-function', 'source-function': '${column-name}', 'target-function': '${column-name}',
    'object-locator': { 'schema-name': '%', 'table-name': '%', ...locator },
  });
  const table = sourceTable({ id: 'integer', at: 'timestamp', until: 'timestamptz', name: 'varchar' });
  const compared = async (...rules: object[]): Promise<string[]> =>
    (await planOf(table, ...rules)).copied.filter(({ type }) => type.compareAs !== undefined).map(({ name }) => name);

  test('leaves columns out of the comparison, by name or by type, but never the key', async () => {
    expect(await compared(override(2, { 'column-name': 'na%' }))).toEqual(['id', 'at', 'until']);
    expect(await compared(override(2, { 'column-name': '%', 'data-type': 'datetime' }))).toEqual(['id', 'name']);
    expect(await compared(override(2, { 'column-name': '%' }))).toEqual(['id']);
    expect(await compared(override(2, { 'column-name': '%', 'table-name': 'other' }))).toHaveLength(4);
  });

  test('the other columns are compared as ever', async () => {
    const db = await server.database();
    await db.query("CREATE TABLE t (id integer PRIMARY KEY, v text, w text); INSERT INTO t VALUES (1, 'x', 'y')");
    const { report } = await run(db, "UPDATE t SET w = 'z'", override(2, { 'column-name': 'v' }));
    expect(report.tables[0]).toMatchObject({ validationState: 'Validated', validationFailed: 0, updates: 1 });
  });
});
