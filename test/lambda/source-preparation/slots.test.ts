import type { PreparationProperties, SlotCleanupProperties } from '../../../lambda/source-preparation/api';
import { onEvent } from '../../../lambda/source-preparation/index';
import { ADMIN_SECRET, PreparedSource, TASK_ARN } from './prepared-source';

describe.each([14, 18] as const)('PostgreSQL %i', (version) => {
  const source = new PreparedSource(version);

  describe('the slots of a task that is deleted', () => {
    const clean = (properties: Partial<SlotCleanupProperties> = {}): Promise<unknown> =>
      onEvent(source.slotCleanup('Delete', properties));

    test('are dropped; again is no mistake', async () => {
      await source.createSlot(await source.slotName());
      expect(await clean()).toEqual({ PhysicalResourceId: TASK_ARN });
      expect(await source.slots()).toEqual([]);
      expect(await clean()).toEqual({ PhysicalResourceId: TASK_ARN });
    });

    test('are left alone while the task is created or changed', async () => {
      await source.createSlot(await source.slotName());
      for (const request of ['Create', 'Update'] as const) {
        expect(await onEvent(source.slotCleanup(request))).toEqual({ PhysicalResourceId: TASK_ARN });
      }
      expect(await source.slots()).toHaveLength(1);
    });

    test('are told from those of others by everything that is known about them', async () => {
      const uuid = '9a4d6293_8534_4d50_a069_549a129627a8';
      const own = await source.slotName();
      const foreign = [
        await source.slotName('abcdefghijklmnoq'), // another task
        await source.slotName('bcdefghijklmnop'),
        `abcdefghijklmnop_00000001_${uuid}`, // another database
        `abcdefghijklmnop_${uuid}`, // another form
        'abcdefghijklmnop',
        `${own.slice(0, -1)}`,
      ];
      await source.createSlot(own);
      for (const name of foreign) await source.createSlot(name);
      await source.database.query("SELECT pg_create_physical_replication_slot('abcdefghijklmnop_physical')");
      await clean();
      expect(await source.slots()).toEqual([...foreign].sort());
      expect(await source.database.column("SELECT slot_name::text FROM pg_replication_slots WHERE slot_type = 'physical'"))
        .toEqual(['abcdefghijklmnop_physical']);
    });

    test('of another plug-in are not those of DMS', async () => {
      const name = await source.slotName();
      await source.createSlot(name, 'pgoutput');
      await clean();
      expect(await source.slots()).toEqual([name]);
    });

    test('of another database are not dropped, though their name fits', async () => {
      const name = await source.slotName();
      const other = await source.server.database();
      await other.query('SELECT pg_create_logical_replication_slot($1, $2)', [name, 'test_decoding']);
      await clean();
      expect(await other.column('SELECT slot_name::text FROM pg_replication_slots')).toEqual([name]);
    });

    test('are not dropped while they are read: DMS does that, and the log names them', async () => {
      const name = await source.slotName();
      await source.createSlot(name);
      const pid = await source.read(name);
      expect(await clean()).toEqual({ PhysicalResourceId: TASK_ARN });
      expect(await source.slots()).toEqual([name]);
      expect(source.logged).toContainEqual({
        taskArn: TASK_ARN, slot: name, state: 'read', pid,
        warning: 'the slot is still read; DMS drops it with the task. If it stays, drop it by hand: see the runbook slot-lag',
      });
    });

    test('are waited for: the server notices late that a reader is gone', async () => {
      const name = await source.slotName();
      await source.createSlot(name);
      const pid = await source.read(name);
      source.onSleep = async () => {
        await source.database.query(`SELECT pg_terminate_backend(${pid})`);
        await source.eventually(async () => (await source.database.column(
          'SELECT 1 FROM pg_replication_slots WHERE active')).length === 0 || undefined);
      };
      await clean();
      expect(await source.slots()).toEqual([]);
    });

    test.each([
      'arn:aws:dms:eu-west-1:111111111111:task:abcdefghijklmnop-orders',
      'arn:aws:dms:eu-west-1:111111111111:task:ABCDEFGHIJKLMNOP',
      'arn:aws:dms:eu-west-1:111111111111:replication-config:ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    ])('are left to DMS where their name does not tell the task: %s', async (ReplicationTaskArn) => {
      await source.createSlot(await source.slotName());
      await clean({ ReplicationTaskArn });
      expect(await source.slots()).toHaveLength(1);
      expect(JSON.stringify(source.logged)).toContain('the id of the task was chosen by somebody');
    });
  });

  describe('the slot that was made for a task', () => {
    const request = (type: 'Create' | 'Update' | 'Delete', properties: Partial<PreparationProperties> = {}, id?: string):
      Promise<{ PhysicalResourceId: string }> => onEvent(source.preparation(type, { SlotName: 'mine', ...properties }, id));
    const readOn = async (): Promise<void> => {
      await source.database.query('CREATE TABLE IF NOT EXISTS moved ()');
      await source.database.query("SELECT count(*) FROM pg_logical_slot_get_changes('mine', NULL, NULL)");
    };

    beforeEach(async () => {
      await source.createSlot('mine');
      await source.createSlot('of_somebody_else');
    });

    test('is dropped in the end, once a task has read it', async () => {
      const { PhysicalResourceId: id } = await request('Create');
      expect(id).toMatch(/^Preparation\|mine\|[0-9A-F]+\/[0-9A-F]+$/);
      await readOn();
      expect((await request('Update', {}, id)).PhysicalResourceId).toBe(id);
      expect((await request('Delete', {}, id)).PhysicalResourceId).toBe(id);
      expect(await source.slots()).toEqual(['of_somebody_else']);
      await request('Delete', {}, id);
    });

    test('is kept where no task has read it, as after a first deployment that failed', async () => {
      const { PhysicalResourceId: id } = await request('Create');
      await request('Delete', {}, id);
      expect(await source.slots()).toEqual(['mine', 'of_somebody_else']);
      expect(JSON.stringify(source.logged)).toContain('where it was: no task has read it');
    });

    test('is kept where it is to be kept', async () => {
      const { PhysicalResourceId: id } = await request('Create');
      await readOn();
      await request('Delete', { DropSlots: 'false' }, id);
      expect(await source.slots()).toEqual(['mine', 'of_somebody_else']);
    });

    test('makes another resource when it is another, so that the old one is given up when the update went well', async () => {
      const { PhysicalResourceId: none } = await onEvent(source.preparation('Create'));
      const { PhysicalResourceId: mine } = await request('Update', {}, none);
      const { PhysicalResourceId: other } = await request('Update', { SlotName: 'of_somebody_else' }, mine);
      const { PhysicalResourceId: noneAgain } = await onEvent(source.preparation('Update', {}, other));
      expect([none, noneAgain]).toEqual(['Preparation', 'Preparation']);
      expect(mine).toMatch(/^Preparation\|mine\|/);
      expect(other).toMatch(/^Preparation\|of_somebody_else\|/);
    });

    test('is never taken from who reads it', async () => {
      const { PhysicalResourceId: id } = await request('Create');
      await readOn();
      const pid = await source.read('mine');
      await expect(request('Delete', {}, id)).rejects.toThrow(`replication slot mine is still read by process ${pid} of the `
        + 'database after 10 seconds, and its tasks are gone: find out who reads it (pg_stat_replication), end that with SELECT '
        + `pg_terminate_backend(${pid}) and delete again, or deploy with dropSlots false to keep the slot`);
      expect(await source.slots()).toEqual(['mine', 'of_somebody_else']);
    });
  });

  describe('a database that is gone', () => {
    test.each<[string, () => Partial<PreparationProperties>]>([
      ['the server does not answer', () => {
        source.secret(ADMIN_SECRET, { ...source.login(), port: 1 });
        return {};
      }],
      ['the host is not known', () => {
        source.secret(ADMIN_SECRET, { ...source.login(), host: 'nowhere.invalid' });
        return {};
      }],
      ['the database was dropped', () => ({ DatabaseName: 'dropped' })],
      ['the secret does not exist', () => {
        source.secretFails(ADMIN_SECRET, 'ResourceNotFoundException');
        return {};
      }],
      ['the secret is about to be deleted', () => {
        source.secretFails(ADMIN_SECRET, 'InvalidRequestException', 'it was marked for deletion');
        return {};
      }],
    ])('does not keep anything from being deleted: %s', async (_, break_) => {
      const properties = break_();
      const id = 'Preparation|mine|0/1';
      expect(await onEvent(source.preparation('Delete', { SlotName: 'mine', ...properties }, id)))
        .toEqual({ PhysicalResourceId: id });
      expect(await onEvent(source.slotCleanup('Delete', properties))).toEqual({ PhysicalResourceId: TASK_ARN });
      const said = source.logged.filter((entry) => 'notDropped' in entry);
      expect(said).toHaveLength(2);
      expect(said[0]).toMatchObject({
        notDropped: 'replication slot mine', because: expect.stringMatching(/^cannot reach .+/) as string,
      });
    });

    test('is not one that does not let the login in', async () => {
      source.secret(ADMIN_SECRET, { ...source.login(), password: 'wrong' });
      await expect(onEvent(source.slotCleanup('Delete'))).rejects.toThrow(`cannot log in to ${source.databaseName}: 28P01: `
        + 'password authentication failed for user "postgres"; the password of the secret is not that of the user: set it anew');
    });
  });
});
