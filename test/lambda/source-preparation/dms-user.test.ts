import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import type { PreparationProperties } from '../../../lambda/source-preparation/api';
import { onEvent } from '../../../lambda/source-preparation/index';
import { scramVerifier } from '../../../lambda/source-preparation/scram';
import { TableSelection } from '../../../lib/table-mappings';
import { mappings, PreparedSource, USER_SECRET } from './prepared-source';

const ORDERS = [mappings(TableSelection.include('public', 'orders'))];

describe.each([14, 18] as const)('PostgreSQL %i', (version) => {
  const source = new PreparedSource(version, { log_statement: 'all' });
  let user: { username: string; password: string };

  beforeEach(async () => {
    user = { username: `reader "${randomBytes(4).toString('hex')}"`, password: 'a\'B"\\$3;x' };
    source.secret(USER_SECRET, user);
    await source.database.query('CREATE TABLE orders (id int PRIMARY KEY)');
    await source.database.query('CREATE TABLE salaries (id int PRIMARY KEY)');
    await source.database.query('INSERT INTO orders VALUES (1)');
  });

  const prepare = (properties: Partial<PreparationProperties> = {}, request: 'Create' | 'Update' = 'Create'): Promise<unknown> =>
    onEvent(source.preparation(request, {
      DmsUserSecretArn: USER_SECRET, TableMappings: ORDERS, CaptureDdls: 'false', Heartbeat: 'false', ...properties,
    }));
  const asUser = (replication = false): Promise<Client> => source.connectAs(user, replication);
  const refused = (sql: string): Promise<void> => asUser().then((client) =>
    expect(client.query(sql)).rejects.toMatchObject({ code: '42501' }));
  const changes = async (client: Client, slot: string): Promise<string[]> =>
    (await client.query<{ data: string }>('SELECT data FROM pg_logical_slot_get_changes($1, NULL, NULL)', [slot])).rows
      .map(({ data }) => data).filter((data) => data.startsWith('table'));

  test('it reads the selected tables and decodes changes, and may do nothing else', async () => {
    expect(await prepare()).toEqual({ PhysicalResourceId: 'Preparation', Data: { Warnings: '' } });
    const client = await asUser();
    expect((await client.query('SELECT * FROM orders')).rows).toEqual([{ id: 1 }]);
    await client.query("SELECT pg_create_logical_replication_slot('of_the_user', 'test_decoding')");
    await source.database.query('INSERT INTO orders VALUES (2)');
    expect(await changes(client, 'of_the_user')).toEqual(['table public.orders: INSERT: id[integer]:2']);
    await client.query("SELECT pg_drop_replication_slot('of_the_user')");

    await refused('SELECT * FROM salaries');
    await refused('INSERT INTO orders VALUES (3)');
    await refused('DELETE FROM orders');
    await refused('CREATE ROLE another');
    await refused('CREATE SCHEMA mine');
    const { rows: [attributes] } = await source.database.query(
      `SELECT rolsuper AS super, rolcreaterole AS createrole, rolcreatedb AS createdb, rolbypassrls AS bypassrls,
              rolreplication AS replication, rolcanlogin AS login FROM pg_roles WHERE rolname = $1`,
      [user.username],
    );
    expect(attributes).toEqual({
      super: false, createrole: false, createdb: false, bypassrls: false, replication: true, login: true,
    });
  });

  test('it can stream changes, as DMS does', async () => {
    await prepare();
    await source.createSlot('streamed');
    const client = await asUser(true);
    client.query('START_REPLICATION SLOT streamed LOGICAL 0/0').catch(() => undefined);
    await source.eventually(async () => (await source.database.column(
      "SELECT usename FROM pg_stat_replication WHERE usename LIKE 'reader%'",
    ))[0] as string | undefined);
  });

  test('it can be prepared again: the password follows the secret, the grants follow the selection', async () => {
    await prepare();
    await prepare({}, 'Update');
    user = { ...user, password: 'anotherPassword1' };
    source.secret(USER_SECRET, user);
    await prepare({ TableMappings: [mappings(TableSelection.include('public', 'salaries'))] }, 'Update');
    const client = await asUser();
    expect((await client.query('SELECT * FROM salaries')).rows).toEqual([]);
    await refused('SELECT * FROM orders');
  });

  test('its password is in no statement', async () => {
    await prepare();
    const [verifier] = await source.database.column(
      `SELECT rolpassword FROM pg_authid WHERE rolname = '${user.username}'`,
    );
    expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:[A-Za-z0-9+/=]{24}\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$/);
    expect(JSON.stringify(source.logged)).not.toContain(user.password);
    const log = await source.serverLog();
    expect(log).toContain(String(verifier));
    expect(log).not.toContain(user.password);
  });

  test('a user that an application has is left alone', async () => {
    const name = user.username.replaceAll('"', '""');
    await source.database.query(`CREATE ROLE "${name}" LOGIN PASSWORD 'of the application'`);
    const mark = 'Login of AWS DMS, managed by cdk-dms-pipelines';
    await expect(prepare()).rejects.toThrow(`user ${user.username} exists and was not created here: its password is left alone; `
      + `name another user in the secret of createUser, or hand this one over with COMMENT ON ROLE "${name}" IS '${mark}'`);
    await source.database.query(`COMMENT ON ROLE "${name}" IS '${mark}'`);
    await prepare();
    await asUser();
    await source.database.query(`ALTER ROLE "${name}" SUPERUSER`);
    await expect(prepare()).rejects.toThrow('its password is left alone');
  });

  test('it is not the login itself', async () => {
    source.secret(USER_SECRET, source.login());
    await expect(prepare()).rejects.toThrow('the user to create is postgres, with whom the preparation logs in: give createUser '
      + 'another user');
  });

  test('a password that servers and drivers may read differently is refused', async () => {
    source.secret(USER_SECRET, { ...user, password: 'contraseña' });
    await expect(prepare()).rejects.toThrow('the password of the user to create has characters that are not printable ASCII');
    expect(await source.database.column(`SELECT 1 FROM pg_roles WHERE rolname = '${user.username}'`)).toEqual([]);
  });

  test('heartbeat: it may create its table in a schema for it, and not elsewhere', async () => {
    await source.database.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    await prepare({ Heartbeat: 'true', CreateHeartbeatSchema: 'true', HeartbeatSchema: 'beat"er' });
    await prepare({ Heartbeat: 'true', CreateHeartbeatSchema: 'true', HeartbeatSchema: 'beat"er' }, 'Update');
    const client = await asUser();
    await client.query('CREATE TABLE "beat""er".awsdms_heartbeat (hb_key int PRIMARY KEY)');
    await client.query('INSERT INTO "beat""er".awsdms_heartbeat VALUES (1)');
    await refused('CREATE TABLE public.mine ()');
    // The table is the user's own now, and stays what it may read.
    await prepare({ Heartbeat: 'true', CreateHeartbeatSchema: 'true', HeartbeatSchema: 'beat"er' }, 'Update');
    expect((await client.query('SELECT * FROM "beat""er".awsdms_heartbeat')).rows).toEqual([{ hb_key: 1 }]);
  });

  describe('DDL', () => {
    const audit = { CaptureDdls: 'true', CreateDdlAudit: 'true', DdlArtifactsSchema: 'dms "audit"' };

    test('is in the log as DMS looks for it, whoever issues it, and leaves no row', async () => {
      expect(await prepare(audit)).toEqual({ PhysicalResourceId: 'Preparation', Data: { Warnings: '' } });
      await prepare(audit, 'Update');
      await source.database.query(`CREATE ROLE developer_${version} LOGIN PASSWORD 'secret'`);
      await source.database.query(`CREATE SCHEMA development AUTHORIZATION developer_${version}`);
      await source.createSlot('audited');
      const developer = await source.connectAs({ username: `developer_${version}`, password: 'secret' });
      await developer.query('SET search_path = development');
      await developer.query('CREATE TABLE things (id int)');
      await developer.query('CREATE TABLE copy AS SELECT * FROM things');
      await developer.query('ALTER TABLE things ADD name text');
      await developer.query('CREATE INDEX ON things (id)');
      await developer.query('DROP TABLE things');

      const client = await asUser();
      const inserted = (await changes(client, 'audited'))
        .filter((data) => data.startsWith('table "dms ""audit""".awsdms_ddl_audit: INSERT:'))
        .map((data) => ['user', 'tag', 'schema', 'ddlqry'].map((name) =>
          new RegExp(`c_${name}\\[[^\\]]+\\]:'(.*?)'(?: c_|$)`, 's').exec(data)?.[1]));
      expect(inserted).toEqual([
        [`developer_${version}`, 'CREATE TABLE', 'development', 'CREATE TABLE things (id int)'],
        [`developer_${version}`, 'CREATE TABLE AS', 'development', 'CREATE TABLE copy AS SELECT * FROM things'],
        [`developer_${version}`, 'ALTER TABLE', 'development', 'ALTER TABLE things ADD name text'],
        [`developer_${version}`, 'DROP TABLE', 'development', 'DROP TABLE things'],
      ]);
      expect((await client.query('SELECT * FROM "dms ""audit""".awsdms_ddl_audit')).rows).toEqual([]);
    });

    test('is audited once in a database', async () => {
      await prepare(audit);
      await expect(prepare({ ...audit, DdlArtifactsSchema: 'other' }, 'Update')).rejects.toThrow('the event trigger '
        + 'awsdms_intercept_ddl is there and belongs to schema dms "audit": a database can have it once; set '
        + "ddlArtifactsSchema to 'dms \"audit\"', or drop the event trigger");
      // All or nothing.
      expect(await source.database.column("SELECT nspname FROM pg_namespace WHERE nspname = 'other'")).toEqual([]);
    });
  });

  test('a login that may not grant is told which to use', async () => {
    await source.database.query(`CREATE ROLE clerk_${version} LOGIN CREATEROLE PASSWORD 'secret'`);
    source.secret(USER_SECRET, { ...source.login(), username: `clerk_${version}`, password: 'secret' });
    const other = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:other-AbCdEf';
    source.secret(other, user);
    await expect(prepare({ SecretArn: USER_SECRET, DmsUserSecretArn: other })).rejects.toThrow(
      /^42501: .*; the login may not do this: use the login of the master user \(rds_superuser\), or of a superuser$/,
    );
  });
});

test('the verifier is the one that PostgreSQL makes of a password', () => {
  // The server key and stored key of RFC 7677's example: user "user", password "pencil".
  expect(scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:'
    + 'wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});
