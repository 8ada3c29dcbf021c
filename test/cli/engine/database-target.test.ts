import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskReport } from '../../../cli/engine/run/report';
import { preparePublication } from '../../../cli/engine/source/publication';
import { connect } from '../../../cli/server/connect';
import { copyDatabase, taskBetween, type DatabaseTaskOptions } from '../../support/database-run';
import { runDms, type DmsResult } from '../../support/dms';
import { selection, template, transformation } from '../../support/dms-template';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const server = new SourceServer({ max_replication_slots: '30', max_wal_senders: '30' });
const folders = new TemporaryFolders();
const RULES = [selection('public', '%')];

interface Template {
  readonly Resources: { readonly Target: { Properties: object } };
}

let source: SourceDatabase;
let target: SourceDatabase;

beforeEach(async () => {
  [source, target] = [await server.database(), await server.database()];
});

/** Copies source into target, with what happens after the load. */
function copy(options: DatabaseTaskOptions = {}, changes?: string | (() => Promise<unknown>)): Promise<TaskReport> {
  return copyDatabase(
    taskBetween({ rules: RULES, ...options }), { source: source.url, target: target.url, workdir: folders.create() },
    { changes: typeof changes === 'string' ? () => source.query(changes) : changes });
}

const mode = (TargetTablePrepMode: string): object => ({ FullLoadSettings: { TargetTablePrepMode } });
const rows = async (sql: string): Promise<unknown[][]> =>
  (await target.query(sql)).rows.map((row) => Object.values(row));

describe('TargetTablePrepMode', () => {
  const SOURCE = 'CREATE TABLE t (id int PRIMARY KEY, word varchar(20) NOT NULL); INSERT INTO t VALUES (1, \'one\'), (2, \'two\')';
  const OLD = `CREATE TABLE t (id int PRIMARY KEY, word text, extra text DEFAULT 'kept'); INSERT INTO t VALUES (2, 'old'), (3, 'old')`;

  test('DROP_AND_CREATE makes the table anew: types, NOT NULL and key, no index, no default', async () => {
    await source.query(`${SOURCE}; CREATE INDEX ON t (word); ALTER TABLE t ALTER word SET DEFAULT 'x'`);
    await target.query(OLD);
    const report = await copy({ settings: mode('DROP_AND_CREATE') });
    expect(await rows(`SELECT column_name::text, format_type(a.atttypid, a.atttypmod), attnotnull, column_default
      FROM information_schema.columns c JOIN pg_attribute a ON a.attrelid = 't'::regclass AND a.attname = c.column_name
      WHERE table_name = 't' ORDER BY 1`)).toEqual([['id', 'integer', true, null], ['word', 'character varying(20)', true, null]]);
    expect(await target.column(`SELECT indexdef FROM pg_indexes WHERE tablename = 't'`))
      .toEqual(['CREATE UNIQUE INDEX t_pkey ON public.t USING btree (id)']);
    expect(await rows('SELECT * FROM t ORDER BY id')).toEqual([[1, 'one'], [2, 'two']]);
    expect(report.tables).toMatchObject([{ fullLoadRows: 2, validationState: 'Validated' }]);
  });

  test('TRUNCATE_BEFORE_LOAD keeps the definition and no row', async () => {
    await source.query(SOURCE);
    await target.query(OLD);
    await copy({ settings: mode('TRUNCATE_BEFORE_LOAD') });
    expect(await rows('SELECT * FROM t ORDER BY id')).toEqual([[1, 'one', 'kept'], [2, 'two', 'kept']]);
  });

  test('DO_NOTHING keeps rows, and those of the same key as they were', async () => {
    await source.query(SOURCE);
    await target.query(OLD);
    const report = await copy({ settings: mode('DO_NOTHING') });
    expect(await rows('SELECT id, word FROM t ORDER BY id')).toEqual([[1, 'one'], [2, 'old'], [3, 'old']]);
    expect(report.warnings).toContain('public.t had 1 of the loaded rows already: TargetTablePrepMode DO_NOTHING keeps them as they were');
    expect(report.tables).toMatchObject([{ validationState: 'Mismatched records', validationFailed: 2 }]);
    expect(report.differences[0]!.examples.map(({ key, problem }) => [key.id, problem]).sort())
      .toEqual([['2', 'differs in word'], ['3', 'only in the target']]);
  });

  test('triggers and foreign keys of the target are silent', async () => {
    await source.query(SOURCE);
    await target.query(`CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY REFERENCES parent, word text);
      CREATE TABLE child (id int REFERENCES t);
      CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.word := upper(NEW.word); RETURN NEW; END $$;
      CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION shout()`);
    await copy({ settings: mode('DO_NOTHING') }, `UPDATE t SET word = 'more' WHERE id = 2`);
    expect(await rows('SELECT * FROM t ORDER BY id')).toEqual([[1, 'one'], [2, 'more']]);
    // A table that others refer to can be emptied all the same.
    await copy({ settings: mode('TRUNCATE_BEFORE_LOAD') }, `TRUNCATE t; INSERT INTO t VALUES (3, 'three')`);
    expect(await rows('SELECT * FROM t ORDER BY id')).toEqual([[3, 'three']]);
  });

  test('a user who may not silence them is told what to do', async () => {
    await source.query(SOURCE);
    await target.query(`CREATE ROLE plain LOGIN PASSWORD 'plain'`);
    const url = new URL(target.url);
    Object.assign(url, { username: 'plain', password: 'plain' });
    const place = { source: source.url, target: url.href, workdir: folders.create() };
    await expect(copyDatabase(taskBetween({ rules: RULES }), place))
      .rejects.toThrow('the target user "plain" may not set session_replication_role at postgres://plain@');
  });
});

