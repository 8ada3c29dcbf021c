import { Client } from 'pg';
import { CommitUnknown, declareEpoch, inTransaction, type WritableSite } from '../../client/src';
import { type SourceDatabase, SourceServer } from '../support/source-server';

const server = new SourceServer({}, 18);
const SITE = { site: 'A', epoch: 7, dbengine: 'postgresql' } as WritableSite;
const sessions: Client[] = [];
let database: SourceDatabase;

beforeAll(async () => {
  database = await server.database();
  await database.query('CREATE TABLE orders (id int PRIMARY KEY, parent int REFERENCES orders DEFERRABLE INITIALLY DEFERRED)');
});
afterEach(() => Promise.all(sessions.splice(0).map((session) => session.end().catch(() => undefined))));

async function session(): Promise<Client> {
  const client = new Client({ connectionString: database.url });
  // What the test does to it on purpose.
  client.on('error', () => undefined);
  await client.connect();
  sessions.push(client);
  return client;
}
const rows = (): Promise<unknown[]> => database.column('SELECT id FROM orders ORDER BY id');
const epochOf = async (client: Client): Promise<unknown> =>
  (await client.query<{ epoch: string }>("SELECT current_setting('dms.epoch', true) AS epoch")).rows[0]?.epoch;

test('a transaction declares its epoch for itself only, and commits', async () => {
  const client = await session();
  expect(await inTransaction(client, SITE, async () => {
    await client.query('INSERT INTO orders VALUES (1)');
    return epochOf(client);
  })).toBe('7');
  expect(await epochOf(client)).toBe('');
  expect(await rows()).toEqual([1]);
});

test('a transaction that fails leaves nothing behind, and a session that goes on', async () => {
  const client = await session();
  await expect(inTransaction(client, SITE, async () => {
    await client.query('INSERT INTO orders VALUES (2)');
    await client.query('INSERT INTO orders VALUES (2)');
  })).rejects.toMatchObject({ code: '23505' });
  expect(await rows()).toEqual([1]);
  expect(await epochOf(client)).toBe('');
});

test('an error that was passed over is not taken for a success', async () => {
  const client = await session();
  await expect(inTransaction(client, SITE, async () => {
    await client.query('INSERT INTO orders VALUES (3)');
    await client.query('SELECT 1 / 0').catch(() => undefined);
  })).rejects.toThrow('the transaction was rolled back: a statement in it had failed');
  expect(await rows()).toEqual([1]);
});

test('a commit that the database refuses is refused for certain', async () => {
  const client = await session();
  await expect(inTransaction(client, SITE, () => client.query('INSERT INTO orders VALUES (4, 99)'))).rejects
    .toMatchObject({ code: '23503' });
  expect(await rows()).toEqual([1]);
});

test('a commit that gets no answer is not known to have failed', async () => {
  const client = await session();
  const { rows: [own] } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const attempt = inTransaction(client, SITE, async () => {
    await client.query('INSERT INTO orders VALUES (5)');
    const gone = new Promise((resolve) => { client.once('end', resolve); });
    await database.query('SELECT pg_terminate_backend($1)', [own!.pid]);
    await gone;
  });
  await expect(attempt).rejects.toBeInstanceOf(CommitUnknown);
});

test('a session declares an epoch in the words of its engine', async () => {
  const client = await session();
  await client.query(declareEpoch(SITE));
  expect(await epochOf(client)).toBe('7');
  expect(declareEpoch({ ...SITE, dbengine: 'mysql' })).toBe('SET @dms_epoch = 7');
  expect(declareEpoch({ ...SITE, dbengine: 'oracle' })).toBe("BEGIN DBMS_SESSION.SET_IDENTIFIER('dms.epoch=7'); END;");
  expect(() => declareEpoch({ ...SITE, dbengine: 'db2' })).toThrow('dbengine is db2; allowed: postgresql, mysql, oracle');
  expect(() => declareEpoch({ ...SITE, epoch: 7.5 })).toThrow('epoch is 7.5; it has to be a whole number');
});
