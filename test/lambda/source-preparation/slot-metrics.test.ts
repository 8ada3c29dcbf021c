import { publishSlotMetrics } from '../../../lambda/source-preparation/index';
import { type InactivityMemory, measure } from '../../../lambda/source-preparation/slot-metrics';
import type { Slot } from '../../../lambda/source-preparation/slots';
import { PreparedSource } from './prepared-source';

type Line = Record<string, number> & { slots: Slot[]; Source: string; _aws: object };

describe.each([14, 18] as const)('PostgreSQL %i', (version) => {
  const source = new PreparedSource(version);
  const publish = async (): Promise<Line> => {
    source.logged.splice(0);
    await publishSlotMetrics({ ...source.connection(), Source: 'Shop' });
    return source.logged.at(-1) as Line;
  };
  const lagOf = async (slot: string, position: string): Promise<number> => Number((await source.database.column(
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), ${position}) FROM pg_replication_slots WHERE slot_name = '${slot}'`,
  ))[0]);
  /** Nothing may be written between two looks; background processes write now and then. */
  async function atTheSameEnd<T>(look: () => Promise<T>): Promise<T> {
    return source.eventually(async () => {
      const [before] = await source.database.column('SELECT pg_current_wal_lsn()::text');
      const found = await look();
      const [after] = await source.database.column('SELECT pg_current_wal_lsn()::text');
      return before === after ? found : undefined;
    });
  }

  test('no slot holds nothing back', async () => {
    expect(await publish()).toEqual({
      _aws: {
        Timestamp: source.now(),
        CloudWatchMetrics: [{
          Namespace: 'CdkDmsPipelines/ReplicationSlots',
          Dimensions: [['Source']],
          Metrics: [
            { Name: 'Slots', Unit: 'Count' }, { Name: 'InactiveSlots', Unit: 'Count' }, { Name: 'LostSlots', Unit: 'Count' },
            { Name: 'SlotLag', Unit: 'Bytes' }, { Name: 'UnconfirmedLag', Unit: 'Bytes' },
            { Name: 'LongestInactivity', Unit: 'Seconds' },
          ],
        }],
      },
      Source: 'Shop', Slots: 0, InactiveSlots: 0, LostSlots: 0, SlotLag: 0, UnconfirmedLag: 0, LongestInactivity: 0, slots: [],
    });
  });

  test('the slot that is furthest behind tells how much log is kept', async () => {
    await source.createSlot('slow');
    await source.database.query('CREATE TABLE written AS SELECT generate_series(1, 20000) AS n');
    await source.createSlot('fast');
    await source.read('fast');
    const [line, lag, unconfirmed] = await atTheSameEnd(async () => [
      await publish(), await lagOf('slow', 'restart_lsn'), await lagOf('slow', 'confirmed_flush_lsn'),
    ] as const);
    expect(lag).toBeGreaterThan(1_000_000);
    expect(unconfirmed).toBeLessThan(lag);
    expect(line).toMatchObject({
      Slots: 2, InactiveSlots: 1, LostSlots: 0, SlotLag: lag, UnconfirmedLag: unconfirmed,
    });
    expect(line.slots.map(({ name, activePid, database }) => [name, activePid === null, database])).toEqual([
      ['fast', false, source.databaseName], ['slow', true, source.databaseName],
    ]);
  });

  test('how long a slot is not read is what the server says, or what was seen', async () => {
    await source.createSlot('left');
    const seenAt = source.now();
    const expected = async (since: number): Promise<number> => {
      const [told] = version < 17 ? [since / 1_000] : await source.database.column(
        'SELECT extract(epoch FROM date_trunc(\'milliseconds\', inactive_since))::float8 FROM pg_replication_slots',
      );
      return Math.max(0, Math.round(source.now() / 1_000 - Number(told)));
    };
    expect((await publish()).LongestInactivity).toBe(await expected(seenAt));
    source.pass(3_600_000);
    expect((await publish()).LongestInactivity).toBe(await expected(seenAt));
    // It is read for a while, and left again.
    const reader = await source.read('left');
    expect((await publish()).LongestInactivity).toBe(0);
    await source.database.query(`SELECT pg_terminate_backend(${reader})`);
    await source.eventually(async () => (await publish()).InactiveSlots === 1 || undefined);
    expect((await publish()).LongestInactivity).toBe(await expected(source.now()));
  });

  test('a limit of the server tells how much is left, and when a slot is lost', async () => {
    await source.createSlot('left');
    await source.database.query("ALTER SYSTEM SET max_slot_wal_keep_size = '64MB'");
    await source.database.query('SELECT pg_reload_conf()');
    try {
      const limited = await source.eventually(async () => {
        const line = await publish();
        return 'SafeWalSize' in line ? line : undefined;
      });
      const [safe] = await source.database.column('SELECT safe_wal_size::float8 FROM pg_replication_slots');
      expect(Math.abs(limited.SafeWalSize! - Number(safe))).toBeLessThan(1_000_000);
      expect(limited.SafeWalSize).toBeGreaterThan(32 * 2 ** 20);
      await source.database.query("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
      await source.database.query('SELECT pg_reload_conf()');
      for (let n = 0; n < 4; n += 1) {
        await source.database.query('CREATE TABLE IF NOT EXISTS written (n int)');
        await source.database.query('INSERT INTO written VALUES (1)');
        await source.database.query('SELECT pg_switch_wal()');
      }
      await source.database.query('CHECKPOINT');
      expect(await source.eventually(async () => (await publish()).LostSlots || undefined)).toBe(1);
    } finally {
      await source.database.query('ALTER SYSTEM RESET max_slot_wal_keep_size');
      await source.database.query('SELECT pg_reload_conf()');
    }
  });
});

describe('measuring', () => {
  const slot = (more: Partial<Slot>): Slot => ({
    name: 's', plugin: 'test_decoding', type: 'logical', database: 'd', databaseOid: 1, temporary: false,
    activePid: null, walStatus: 'reserved', safeWalSize: null, lag: 10, unconfirmedLag: 5, confirmedFlushLsn: '0/1',
    inactiveSince: null, ...more,
  });
  const NOW = Date.parse('2026-11-25T12:00:00Z');

  test('takes the worst of all slots', () => {
    const slots = [
      slot({ name: 'a', lag: 3, unconfirmedLag: 7, safeWalSize: 100, inactiveSince: '2026-11-25T11:00:00.400Z' }),
      slot({ name: 'b', lag: 9, unconfirmedLag: 1, safeWalSize: 20, inactiveSince: '2026-11-25T11:59:00Z' }),
      slot({ name: 'c', lag: null, unconfirmedLag: null, walStatus: 'lost', activePid: 7 }),
    ];
    expect(measure(slots, NOW, new Map())).toEqual({
      Slots: 3, InactiveSlots: 2, LostSlots: 1, SlotLag: 9, UnconfirmedLag: 7, LongestInactivity: 3_600,
      SafeWalSize: 20,
    });
  });

  test('remembers since when a slot is not read, and forgets it when it is', () => {
    const memory: InactivityMemory = new Map();
    const inactivity = (slots: Slot[], after: number): number | undefined =>
      measure(slots, NOW + after * 1_000, memory)['LongestInactivity'];
    expect(inactivity([slot({})], 0)).toBe(0);
    expect(inactivity([slot({}), slot({ name: 'other' })], 300)).toBe(300);
    expect(inactivity([slot({ activePid: 1 }), slot({ name: 'other' })], 600)).toBe(300);
    expect(inactivity([slot({}), slot({ name: 'other', activePid: 1 })], 900)).toBe(0);
    expect([...memory.keys()]).toEqual(['s']);
  });
});
