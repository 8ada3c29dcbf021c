import { selection, type TemplateOptions } from '../../support/dms-template';
import { runEngine, type EngineRun } from '../../support/engine-run';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer({ max_replication_slots: '20' });
let db: SourceDatabase;

beforeEach(async () => {
  db = await server.database();
});
afterEach(async () => {
  expect(await db.leftovers()).toEqual([]);
  await db.close();
});

const POLICY = (key: string, value: boolean): TemplateOptions =>
  ({ settings: { ChangeProcessingDdlHandlingPolicy: { [key]: value } } });

/** Prepares, loads, changes, and reads what was captured of table t. */
async function captured(
  prepare: string,
  change: string | readonly string[],
  task: TemplateOptions = {},
): Promise<EngineRun & { readonly changes: unknown[][] }> {
  await db.query(prepare);
  const statements = typeof change === 'string' ? [change] : change;
  const run = await runEngine(db.url, task, {
    folder: folders.create(),
    changes: async () => {
      for (const statement of statements) await db.query(statement);
    },
  });
  const files = run.lake.changeFiles('public/t');
  return { ...run, changes: files.length === 0 ? [] : await run.lake.rows(files) };
}

const T = "CREATE TABLE t (id integer PRIMARY KEY, word varchar(20)); INSERT INTO t VALUES (1, 'one'), (2, 'two')";

