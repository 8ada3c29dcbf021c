import { latestStateSql } from '../../../lib/catalog/latest-view';
import { EVERYTHING, transformation } from '../../support/dms-template';
import { runEngine } from '../../support/engine-run';
import { type SourceDatabase, SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();
let db: SourceDatabase;

beforeAll(async () => {
  db = await server.database();
});

/** One transaction, in which rows are changed several times and keys are used again. */
const CHANGES = `
  DELETE FROM t WHERE id = 1;
  INSERT INTO t VALUES (1, 'one again');
  UPDATE t SET word = 'uno' WHERE id = 1;
  UPDATE t SET word = 'dos' WHERE id = 2;
  UPDATE t SET word = 'deux' WHERE id = 2;
  INSERT INTO t VALUES (4, 'four');
  DELETE FROM t WHERE id = 4;
  UPDATE t SET id = 30 WHERE id = 3`;

test('the view of the catalog shows what the source holds, also after several changes of a row in one transaction', async () => {
  await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word varchar(20));
    INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three'), (5, 'five')`);
  const sequence = transformation(2, 'add-column', 'column', {}, {
    value: 'dms_sequence', expression: '$AR_H_CHANGE_SEQ', 'data-type': { type: 'wstring', length: 35 },
  });
  const { lake } = await runEngine(db.url, {
    rules: [EVERYTHING, sequence],
    s3: { TimestampColumnName: 'dms_timestamp', UseTaskStartTimeForFullLoadTimestamp: true, DatePartitionEnabled: true },
  }, { folder: folders.create(), changes: () => db.query(CHANGES) });
  const files = [...lake.loadFiles('public/t'), ...lake.changeFiles('public/t')];
  const sql = latestStateSql({
    table: 'rows', columns: ['id', 'word'], primaryKey: ['id'], timestampColumn: 'dms_timestamp',
    sequenceColumn: 'dms_sequence', opColumn: true,
  });
  expect(await lake.rows(files, `${sql} ORDER BY "id"`)).toEqual([[1, 'uno'], [2, 'deux'], [5, 'five'], [30, 'three']]);
});