describe('changes', () => {
  test('reach the row that they are of: keys change, values that were not sent stay', async () => {
    await source.query(`CREATE TABLE t (id int PRIMARY KEY, long text, n int);
      ALTER TABLE t ALTER long SET STORAGE EXTERNAL;
      INSERT INTO t SELECT i, repeat('x', 5000) || i, i FROM generate_series(1, 6) i`);
    const report = await copy({}, `UPDATE t SET n = -1 WHERE id = 1; UPDATE t SET id = 20 WHERE id = 2;
      BEGIN; UPDATE t SET id = 99 WHERE id = 3; UPDATE t SET id = 3 WHERE id = 4; UPDATE t SET id = 4 WHERE id = 99; COMMIT;
      DELETE FROM t WHERE id = 5; INSERT INTO t VALUES (5, 'again', 5); UPDATE t SET n = n + 1 WHERE id = 5; UPDATE t SET n = n + 1`);
    expect(await rows('SELECT id, right(long, 2), n FROM t ORDER BY id'))
      .toEqual([[1, 'x1', 0], [3, 'x4', 5], [4, 'x3', 4], [5, 'in', 7], [6, 'x6', 7], [20, 'x2', 3]]);
    expect(report.tables).toMatchObject([
      { inserts: 1, updates: 12, deletes: 1, appliedUpdates: 12, applyErrors: 0, validationState: 'Validated' }]);
  });

  test('a TRUNCATE empties the table, unless HandleSourceTableTruncated is off', async () => {
    await source.query('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)');
    await copy({}, 'BEGIN; INSERT INTO t VALUES (3); TRUNCATE t; INSERT INTO t VALUES (4); COMMIT; INSERT INTO t VALUES (5)');
    expect(await target.column('SELECT id FROM t ORDER BY id')).toEqual([4, 5]);
    await source.query('TRUNCATE t; INSERT INTO t VALUES (1)');
    const off = { ChangeProcessingDdlHandlingPolicy: { HandleSourceTableTruncated: false } };
    const report = await copy({ settings: off }, 'TRUNCATE t; INSERT INTO t VALUES (9)');
    expect(await target.column('SELECT id FROM t ORDER BY id')).toEqual([1, 9]);
    expect(report.warnings).toContain('public.t was truncated: HandleSourceTableTruncated is off, so its rows stay');
  });

  test('a table without a key takes inserts, one with full identity everything', async () => {
    await source.query(`CREATE TABLE loose (n int); INSERT INTO loose VALUES (1);
      CREATE TABLE whole (n int, j json); ALTER TABLE whole REPLICA IDENTITY FULL; INSERT INTO whole VALUES (1, '{}'), (1, '{}'), (null, null)`);
    const report = await copy({}, `INSERT INTO loose VALUES (2); UPDATE loose SET n = 7; DELETE FROM loose WHERE n = 7;
      DELETE FROM whole WHERE ctid = (SELECT min(ctid) FROM whole WHERE n = 1); UPDATE whole SET n = 5 WHERE n IS NULL`);
    expect(await target.column('SELECT n FROM loose ORDER BY n')).toEqual([1, 2]);
    expect(await rows('SELECT n, j::text FROM whole ORDER BY n')).toEqual([[1, '{}'], [5, null]]);
    expect(report.warnings).toContain('public.loose has no primary key: DMS replicates no UPDATE and DELETE of it');
  });

  test('columns come, go, and change names and types', async () => {
    await source.query(`CREATE TABLE t (id int PRIMARY KEY, old text, gone int, grows int); INSERT INTO t VALUES (1, 'a', 1, 1)`);
    const report = await copy({}, `ALTER TABLE t RENAME old TO new; INSERT INTO t VALUES (2, 'b', 2, 2);
      ALTER TABLE t DROP gone; ALTER TABLE t ALTER grows TYPE bigint; ALTER TABLE t ADD added date; INSERT INTO t VALUES (3, 'c', 5000000000, '2026-11-25')`);
    expect(await rows('SELECT id, new, grows::text, added::text FROM t ORDER BY id'))
      .toEqual([[1, 'a', '1', null], [2, 'b', '2', null], [3, 'c', '5000000000', '2026-11-25']]);
    expect(report.tables).toMatchObject([{ ddls: 2, validationState: 'Validated' }]);
  });

  test('a large transaction arrives whole', async () => {
    await source.query('CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT i, 0 FROM generate_series(1, 15000) i');
    const report = await copy({}, `BEGIN; UPDATE t SET n = 1; INSERT INTO t SELECT i, 2 FROM generate_series(15001, 30000) i;
      DELETE FROM t WHERE id % 3 = 0; COMMIT`);
    expect(report.tables).toMatchObject([
      { appliedInserts: 15_000, appliedUpdates: 15_000, appliedDeletes: 10_000, applyErrors: 0, validationState: 'Validated' }]);
  });
});