describe('rows', () => {
  test('changes arrive in the order of the commits, whole transactions, without what was rolled back', async () => {
    const { changes, report } = await captured(`${T}; CREATE TABLE u (id integer PRIMARY KEY)`, [
      "BEGIN; INSERT INTO t VALUES (3, 'c'); INSERT INTO u VALUES (1); UPDATE t SET word = 'C' WHERE id = 3; COMMIT",
      "BEGIN; INSERT INTO t VALUES (4, 'gone'); DELETE FROM t; ROLLBACK",
      "BEGIN; INSERT INTO t VALUES (5, 'kept'); SAVEPOINT s; INSERT INTO t VALUES (6, 'gone'); ROLLBACK TO s; DELETE FROM t WHERE id = 1; COMMIT",
    ]);
    expect(changes).toEqual([['I', 3, 'c'], ['U', 3, 'C'], ['I', 5, 'kept'], ['D', 1, null]]);
    expect(report.tables).toEqual([
      expect.objectContaining({ table: 't', fullLoadRows: 2, inserts: 2, updates: 1, deletes: 1, validationState: 'Validated' }),
      expect.objectContaining({ table: 'u', fullLoadRows: 0, inserts: 1, validationState: 'Validated' }),
    ]);
  });

  test('an UPDATE of the key ends the old one and begins the new one', async () => {
    const { changes, report } = await captured(T, "UPDATE t SET id = 20, word = 'moved' WHERE id = 2");
    expect(changes).toEqual([['D', 2, null], ['I', 20, 'moved']]);
    expect(report.tables[0]).toMatchObject({ updates: 1, inserts: 0, deletes: 0, validationState: 'Validated' });
  });

  test.each(['DEFAULT', 'FULL'])('a long value that an UPDATE leaves alone is kept (REPLICA IDENTITY %s)', async (identity) => {
    const { changes, report } = await captured(
      `CREATE TABLE t (id integer PRIMARY KEY, n integer, long text); ALTER TABLE t ALTER long SET STORAGE EXTERNAL, REPLICA IDENTITY ${identity};
       INSERT INTO t VALUES (1, 0, repeat('ä', 9000))`,
      ['UPDATE t SET n = 1', 'UPDATE t SET id = 7', 'UPDATE t SET long = NULL'],
    );
    const long = 'ä'.repeat(9000);
    expect(changes.map((row) => row.slice(0, 3))).toEqual([['U', 1, 1], ['D', 1, null], ['I', 7, 1], ['U', 7, 1]]);
    // Without the whole old row the value is looked up in the source: it may be one that came later.
    if (identity === 'FULL') expect(changes.map((row) => row[3])).toEqual([long, null, long, null]);
    expect(report.tables[0]!.validationState).toBe('Validated');
  });

  test('a long value is looked up as long as its row is there', async () => {
    const { changes, report } = await captured(
      `CREATE TABLE t (id integer PRIMARY KEY, n integer, long text); ALTER TABLE t ALTER long SET STORAGE EXTERNAL;
       INSERT INTO t VALUES (1, 0, repeat('ä', 9000)), (2, 0, repeat('b', 9000))`,
      ['UPDATE t SET n = 1', 'DELETE FROM t WHERE id = 2'],
    );
    expect(changes[0]).toEqual(['U', 1, 1, 'ä'.repeat(9000)]);
    expect(report.tables[0]).toMatchObject({ updates: 2, deletes: 1, validationState: 'Validated' });
  });

  test('the values that the stream leaves out of many rows come to the right ones, whatever the key', async () => {
    const { changes, report } = await captured(
      `CREATE TABLE t (a char(3), n integer, long text, b date, twice integer GENERATED ALWAYS AS (n * 2) STORED, other text,
         PRIMARY KEY (b, a));
       ALTER TABLE t ALTER long SET STORAGE EXTERNAL, ALTER other SET STORAGE EXTERNAL;
       INSERT INTO t (a, n, long, b, other) SELECT 'k' || g % 10, 0, repeat(g::text, 2000), date '2026-01-01' + g, repeat('o', 3000 + g)
         FROM generate_series(1, 250) g`,
      "UPDATE t SET n = b - date '2026-01-01', other = CASE WHEN b < '2026-03-01' THEN other ELSE 'new' END",
    );
    expect(changes).toEqual(Array.from({ length: 250 }, (_, i) => i + 1).map((g) => [
      'U', `k${g % 10}`, g, String(g).repeat(2000), new Date(Date.UTC(2026, 0, 1 + g)).toISOString().slice(0, 10), g * 2,
      g < 59 ? 'o'.repeat(3000 + g) : 'new',
    ]));
    expect(report.tables[0]).toMatchObject({ updates: 250, validationState: 'Validated' });
  });

  test('the replica identity of an index is the key', async () => {
    const { changes, report } = await captured(
      `CREATE TABLE t (id integer PRIMARY KEY, code varchar(5) NOT NULL UNIQUE); ALTER TABLE t REPLICA IDENTITY USING INDEX t_code_key;
       INSERT INTO t VALUES (1, 'a'), (2, 'b')`,
      "UPDATE t SET id = 10 WHERE code = 'a'; UPDATE t SET code = 'B' WHERE code = 'b'; DELETE FROM t WHERE code = 'a'",
    );
    expect(changes).toEqual([['U', 10, 'a'], ['D', null, 'b'], ['I', 2, 'B'], ['D', null, 'a']]);
    expect(report.tables[0]!.validationState).toBe('Validated');
  });

  describe('on PostgreSQL 18', () => {
    const newest = new SourceServer({}, 18);

    test('a table whose UPDATE and DELETE it would refuse to its application is refused here', async () => {
      const source = await newest.database();
      await source.query(`CREATE TABLE t (
          id integer PRIMARY KEY, n integer, twice integer GENERATED ALWAYS AS (n * 2) STORED
        );
        ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t VALUES (1, 1)`);
      await expect(runEngine(source.url, {}, { folder: folders.create() }))
        .rejects.toThrow(/^public\.t has REPLICA IDENTITY FULL and generated columns: PostgreSQL 18 and newer would/);
      expect(await source.leftovers()).toEqual([]);
      await source.query('UPDATE t SET n = 2');
    });
  });

  test('generated columns, which the stream leaves out, have their values', async () => {
    const { changes, report } = await captured(
      `CREATE TABLE t (id integer PRIMARY KEY, price numeric(8,2), total numeric(8,2) GENERATED ALWAYS AS (price * 2) STORED, note text,
         upper_note text GENERATED ALWAYS AS (upper(note)) STORED);
       INSERT INTO t VALUES (1, 1.5, DEFAULT, 'a')`,
      "INSERT INTO t VALUES (2, 2.25, DEFAULT, 'b'); UPDATE t SET price = 3, note = NULL WHERE id = 1; DELETE FROM t WHERE id = 2",
    );
    expect(changes).toEqual([
      ['I', 2, '2.25', '4.50', 'b', 'B'], ['U', 1, '3.00', '6.00', null, null], ['D', 2, null, null, null, null],
    ]);
    expect(report.tables[0]!.validationState).toBe('Validated');
  });

  test('a transaction of 100,000 rows is one batch', async () => {
    const { report, lake } = await captured(T, "INSERT INTO t SELECT g, 'w' || g FROM generate_series(10, 100009) g", { s3: { CdcMinFileSize: 1 } });
    expect(await lake.rows(lake.changeFiles('public/t'), 'SELECT count(*)::int, count(DISTINCT id)::int, count(DISTINCT filename)::int FROM rows'))
      .toEqual([[100_000, 100_000, 1]]);
    expect(report.tables[0]).toMatchObject({ inserts: 100_000, validationState: 'Validated' });
  });
});

