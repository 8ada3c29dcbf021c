import { planTables } from '../../../cli/engine/run/planning';
import { LakeComparison, type Comparison } from '../../../cli/engine/validation/compare';
import { openSession } from '../../../cli/engine/source/session';
import { taskOf } from '../../support/dms-template';
import { runEngine } from '../../support/engine-run';
import { query, type Lake } from '../../support/lake';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();

test('values of megabytes are compared, up to the largest LobMaxSize', async () => {
  const db = await server.database();
  await db.query(`CREATE TABLE long AS SELECT id, repeat(md5(id::text), 65536) AS document,
    decode(repeat(md5(id::text), 65536), 'hex') AS scan FROM generate_series(1, 5) AS id`);
  await db.query('ALTER TABLE long ADD PRIMARY KEY (id)');
  const settings = { TargetMetadata: { LobMaxSize: 102_400 } };
  const { report } = await runEngine(db.url, { settings }, {
    folder: folders.create(),
    changes: () => db.query(`UPDATE long SET document = document || 'ä' WHERE id = 3`),
  });
  expect(report.tables).toMatchObject([{ table: 'long', updates: 1, validationState: 'Validated' }]);
});

describe('the comparison finds', () => {
  let lake: Lake;
  let url: string;

  beforeAll(async () => {
    const db = await server.database();
    url = db.url;
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word text, amount numeric(6,2));
      INSERT INTO t VALUES (1, 'one', 1.5), (2, '', NULL), (3, NULL, 3), (4, 'four', 4)`);
    ({ lake } = await runEngine(url, {}, { folder: folders.create(), changes: () => db.query("UPDATE t SET word = 'five' WHERE id = 4") }));
  });

  /** Compares with what SQL makes of the rows of both files. */
  async function compareWith(select: string): Promise<Comparison> {
    const files = [...lake.loadFiles('public/t'), ...lake.changeFiles('public/t')].map((file) => `'${lake.path(file)}'`);
    const broken = `${folders.create()}/broken.parquet`;
    await query(`COPY (WITH lake AS (SELECT * FROM read_parquet([${files.join(', ')}])) ${select}) TO '${broken}'`);
    const session = await openSession(url);
    const comparison = await LakeComparison.open(`${folders.create()}/spill`);
    try {
      const [plan] = await planTables(session, taskOf());
      return await comparison.compare(session, plan!, { files: [broken], hasOperations: true });
    } finally {
      await comparison.close();
      await session.end();
    }
  }

  const difference = (failed: number, ...examples: string[]): Comparison => ({
    state: 'Mismatched records', failed, examples: examples.map((text) => {
      const [, id, problem] = /^id = (\d+), (.*)$/.exec(text)!;
      return { key: { id: id! }, problem: problem! };
    }),
  });

  test.each([
    ['nothing when nothing is wrong', 'FROM lake', { state: 'Validated', failed: 0, examples: [] }],
    ['a missing row', 'FROM lake WHERE id <> 1', difference(1, 'id = 1, missing in the lake')],
    ['a row too many', "FROM lake UNION ALL SELECT 'I', 9, 'nine', 9", difference(1, 'id = 9, only in the lake')],
    ['a deleted row that is still there', "FROM lake UNION ALL SELECT 'D', 1, NULL, NULL", difference(1, 'id = 1, missing in the lake')],
    ['a changed number', 'SELECT * REPLACE (CASE WHEN id = 1 THEN 1.51 ELSE amount END AS amount) FROM lake', difference(1, 'id = 1, differs in amount')],
    ['an empty text that became null', "SELECT * REPLACE (nullif(word, '') AS word) FROM lake", difference(1, 'id = 2, differs in word')],
    ['a null that became an empty text', "SELECT * REPLACE (coalesce(word, '') AS word) FROM lake", difference(1, 'id = 3, differs in word')],
    ['an update that was lost', "FROM lake WHERE \"Op\" = 'I'", difference(1, 'id = 4, differs in word')],
    ['updates in the wrong order', "FROM lake ORDER BY \"Op\" DESC", difference(1, 'id = 4, differs in word')],
  ])('%s', async (_, select, expected) => {
    expect(await compareWith(select)).toEqual(expected);
  });
});

test('names that DuckDB has a meaning for do not disturb the comparison', async () => {
  const db = await server.database();
  await db.query(`CREATE TABLE "a*" (id integer PRIMARY KEY, filename text, "dms file" text); INSERT INTO "a*" VALUES (1, 'x', 'y');
    CREATE TABLE ab (id integer PRIMARY KEY); INSERT INTO ab VALUES (1), (2);
    CREATE TABLE numbered (id integer PRIMARY KEY, file_row_number integer); INSERT INTO numbered VALUES (1, 7)`);
  const { report } = await runEngine(db.url, {}, {
    folder: folders.create(), changes: () => db.query(`UPDATE "a*" SET filename = 'z'`),
  });
  expect(report.tables.map(({ table, validationState }) => [table, validationState]))
    .toEqual([['a*', 'Validated'], ['ab', 'Validated'], ['numbered', 'Not comparable']]);
  expect(report.warnings).toEqual(['public.numbered is not compared: it has a column file_row_number']);
});

test('a carriage return in the first row does not disturb the comparison', async () => {
  const db = await server.database();
  await db.query("CREATE TABLE t (id integer PRIMARY KEY, word varchar(20)); INSERT INTO t VALUES (1, E'a\\rb'), (2, E'c\\nd'), (3, E'\\r\\n\"')");
  const { report } = await runEngine(db.url, { migrationType: 'full-load' }, { folder: folders.create() });
  expect(report.tables).toMatchObject([{ validationState: 'Validated' }]);
});