describe('rows that the target does not take', () => {
  /** The target has lost row 1 and has got row 5 since the load. */
  async function conflicting(policies: object): Promise<TaskReport> {
    await source.query('CREATE TABLE t (id int PRIMARY KEY, word text); INSERT INTO t SELECT i, \'old\' FROM generate_series(1, 4) i');
    return copy({ settings: { ErrorBehavior: policies, ControlTablesSettings: { ControlSchema: 'control' } } }, async () => {
      await target.query(`DELETE FROM t WHERE id IN (1, 2); INSERT INTO t VALUES (5, 'target')`);
      await source.query(`BEGIN; INSERT INTO t VALUES (5, 'source'); UPDATE t SET word = 'new' WHERE id = 1; DELETE FROM t WHERE id = 2;
        UPDATE t SET word = 'new' WHERE id = 3; COMMIT`);
    });
  }
  const result = (): Promise<unknown[][]> => rows('SELECT id, word FROM t ORDER BY id');
  const exceptions = (): Promise<unknown[][]> =>
    rows(`SELECT "TASK_NAME", "TABLE_OWNER", "TABLE_NAME", "STATEMENT", "ERROR" FROM control.awsdms_apply_exceptions ORDER BY "STATEMENT"`);

  test('are logged, and a delete of nothing is ignored', async () => {
    const report = await conflicting({});
    expect(await result()).toEqual([[3, 'new'], [4, 'old'], [5, 'target']]);
    expect(await exceptions()).toEqual([
      ['Task', 'public', 't', `INSERT INTO "public"."t" ("id", "word") VALUES ('5', 'source')`,
        'duplicate key value violates unique constraint "t_pkey"'],
      ['Task', 'public', 't', `UPDATE "public"."t" SET "id" = '1', "word" = 'new' WHERE "id" = '1'`, 'no row of the target has this key'],
    ]);
    expect(report.tables).toMatchObject([{
      inserts: 1, updates: 2, deletes: 1, appliedInserts: 0, appliedUpdates: 1, appliedDeletes: 0, applyErrors: 2,
    }]);
  });

  test('INSERT_RECORD updates, UPDATE_RECORD inserts', async () => {
    await conflicting({ ApplyErrorInsertPolicy: 'INSERT_RECORD', ApplyErrorUpdatePolicy: 'UPDATE_RECORD' });
    expect(await result()).toEqual([[1, 'new'], [3, 'new'], [4, 'old'], [5, 'source']]);
    expect(await exceptions()).toEqual([]);
  });

  test('IGNORE_RECORD says nothing', async () => {
    await conflicting({ ApplyErrorInsertPolicy: 'IGNORE_RECORD', ApplyErrorUpdatePolicy: 'IGNORE_RECORD' });
    expect(await result()).toEqual([[3, 'new'], [4, 'old'], [5, 'target']]);
    expect(await exceptions()).toEqual([]);
  });

  test('LOG_ERROR of a delete logs it', async () => {
    await conflicting({ ApplyErrorDeletePolicy: 'LOG_ERROR' });
    expect((await exceptions()).map(([, , , statement]) => statement)).toContain(`DELETE FROM "public"."t" WHERE "id" = '2'`);
  });

  test.each([['ApplyErrorInsertPolicy'], ['ApplyErrorUpdatePolicy'], ['ApplyErrorDeletePolicy']])('%s STOP_TASK stops', async (setting) => {
    await expect(conflicting({ [setting]: 'STOP_TASK' })).rejects.toThrow(`and ${setting} is STOP_TASK`);
    // Nothing of the transaction is there.
    expect(await result()).toEqual([[3, 'old'], [4, 'old'], [5, 'target']]);
  });

  test('SUSPEND_TABLE puts the table aside and goes on with others', async () => {
    await source.query('CREATE TABLE other (id int PRIMARY KEY)');
    const report = await conflicting({ ApplyErrorUpdatePolicy: 'SUSPEND_TABLE' });
    expect(report.tables).toMatchObject([{ table: 'other', state: 'Table completed' }, { table: 't', state: 'Table error' }]);
    expect(report.warnings).toContain('public.t is suspended: a row cannot be applied (no row of the target has this key), and ' +
      'ApplyErrorUpdatePolicy is SUSPEND_TABLE');
  });

  test('ApplyErrorEscalationCount escalates', async () => {
    await expect(conflicting({ ApplyErrorEscalationCount: 2, ApplyErrorEscalationPolicy: 'STOP_TASK' }))
      .rejects.toThrow('ApplyErrorEscalationPolicy is STOP_TASK');
  });

  test('bad data is for DataErrorPolicy, values that are too long for DataTruncationErrorPolicy', async () => {
    await source.query('CREATE TABLE t (id int PRIMARY KEY, word text, n bigint)');
    await target.query('CREATE TABLE t (id int PRIMARY KEY, word varchar(3), n int)');
    const settings = { ...mode('DO_NOTHING'), ErrorBehavior: { DataErrorPolicy: 'IGNORE_RECORD', ApplyErrorInsertPolicy: 'STOP_TASK' } };
    await copy({ settings }, `INSERT INTO t VALUES (1, 'long one', 1), (2, 'ok', 5000000000), (3, 'ok', 3)`);
    expect(await result()).toEqual([[3, 'ok']]);
    expect(await target.column('SELECT "ERROR" FROM awsdms_apply_exceptions')).toEqual(['value too long for type character varying(3)']);
  });
});