describe('tables without a usable key', () => {
  test.each([
    ['no primary key', 'CREATE TABLE t (id integer, word varchar(20))'],
    ['REPLICA IDENTITY NOTHING', 'CREATE TABLE t (id integer PRIMARY KEY, word varchar(20)); ALTER TABLE t REPLICA IDENTITY NOTHING'],
    ['a deferrable primary key', 'CREATE TABLE t (id integer PRIMARY KEY DEFERRABLE, word varchar(20))'],
  ])('%s: warned of, inserts only, and the application goes on updating', async (_, create) => {
    const { changes, report } = await captured(`${create}; INSERT INTO t VALUES (1, 'one')`,
      "INSERT INTO t VALUES (2, 'two'); UPDATE t SET word = 'x'; DELETE FROM t WHERE id = 1");
    expect(changes).toEqual([['I', 2, 'two']]);
    expect(report.tables[0]).toMatchObject({ inserts: 1, updates: 0, deletes: 0, validationState: 'No primary key' });
    expect(report.warnings).toEqual(['public.t has no primary key: DMS replicates no UPDATE and DELETE of it']);
  });

  test('full replica identity makes up for a missing key', async () => {
    const { changes } = await captured("CREATE TABLE t (id integer, word varchar(20)); ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t VALUES (1, 'one')",
      "UPDATE t SET word = 'x'; DELETE FROM t");
    expect(changes).toEqual([['U', 1, 'x'], ['D', 1, 'x']]);
  });
});

