import { EVERYTHING, transformation } from '../../support/dms-template';
import { runEngine } from '../../support/engine-run';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();
let db: SourceDatabase;

beforeEach(async () => {
  db = await server.database();
});

const CHANGES = `
  INSERT INTO t VALUES (3, 'three', 'c');
  UPDATE t SET word = 'uno' WHERE id = 1;
  UPDATE t SET id = 20 WHERE id = 2;
  DELETE FROM t WHERE id = 1`;

/** What is captured of table t (id, word, note) when its old rows are kept by this rule. */
async function captured(identity: string, filter: string): Promise<unknown[][]> {
  await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word varchar(20), note text); ALTER TABLE t REPLICA IDENTITY ${identity};
    INSERT INTO t VALUES (1, 'one', 'a'), (2, 'two', 'b')`);
  const images = transformation(2, 'add-before-image-columns', 'column', {}, { 'before-image-def': { 'column-filter': filter } });
  const { lake, report } = await runEngine(db.url, { rules: [EVERYTHING, images] }, {
    folder: folders.create(),
    changes: () => db.query(CHANGES),
  });
  expect(report.tables[0]!.validationState).toBe('Validated');
  return lake.rows([...lake.loadFiles('public/t'), ...lake.changeFiles('public/t')]);
}

test('pk-only: the key as it was, which is the same unless an UPDATE moved the row', async () => {
  expect(await captured('DEFAULT', 'pk-only')).toEqual([
    ['I', 1, 'one', 'a', null],
    ['I', 2, 'two', 'b', null],
    ['I', 3, 'three', 'c', null],
    ['U', 1, 'uno', 'a', 1],
    ['D', 2, null, null, 2],
    ['I', 20, 'two', 'b', null],
    ['D', 1, null, null, 1],
  ]);
});

test('non-lob: with full replica identity every column but LOBs', async () => {
  expect(await captured('FULL', 'non-lob')).toEqual([
    ['I', 1, 'one', 'a', null, null],
    ['I', 2, 'two', 'b', null, null],
    ['I', 3, 'three', 'c', null, null],
    ['U', 1, 'uno', 'a', 1, 'one'],
    ['D', 2, null, null, 2, 'two'],
    ['I', 20, 'two', 'b', null, null],
    ['D', 1, 'uno', 'a', 1, 'uno'],
  ]);
});

test('all: without full replica identity the stream carries no more than the key; LOBs have no image', async () => {
  expect((await captured('DEFAULT', 'all')).slice(3)).toEqual([
    ['U', 1, 'uno', 'a', 1, null, null],
    ['D', 2, null, null, 2, null, null],
    ['I', 20, 'two', 'b', null, null, null],
    ['D', 1, null, null, 1, null, null],
  ]);
});