describe('rules', () => {
  test('rename, leave out, filter, change, mask and add columns in load and changes', async () => {
    await source.query(`CREATE TABLE t (id int PRIMARY KEY, name text, secret varchar(64), amount numeric(10,2), gone int, kind int);
      INSERT INTO t VALUES (1, 'a\tb\\c', 'abc', 1.25, 1, 1), (2, 'no', 'no', 0, 0, 2)`);
    const rules = [
      selection('public', 't', { filters: [{ 'filter-type': 'source', 'column-name': 'kind', 'filter-conditions': [{ 'filter-operator': 'eq', 'value': '1' }] }] }),
      transformation(2, 'rename', 'schema', { 'schema-name': 'public' }, { value: 'copy' }),
      transformation(3, 'convert-uppercase', 'column', { 'column-name': 'name' }),
      transformation(4, 'remove-column', 'column', { 'column-name': 'gone' }),
      transformation(5, 'data-masking-hash-mask', 'column', { 'column-name': 'secret' }),
      transformation(6, 'change-data-type', 'column', { 'column-name': 'amount' }, { 'data-type': { type: 'int8' } }),
      transformation(7, 'add-column', 'column', {}, { value: 'twice', expression: '$id * 2', 'data-type': { type: 'int4' } }),
    ];
    const report = await copy({ rules }, `INSERT INTO t VALUES (3, 'c', 'abc', 2.5, 1, 1), (4, 'no', 'no', 0, 0, 2); UPDATE t SET name = 'd' WHERE id = 1`);
    const hash = 'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD';
    expect(await rows('SELECT id, "NAME", secret, amount::text, kind, twice FROM copy.t ORDER BY id'))
      .toEqual([[1, 'd', hash, '1', 1, 2], [3, 'c', hash, '3', 1, 6]]);
    expect(report.tables).toMatchObject([{ fullLoadRows: 1, validationState: 'Validated' }]);
  });

  test('limited LOB mode cuts, and counts', async () => {
    await source.query(`CREATE TABLE t (id int PRIMARY KEY, long text, bytes bytea);
      INSERT INTO t VALUES (1, repeat('é', 600), decode(repeat('ab', 2000), 'hex')), (2, 'short', 'x')`);
    const settings = { TargetMetadata: { LobMaxSize: 1 } };
    const report = await copy({ settings }, `INSERT INTO t VALUES (3, repeat('😀', 600), null)`);
    expect(await rows('SELECT id, char_length(long), octet_length(bytes) FROM t ORDER BY id')).toEqual([[1, 512, 1024], [2, 5, 1], [3, 512, null]]);
    expect(report.warnings.map((warning) => warning.split(',')[0]).sort())
      .toEqual(['public.t.bytes: 1 values were cut', 'public.t.long: 2 values were cut']);
    expect(report.tables).toMatchObject([{ validationState: 'Validated' }]);
  });
});