describe('definitions that change', () => {
  test('TRUNCATE removes the files of before and keeps what came after', async () => {
    const { changes, lake, report } = await captured(T, ["INSERT INTO t VALUES (3, 'c')", 'TRUNCATE t', "INSERT INTO t VALUES (4, 'd')"]);
    expect(changes).toEqual([['I', 4, 'd']]);
    expect(lake.loadFiles('public/t')).toEqual([]);
    expect(report.tables[0]).toMatchObject({ ddls: 1, validationState: 'Validated' });
  });

  test('TRUNCATE leaves the lake alone without HandleSourceTableTruncated, and the run says so', async () => {
    const { lake, report } = await captured(T, 'TRUNCATE t', POLICY('HandleSourceTableTruncated', false));
    expect(lake.loadFiles('public/t')).toHaveLength(1);
    expect(report.tables[0]).toMatchObject({ ddls: 0, validationState: 'Mismatched records', validationFailed: 2 });
    expect(report.warnings[0]).toBe('public.t was truncated: HandleSourceTableTruncated is off, so its files stay');
  });

  test('TRUNCATE after an ALTER takes what came before both', async () => {
    const { changes, lake, report } = await captured(T,
      ["INSERT INTO t VALUES (3, 'c')", 'ALTER TABLE t ADD more integer', "INSERT INTO t VALUES (4, 'd', 1)", 'TRUNCATE t', "INSERT INTO t VALUES (5, 'e', 2)"]);
    expect(changes).toEqual([['I', 5, 'e', 2]]);
    expect(lake.files()).toHaveLength(1);
    expect(report.tables[0]).toMatchObject({ ddls: 2, validationState: 'Validated' });
  });

  test('a new column reaches later files; earlier ones stay as they are', async () => {
    const { lake, report } = await captured(T,
      ["INSERT INTO t VALUES (3, 'c')", 'ALTER TABLE t ADD more integer', "INSERT INTO t VALUES (4, 'd', 7)", 'UPDATE t SET more = 8 WHERE id = 1']);
    const [before, after] = lake.changeFiles('public/t');
    expect(await lake.rows([before!])).toEqual([['I', 3, 'c']]);
    expect(await lake.rows([after!])).toEqual([['I', 4, 'd', 7], ['U', 1, 'one', 8]]);
    expect(report.tables[0]).toMatchObject({ ddls: 1, inserts: 2, validationState: 'Validated' });
  });

  test('a new column stays out without HandleSourceTableAltered', async () => {
    const { changes, report } = await captured(T, ['ALTER TABLE t ADD more integer', "INSERT INTO t VALUES (4, 'd', 7)"],
      POLICY('HandleSourceTableAltered', false));
    expect(changes).toEqual([['I', 4, 'd']]);
    expect(report.tables[0]).toMatchObject({ ddls: 0, validationState: 'Validated' });
  });

  test('without CaptureDdls no change of a definition is seen', async () => {
    const { changes } = await captured(T, ["INSERT INTO t VALUES (3, 'c')", 'ALTER TABLE t ADD more integer', "INSERT INTO t VALUES (4, 'd', 7)"],
      { source: { CaptureDdls: false } });
    expect(changes).toEqual([['I', 3, 'c'], ['I', 4, 'd']]);
  });

  test('a dropped column is missing in later files', async () => {
    const { lake, report } = await captured(T, ["INSERT INTO t VALUES (3, 'c')", 'ALTER TABLE t DROP word', 'INSERT INTO t VALUES (4)']);
    const [before, after] = lake.changeFiles('public/t');
    expect([await lake.rows([before!]), await lake.rows([after!])]).toEqual([[['I', 3, 'c']], [['I', 4]]]);
    expect(report.tables[0]).toMatchObject({ ddls: 1, validationState: 'Validated' });
  });

  test('a dropped column that no later row tells of does not disturb the comparison', async () => {
    const { report } = await captured(T, ["INSERT INTO t VALUES (3, 'c')", 'ALTER TABLE t DROP word']);
    expect(report.tables[0]).toMatchObject({ validationState: 'Validated' });
  });

  test('a renamed column has its new name in later files, and the comparison tells what that means', async () => {
    const { lake, report } = await captured(T, ['ALTER TABLE t RENAME word TO term', "INSERT INTO t VALUES (3, 'c')"]);
    const columns = await lake.rows(lake.changeFiles('public/t'), 'SELECT column_name FROM (DESCRIBE SELECT * EXCLUDE (filename, file_row_number) FROM rows)');
    expect(columns.flat()).toEqual(['Op', 'id', 'term']);
    expect(report.tables[0]).toMatchObject({ ddls: 1, validationState: 'Mismatched records', validationFailed: 2 });
  });

  test('a column of another type has it in later files', async () => {
    const { lake, report } = await captured(
      'CREATE TABLE t (id integer PRIMARY KEY, n integer); INSERT INTO t VALUES (1, 1)',
      ['ALTER TABLE t ALTER n TYPE bigint', 'INSERT INTO t VALUES (2, 9007199254740993)'],
    );
    expect(await lake.rows(lake.changeFiles('public/t'), 'SELECT n, typeof(n) FROM rows')).toEqual([['9007199254740993', 'BIGINT']]);
    expect(report.tables[0]).toMatchObject({ ddls: 1, validationState: 'Validated' });
  });

  test('a value that no longer fits the old type is null and counted, not another value', async () => {
    const { changes, report } = await captured(
      'CREATE TABLE t (id integer PRIMARY KEY, n integer); INSERT INTO t VALUES (1, 1)',
      ['ALTER TABLE t ALTER n TYPE bigint', 'INSERT INTO t VALUES (2, 4294967297)'],
      POLICY('HandleSourceTableAltered', false),
    );
    expect(changes).toEqual([['I', 2, null]]);
    expect(report.warnings).toContain("public.t.n: 1 values have no counterpart in the file's types and were written as null");
  });

  test('a dropped table takes its files with it, or not', async () => {
    const { lake, report } = await captured(`${T}; CREATE TABLE u (id integer PRIMARY KEY)`, ["INSERT INTO t VALUES (3, 'c')", 'DROP TABLE t']);
    expect(lake.files()).toEqual([]);
    expect(report.tables[0]).toMatchObject({ table: 't', inserts: 1, ddls: 1, validationState: 'Not enabled' });
    expect(report.warnings).toEqual(['public.t was dropped: its files were removed']);
    const kept = await captured(T, 'DROP TABLE t', POLICY('HandleSourceTableDropped', false));
    expect(kept.lake.loadFiles('public/t')).toHaveLength(1);
  });
});

test('computed columns see each change, and other tables of the server are left out', async () => {
  const rules = [
    selection('public', 't'),
    {
      'rule-type': 'transformation', 'rule-id': '2', 'rule-name': '2', 'rule-action': 'add-column', 'rule-target': 'column',
      'object-locator': { 'schema-name': '%', 'table-name': '%' }, value: 'said',
      expression: "$AR_H_OPERATION || ' ' || coalesce($word, '?')", 'data-type': { type: 'string', length: 20 },
    },
  ];
  const { changes, lake } = await captured(`${T}; CREATE TABLE u (id integer PRIMARY KEY)`,
    "INSERT INTO u VALUES (1); UPDATE t SET word = 'x' WHERE id = 1; DELETE FROM t WHERE id = 2", { rules });
  expect(await lake.rows(lake.loadFiles('public/t'), 'SELECT said FROM rows')).toEqual([['INSERT one'], ['INSERT two']]);
  expect(changes).toEqual([['U', 1, 'x', 'UPDATE x'], ['D', 2, null, 'DELETE ?']]);
  expect(lake.changeFiles('public/u')).toEqual([]);
});
