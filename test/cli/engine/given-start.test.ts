import { startOf } from '../../../cli/engine/run/start';
import { preparePublication } from '../../../cli/engine/source/publication';
import { givenStart } from '../../../cli/engine/task/given-start';
import { connect } from '../../../cli/server/connect';
import { taskBetween } from '../../support/database-run';
import { SourceServer } from '../../support/source-server';

const server = new SourceServer();

test.each([
  ['4AF/B00000D0'], ['checkpoint:V1#1#000004AF/B00000D0#0#0#*#0#0'],
])('CdcStartPosition %s is a position of the slot', (position) => {
  expect(givenStart('Task', 'back', position)).toEqual({ slot: 'back', lsn: 0x4afb00000d0n });
});

test('without CdcStartPosition a task begins now', () => {
  expect(givenStart('Task', 'back', undefined)).toBeUndefined();
});

test.each([
  ['no slot', undefined, '4AF/B00000D0', 'task Task: CdcStartPosition is 4AF/B00000D0, and PostgreSqlSettings.SlotName of the source endpoint names no slot'],
  ['a time', 'back', '2026-11-25T12:00:00', 'task Task: CdcStartPosition is 2026-11-25T12:00:00: PostgreSQL has positions such as 4AF/B00000D0, and no times'],
])('refuses %s', (_, slot, position, complaint) => {
  expect(() => givenStart('Task', slot, position)).toThrow(complaint);
});

test('a start needs a slot of pgoutput, its publication, a position in its stream and a cdc task', async () => {
  const database = await server.database();
  await database.query('CREATE TABLE t (id int PRIMARY KEY)');
  const client = await connect(database.url);
  const start = (slot: string, lsn = 'FF/0', migrationType: 'cdc' | 'full-load' = 'cdc'): ReturnType<typeof startOf> =>
    startOf(client, taskBetween({ migrationType }), { slot, lsn });
  try {
    await expect(start('missing')).rejects.toThrow(`the source has no replication slot missing: SELECT pg_create_logical_replication_slot('missing', 'pgoutput')`);
    await database.query(`SELECT pg_create_logical_replication_slot('of_dms', 'test_decoding')`);
    await expect(start('of_dms')).rejects.toThrow('replication slot of_dms has the plug-in test_decoding');
    await database.query(`SELECT pg_create_logical_replication_slot('bare', 'pgoutput')`);
    await expect(start('bare')).rejects.toThrow('the source has no publication bare: it has to be there before the slot of that name is made');
    await expect(start('bare', '0/1')).rejects.toThrow(/^replication slot bare was confirmed at .*: a task cannot begin before, at 0\/1$/);
    await expect(start('bare', 'FF/0', 'full-load')).rejects.toThrow('task Task is full-load: only a cdc task begins at a position');
    await preparePublication(client, 'good', [{ schema: 'public', name: 't' }]);
    await database.query(`SELECT pg_create_logical_replication_slot('good', 'pgoutput')`);
    expect(await start('good')).toEqual({ slot: 'good', lsn: 'FF/0', publications: ['good'] });
  } finally {
    await client.end();
  }
});