describe('dms rehearse', () => {
  const rehearse = (document: object, ...args: string[]): Promise<DmsResult> => {
    const folder = folders.create();
    writeFileSync(join(folder, 'template.json'), JSON.stringify(document));
    return runDms(['rehearse', join(folder, 'template.json'), '--source', source.url, '--workdir', join(folder, 'work'), ...args]);
  };

  test('runs a template whose target is PostgreSQL, and its page says so', async () => {
    await source.query('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
    const document = template({ rules: RULES });
    (document as Template).Resources.Target.Properties = { EndpointType: 'target', EngineName: 'aurora-postgresql' };
    const page = join(folders.create(), 'page.html');
    const { exitCode, stdout } = await rehearse(document, '--target', target.url, '--report', page);
    const shown = target.url.replace(/:[^:@]*@/, '@');
    expect(stdout).toContain(`Tables in ${shown}`);
    expect(exitCode).toBe(0);
    expect(await target.column('SELECT id FROM t')).toEqual([1]);
    expect(readFileSync(page, 'utf8')).toContain(`<dt>Target</dt><dd><code>${shown}</code></dd>`);
    expect(readFileSync(page, 'utf8')).not.toContain('<h3>Files</h3>');
  });

  test.each([
    ['no --target', {}, [], 'task Task writes to PostgreSQL: give a database with --target postgres://…'],
    ['a folder', {}, ['--target', 'folder'], 'task Task has a PostgreSQL target: give a database with --target, not '],
    ['an unknown key', { DatabaseMode: 'babelfish' }, [], 'task Task: PostgreSqlSettings.DatabaseMode of the target endpoint is not supported'],
  ])('refuses %s', async (_, PostgreSqlSettings, args, complaint) => {
    const document = template({ rules: RULES });
    (document as Template).Resources.Target.Properties = { EndpointType: 'target', EngineName: 'postgres', PostgreSqlSettings };
    const { exitCode, stderr } = await rehearse(document, ...args);
    expect(stderr).toContain(complaint);
    expect(exitCode).toBe(2);
  });
});

describe('preparePublication', () => {
  test('can be called again, and refuses tables without a key or other tables', async () => {
    await source.query('CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE loose (id int)');
    const client = await connect(source.url);
    try {
      const prepare = (...tables: string[]): Promise<void> =>
        preparePublication(client, 'pub', tables.map((name) => ({ schema: 'public', name })), 'marks');
      await prepare('t', 'u');
      await prepare('u', 't');
      expect(await source.column(`SELECT schemaname || '.' || tablename FROM pg_publication_tables WHERE pubname = 'pub' ORDER BY 1`))
        .toEqual(['marks.awsdms_loopback_prevention', 'public.t', 'public.u']);
      await expect(prepare('t')).rejects.toThrow('publication pub is there with other tables');
      await expect(prepare('loose')).rejects.toThrow('public.loose has no primary key');
    } finally {
      await client.end();
    }
  });
});
