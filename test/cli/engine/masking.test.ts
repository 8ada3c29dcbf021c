import { runEngine } from '../../support/engine-run';
import { EVERYTHING, transformation } from '../../support/dms-template';
import { planOf, sourceTable } from '../../support/source-table';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();

const mask = (id: number, action: string, column: string, rest: object = {}): object =>
  transformation(id, `data-masking-${action}`, 'column', { 'column-name': column }, rest);
const retype = (id: number, column: string, type: string, rest: object = {}): object =>
  transformation(id, 'change-data-type', 'column', { 'column-name': column }, { 'data-type': { type, ...rest } });

/** The example of the documentation. */
const PASSPORT = 'C6BGJ566669K';
const PASSPORT_HASH = '7CB06784764C9030CCC41E25C15339FEB293FFE9B329A72B5FED564E99900C75';

test('masks of the load and of changes, on columns of several types', async () => {
  const db = await server.database();
  await db.query(`CREATE TABLE t (id integer PRIMARY KEY, masked varchar(20), hashed varchar, widened varchar(12),
    cut varchar(90), number integer, money numeric(8,2), word char(5), small smallint)`);
  const insert = (id: number): Promise<unknown> => db.query(
    `INSERT INTO t VALUES (${id}, $1, $1, $1, $1, 1234567, 1234.50, 'a٣1', 32767), (${id + 1}, NULL, '', '', '', NULL, NULL, '', -1)`, [PASSPORT]);
  await insert(1);
  const rules = [
    EVERYTHING,
    mask(2, 'digits-mask', 'masked', { value: '#' }),
    mask(3, 'hash-mask', 'hashed'),
    retype(4, 'widened', 'string', { length: '100' }),
    mask(5, 'hash-mask', 'widened'),
    mask(6, 'hash-mask', 'cut'),
    retype(7, 'cut', 'string', { length: 4 }),
    mask(8, 'digits-randomize', 'number'),
    mask(9, 'digits-randomize', 'money'),
    mask(10, 'digits-mask', 'word', { value: '$' }),
    mask(11, 'digits-randomize', 'small'),
  ];
  const { report, lake } = await runEngine(
    db.url, { rules }, { folder: folders.create(), changes: () => insert(11) });

  const empty = 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855';
  for (const files of [lake.loadFiles('public/t'), lake.changeFiles('public/t')]) {
    const [first, second] = await lake.rows(files);
    expect(first!.slice(2, 6)).toEqual(['C#BGJ######K', PASSPORT_HASH, PASSPORT_HASH, '7CB0']);
    expect(second!.slice(2, 9)).toEqual([null, empty, empty, 'E3B0', null, null, '']);
    const [number, money, word, small] = first!.slice(6);
    // Each digit of seven is another one nine times out of ten.
    expect(number).toBeLessThanOrEqual(9999999);
    expect(money).toMatch(/^\d{1,4}\.\d\d$/);
    expect(word).toBe('a٣$');
    expect(small).toBeLessThanOrEqual(32767);
    expect(Number(second![9])).toBeGreaterThanOrEqual(-9);
    expect(Number(second![9])).toBeLessThanOrEqual(0);
  }
  const digits = await lake.rows([...lake.loadFiles('public/t'), ...lake.changeFiles('public/t')], 'SELECT number, money FROM rows WHERE money IS NOT NULL');
  // One in 10^13 rows keeps both.
  expect(digits).not.toContainEqual([1234567, '1234.50']);
  // Masked columns are not compared; the others are. Four hashes were cut to four characters.
  expect(report.tables[0]).toMatchObject({ validationState: 'Validated', validationFailed: 0 });
  expect(report.warnings).toEqual([expect.stringMatching(/^public\.t\.cut: 4 values/)]);
});

test('a masked key leaves nothing to compare by', async () => {
  const db = await server.database();
  await db.query('CREATE TABLE t (code varchar PRIMARY KEY, v integer)');
  await db.query("INSERT INTO t VALUES ('a', 1)");
  const { report, lake } = await runEngine(db.url, { rules: [EVERYTHING, mask(2, 'hash-mask', 'code')] }, {
    folder: folders.create(), changes: () => db.query("UPDATE t SET v = 2; DELETE FROM t"),
  });
  const hash = 'CA978112CA1BBDCAFAC231B39A23DC4DA786EFF8147C4E72B9807785AFEE48BB';
  expect(await lake.rows([...lake.loadFiles('public/t'), ...lake.changeFiles('public/t')]))
    .toEqual([['I', hash, 1], ['U', hash, 2], ['D', hash, null]]);
  expect(report.tables[0]).toMatchObject({ validationState: 'No primary key', validationFailed: 0 });
});

describe('what DMS does not mask is refused', () => {
  const table = sourceTable({ id: 'integer', note: 'text', name: 'varchar(20)', at: 'timestamp', weight: 'double' });
  test.each<[object, string]>([
    [mask(2, 'digits-mask', 'id', { value: '#' }), 'rule 2: data-masking-digits-mask of public.t.id: the column is INT4: DMS masks STRING and WSTRING like this; change its type by a rule with a lower rule-id'],
    [mask(2, 'hash-mask', 'note'), 'the column is NCLOB: DMS masks STRING and WSTRING'],
    [mask(2, 'hash-mask', 'name'), 'rule 2: data-masking-hash-mask of public.t.name: the column has 20 characters and a hash 64: widen it by a change-data-type rule with a lower rule-id'],
    [mask(2, 'digits-randomize', 'at'), 'the column is DATETIME: DMS masks STRING, WSTRING, NUMERIC and integers'],
    [mask(2, 'digits-randomize', 'weight'), 'the column is REAL8'],
  ])('%j', async (rule, message) => {
    await expect(planOf(table, rule)).rejects.toThrow(message);
  });

  test('a type that is changed too late is refused, one that is changed before is not', async () => {
    await expect(planOf(table, mask(2, 'hash-mask', 'id'), retype(3, 'id', 'string', { length: 64 }))).rejects.toThrow('the column is INT4');
    const plan = await planOf(table, mask(3, 'hash-mask', 'id'), retype(2, 'id', 'string', { length: 64 }));
    expect(plan.copied[0]!.type.dms).toBe('STRING');
  });

  test('of several masks of a column the lowest rule id counts; a new name does not compete with it', async () => {
    const plan = await planOf(table, mask(9, 'digits-mask', 'name', { value: '#' }), mask(10, 'hash-mask', 'name'),
      transformation(2, 'rename', 'column', { 'column-name': 'name' }, { value: 'called' }));
    const { name, type } = plan.copied[2]!;
    const column = type.create();
    column.appendText(Buffer.from('a1'), 0, 2);
    expect([name, Buffer.from((column.take().values as { bytes: Uint8Array }).bytes).toString()]).toEqual(['called', 'a#']);
  });
});
