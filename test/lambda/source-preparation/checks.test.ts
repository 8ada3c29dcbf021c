import type { Client } from 'pg';
import { onEvent } from '../../../lambda/source-preparation/index';
import type { PreparationProperties } from '../../../lambda/source-preparation/api';
import { readServer } from '../../../lambda/source-preparation/server';
import { checkServer, type Wish } from '../../../lambda/source-preparation/server-checks';
import { TableSelection } from '../../../lib/table-mappings';
import { mappings, PreparedSource, USER_SECRET } from './prepared-source';

const WISH: Wish = {
  capturesChanges: true, tasks: 1, plugin: 'test-decoding', captureDdls: false, ddlArtifactsSchema: 'public', heartbeat: false,
  heartbeatSchema: 'public', hasTasks: false,
};

describe.each([14, 18] as const)('PostgreSQL %i', (version) => {
  const source = new PreparedSource(version, { max_replication_slots: '3', max_wal_senders: '2', max_prepared_transactions: '5' });

  /** The problems that a deployment is told of. */
  async function problems(
    properties: Partial<PreparationProperties> = {}, request: 'Create' | 'Update' = 'Create',
  ): Promise<string> {
    return onEvent(source.preparation(request, properties)).then(
      ({ Data }) => Data?.['Warnings'] ?? 'no attribute', (failure: Error) => `FAILED ${failure.message}`,
    );
  }
  const failed = (text: string): string => `FAILED The database ${source.databaseName} is not ready for DMS. (1) ${text}.`;
  const warned = (text: string): string => `The database ${source.databaseName}: (1) warning: ${text}.`;

  beforeEach(async () => {
    await source.database.query('CREATE TABLE orders (id int PRIMARY KEY)');
  });

  test('nothing is wrong with a source that is ready', async () => {
    expect(await problems()).toBe('');
  });

  describe('slots and senders', () => {
    test('as many slots as tasks have to be free', async () => {
      await source.createSlot('of_somebody_else');
      expect(await problems({ Tasks: '2' })).toBe('');
      expect(await problems({ Tasks: '3' })).toContain('(1) max_replication_slots is 3 and 1 are taken: 3 tasks need 3 '
        + 'free; raise max_replication_slots and restart');
    });

    test('the slots of tasks that are there count for them', async () => {
      await source.createSlot(await source.slotName());
      await source.createSlot('one');
      await source.createSlot('two');
      expect(await problems({}, 'Update')).toBe('');
      expect(await problems({}, 'Create')).toBe(failed('max_replication_slots is 3 and 3 are taken: the task needs 1 free; '
        + 'raise max_replication_slots and restart the server, or drop slots that nobody needs'));
    });

    test('as many senders as tasks have to be free, and those of tasks that are there count for them', async () => {
      const [own, other] = [await source.slotName(), 'other'];
      await source.createSlot(own);
      await source.createSlot(other);
      await source.read(own);
      expect(await problems({})).toBe('');
      await source.read(other);
      expect(await problems({}, 'Create')).toBe(failed('max_wal_senders is 2 and 2 are taken: the task needs 1 free; raise '
        + 'max_wal_senders and restart the server, or drop replicas that nobody needs'));
      expect(await problems({}, 'Update')).toBe('');
    });

    test('a slot that is named has to be there', async () => {
      expect(await problems({ SlotName: 'mine' })).toBe(failed('there is no slot mine: DMS reads a slotName, it does not '
        + "create it; create it with pg_create_logical_replication_slot('mine', 'test_decoding')"));
      for (const name of ['mine', 'one', 'two']) await source.createSlot(name);
      expect(await problems({ SlotName: 'mine' })).toBe('');
    });
  });

  describe('settings', () => {
    const set = (what: string): Promise<unknown> =>
      source.database.query(`ALTER DATABASE ${source.databaseName} SET ${what}`);

    test.each<[string, RegExp]>([
      ['9999ms', /^FAILED .* \(1\) wal_sender_timeout is 9999 ms: DMS needs 0 \(never\) or at least 10000 ms; raise it\.$/],
      ['10s', /^$/],
      ['0', /^$/],
      ['299999ms', /^$/],
      ['5min', /^The database .* \(1\) warning: wal_sender_timeout is 300000 ms: under 300000 ms a failover .* lower it\.$/],
    ])('wal_sender_timeout of %s', async (value, expected) => {
      await set(`wal_sender_timeout = '${value}'`);
      expect(await problems()).toMatch(expected);
    });

    test('what is set for the user of DMS ranks above the database, and a user in a database above both', async () => {
      await source.database.query('CREATE ROLE reader LOGIN REPLICATION');
      const look = async (): Promise<number> => {
        const client = await source.connectAs(source.login());
        return (await readServer(client, { user: 'reader', ddlArtifactsSchema: 'public', heartbeatSchema: 'public' }))
          .idleInTransactionTimeout;
      };
      try {
        expect(await look()).toBe(0);
        await set("idle_in_transaction_session_timeout = '1h'");
        expect(await look()).toBe(3_600_000);
        await source.database.query("ALTER ROLE reader SET idle_in_transaction_session_timeout = '30s'");
        expect(await look()).toBe(30_000);
        await source.database.query(
          `ALTER ROLE reader IN DATABASE ${source.databaseName} SET idle_in_transaction_session_timeout = 0`,
        );
        expect(await look()).toBe(0);
      } finally {
        await source.database.query('DROP ROLE reader');
      }
    });

    test('idle transactions of DMS must not be ended', async () => {
      await set("idle_in_transaction_session_timeout = '1min'");
      expect(await problems()).toBe(warned('idle_in_transaction_session_timeout is 60000 ms: DMS wants 0 (never), its '
        + 'transactions may be idle for long; ALTER ROLE postgres SET idle_in_transaction_session_timeout = 0'));
      await source.database.query(
        `ALTER ROLE postgres IN DATABASE ${source.databaseName} SET idle_in_transaction_session_timeout = 0`,
      );
      expect(await problems()).toBe('');
    });

    test('the log that slots may keep should have no limit', async () => {
      await source.database.query("ALTER SYSTEM SET max_slot_wal_keep_size = '1GB'");
      await source.database.query('SELECT pg_reload_conf()');
      try {
        const limited = await source.eventually(async () => await problems() || undefined);
        expect(limited).toBe(warned('max_slot_wal_keep_size is 1024 MB: DMS wants -1 (no limit), because a slot that falls '
          + 'behind is invalidated and its task fails for good; reset it and watch the disk'));
      } finally {
        await source.database.query('ALTER SYSTEM RESET max_slot_wal_keep_size');
        await source.database.query('SELECT pg_reload_conf()');
      }
      await source.eventually(async () => await problems() === '' || undefined);
    });

    test('pglogical has to be an extension of the database', async () => {
      expect(await problems({ Plugin: 'pglogical' })).toMatch(
        /\(1\) the plug-in is pglogical and the database has no such extension: preload pglogical/,
      );
    });
  });

  describe('transactions', () => {
    const lookAt = async (minutes: number): Promise<string[]> => {
      const client: Client = await source.connectAs(source.login());
      const interest = { user: 'postgres', ddlArtifactsSchema: 'public', heartbeatSchema: 'public' };
      return checkServer(await readServer(client, interest, minutes), WISH).map(({ severity, text }) => `${severity}: ${text}`);
    };

    test('that are open for long are named', async () => {
      const other = await source.connectAs(source.login());
      await other.query('BEGIN');
      const { rows: [process] } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      expect(await lookAt(10)).toEqual([]);
      expect(await lookAt(0)).toEqual([`warning: 1 transactions are open for 10 minutes or more (process ${process!.pid} of `
        + 'postgres, 0 minutes): a new task waits for them, and the log is kept until they end; end them before the task '
        + 'starts']);
    });

    test('that are prepared for long are named', async () => {
      await source.database.query('BEGIN');
      await source.database.query('INSERT INTO orders VALUES (1)');
      await source.database.query("PREPARE TRANSACTION 'half-done'");
      try {
        expect(await lookAt(10)).toEqual([]);
        expect(await lookAt(0)).toEqual(['error: 1 prepared transactions wait for 10 minutes or more (half-done, 0 minutes): '
          + 'no slot can be created until they end; COMMIT PREPARED or ROLLBACK PREPARED them']);
      } finally {
        await source.database.query("ROLLBACK PREPARED 'half-done'");
      }
    });
  });

  describe('the user of DMS', () => {
    const reader = { username: 'plain_reader', password: 'secret123' };

    beforeEach(async () => {
      await source.database.query(`CREATE ROLE plain_reader LOGIN PASSWORD '${reader.password}' REPLICATION`);
      await source.database.query('GRANT SELECT ON orders TO plain_reader');
      source.secret(USER_SECRET, { ...source.login(), ...reader });
    });
    afterEach(async () => {
      await source.database.query('DROP OWNED BY plain_reader');
      await source.database.query('DROP ROLE plain_reader');
    });
    const asReader = (properties: Partial<PreparationProperties> = {}): Promise<string> =>
      problems({ SecretArn: USER_SECRET, CaptureDdls: 'false', Heartbeat: 'false', ...properties });

    test('may read, enter the schema and replicate: that is all', async () => {
      expect(await asReader()).toBe('');
    });

    test('has to be allowed to replicate, unless rows are only loaded', async () => {
      await source.database.query('ALTER ROLE plain_reader NOREPLICATION');
      expect(await asReader()).toBe(failed('user plain_reader may not replicate: DMS needs a superuser or the attribute '
        + 'REPLICATION; ALTER ROLE plain_reader REPLICATION'));
      expect(await asReader({ Tasks: '0' })).toBe('');
    });

    test('may replicate by the role that RDS has for it', async () => {
      await source.database.query('ALTER ROLE plain_reader NOREPLICATION');
      await source.database.query('CREATE ROLE rds_replication');
      await source.database.query('CREATE ROLE rds_superuser');
      try {
        expect(await asReader()).toBe(failed('user plain_reader may not replicate: DMS needs membership in rds_replication; '
          + 'GRANT rds_replication TO plain_reader'));
        await source.database.query('GRANT rds_replication TO plain_reader');
        expect(await asReader()).toBe('');
      } finally {
        await source.database.query('DROP ROLE rds_replication; DROP ROLE rds_superuser');
      }
    });

    test('has to be allowed to read every selected table, and to enter its schema', async () => {
      await source.database.query('CREATE SCHEMA shop');
      await source.database.query('CREATE TABLE shop.items (id int PRIMARY KEY)');
      const both = [mappings(TableSelection.include('public', 'orders'), TableSelection.include('shop', '%'))];
      expect(await asReader({ TableMappings: both })).toBe(`FAILED The database ${source.databaseName} is not ready for DMS. `
        + '(1) user plain_reader may not enter schema shop: DMS needs USAGE on the schema of every selected table; GRANT USAGE '
        + 'ON SCHEMA … TO plain_reader. (2) user plain_reader may not read shop.items: DMS needs SELECT on every selected '
        + 'table; GRANT SELECT ON … TO plain_reader.');
      await source.database.query('GRANT USAGE ON SCHEMA shop TO plain_reader');
      await source.database.query('GRANT SELECT ON shop.items TO plain_reader');
      expect(await asReader({ TableMappings: both })).toBe('');
    });

    test('has to see all rows', async () => {
      await source.database.query('ALTER TABLE orders ENABLE ROW LEVEL SECURITY');
      expect(await asReader()).toBe(failed('row-level security hides rows of public.orders from user plain_reader: DMS would '
        + 'load a part of the rows; ALTER ROLE plain_reader BYPASSRLS, or leave the tables out'));
      await source.database.query('ALTER ROLE plain_reader BYPASSRLS');
      expect(await asReader()).toBe('');
    });

    test('needs what captures DDL, and a place for the heartbeat', async () => {
      await source.database.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
      expect(await asReader({ CaptureDdls: 'true', Heartbeat: 'true', HeartbeatSchema: 'beat' })).toBe(
        `The database ${source.databaseName}: (1) warning: user plain_reader cannot create the event trigger that captures `
        + 'DDL, and public does not have it with a table awsdms_ddl_audit that the user may read: let createDdlAudit make '
        + "both, or set captureDdls to false. (2) warning: the heartbeat's schema beat does not exist: let "
        + 'createHeartbeatSchema create it.',
      );
      expect(await asReader({ Heartbeat: 'true' })).toBe(warned('user plain_reader may not create the heartbeat\'s table in '
        + 'schema public: let createHeartbeatSchema grant it, or name another heartbeatSchema'));
      await source.database.query('CREATE TABLE awsdms_heartbeat (hb_key int PRIMARY KEY)');
      await source.database.query('GRANT INSERT ON awsdms_heartbeat TO plain_reader');
      expect(await asReader({ Heartbeat: 'true' })).toBe('');
    });
  });

  describe('tables', () => {
    const create = (sql: string): Promise<unknown> => source.database.query(sql);

    test('need a primary key, or a replica identity that the plug-in can use', async () => {
      await create('CREATE TABLE keyless (a int)');
      expect(await problems()).toBe(warned('public.keyless have no primary key: their updates and deletes are not replicated; '
        + 'add one, or ALTER TABLE … REPLICA IDENTITY FULL'));
      await create('ALTER TABLE keyless REPLICA IDENTITY FULL');
      expect(await problems()).toBe('');
      expect(await problems({ Plugin: 'pglogical' })).toContain('public.keyless have REPLICA IDENTITY FULL: with pglogical DMS '
        + 'does not replicate their updates correctly; use test_decoding, or a primary key with REPLICA IDENTITY DEFAULT');
      expect(await problems({ Tasks: '0' })).toBe('');
      await create('ALTER TABLE keyless ALTER a SET NOT NULL, ADD CONSTRAINT one UNIQUE (a)');
      await create('ALTER TABLE keyless REPLICA IDENTITY USING INDEX one');
      expect(await problems()).toBe('');
      await create('ALTER TABLE keyless REPLICA IDENTITY NOTHING');
      expect(await problems()).toMatch(/public\.keyless have REPLICA IDENTITY NOTHING/);
    });

    test('that are deferrable in their key have none that can be captured', async () => {
      await create('CREATE TABLE later (a int PRIMARY KEY DEFERRABLE)');
      expect(await problems()).toMatch(/public\.later have no primary key/);
    });

    test('are not selected together with their partitions', async () => {
      await create('CREATE TABLE facts (id int PRIMARY KEY) PARTITION BY RANGE (id)');
      await create('CREATE TABLE facts_low PARTITION OF facts FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id)');
      await create('CREATE TABLE facts_low_1 PARTITION OF facts_low FOR VALUES FROM (0) TO (5)');
      const parts = TableSelection.include('public', 'facts[_]low[_]1');
      expect(await problems()).toBe(failed('partitioned tables public.facts, public.facts_low are selected together with their '
        + 'partitions: their rows would be loaded twice; exclude the partitioned table itself'));
      expect(await problems({ TableMappings: [mappings(TableSelection.include('public', 'facts'))] })).toBe(warned(
        'partitioned tables public.facts are selected without their partitions: DMS captures the changes of partitions; '
        + 'select those instead',
      ));
      expect(await problems({ TableMappings: [mappings(parts)] })).toBe('');
    });

    test('that are named have to be there, and something has to be selected', async () => {
      const named = mappings(TableSelection.include('public', 'oders'), TableSelection.include('public', 'orders'));
      expect(await problems({ TableMappings: [named] })).toBe(warned('public.oders is selected and not there: a task that '
        + 'starts without a table does not load it; create it first, or correct the name (case matters)'));
      expect(await problems({ TableMappings: [mappings(TableSelection.include('shop', '%'))] })).toMatch(
        /\(1\) warning: the table mappings select no table that exists/,
      );
    });

    test('count only where a task selects and does not exclude them; views have no changes', async () => {
      await create('CREATE TABLE keyless (a int)');
      await create('CREATE VIEW seen AS SELECT * FROM keyless');
      const without = mappings(TableSelection.include('public', '%'), TableSelection.exclude('public', 'keyless'));
      expect(await problems({ TableMappings: [without] })).toBe('');
      expect(await problems({ TableMappings: [without, mappings(TableSelection.explicit('public', 'keyless'))] }))
        .toMatch(/keyless have no primary key/);
    });
  });

  test('all problems come in one message, errors first, and may be warnings only', async () => {
    await source.database.query('CREATE TABLE keyless (a int)');
    await source.database.query(`ALTER DATABASE ${source.databaseName} SET wal_sender_timeout = '1s'`);
    const both = '(1) wal_sender_timeout is 1000 ms: DMS needs 0 (never) or at least 10000 ms; raise it. '
      + '(2) warning: public.keyless have no primary key: their updates and deletes are not replicated; add one, or ALTER '
      + 'TABLE … REPLICA IDENTITY FULL.';
    expect(await problems()).toBe(`FAILED The database ${source.databaseName} is not ready for DMS. ${both}`);
    expect(await problems({ OnProblems: 'warn' })).toBe(`The database ${source.databaseName}: ${both}`);
  });
});

describe.each([14, 18] as const)('PostgreSQL %i without logical decoding', (version) => {
  const source = new PreparedSource(version, { wal_level: 'replica' });

  test('cannot capture changes, and can be loaded', async () => {
    await source.database.query('CREATE TABLE orders (id int PRIMARY KEY)');
    await expect(onEvent(source.preparation('Create'))).rejects.toThrow(`The database ${source.databaseName} is not ready for `
      + 'DMS. (1) wal_level is replica: DMS needs logical; set rds.logical_replication to 1 on RDS and Aurora, wal_level to '
      + 'logical elsewhere, and restart the server.');
    await expect(onEvent(source.preparation('Create', { Tasks: '0' }))).resolves.toEqual({
      PhysicalResourceId: 'Preparation', Data: { Warnings: '' },
    });
  });
});
