import { surroundings } from '../surroundings';
import type { PreparationProperties, SlotCleanupProperties } from './api';
import { NoDatabase, withDatabase } from './database';
import type { PreparationEvent } from './event';
import { dropWhenFree, readSlots, type Slot } from './slots';
import { slotPrefixOf, slotsOfTask } from './task-slots';

const SEPARATOR = '|';

/**
 * The id of a preparation. It remembers the slot that was made for the tasks, and up to where that had been read, for
 * the end: a slot that has moved since was read by a task of ours, and is of no use to anybody else. Another slot is
 * another id, so that CloudFormation gives up the old one when the update went well, and the new one when it did not.
 */
export function namedSlotId(event: PreparationEvent, slotName: string | undefined, slots: readonly Slot[]): string {
  const before = event.PhysicalResourceId;
  const [logicalId, slotBefore] = before?.split(SEPARATOR) ?? [];
  if (before !== undefined && slotBefore === slotName) return before;
  const id = logicalId ?? event.LogicalResourceId;
  if (slotName === undefined) return id;
  const slot = slots.find(({ name }) => name === slotName);
  return [id, slotName, slot?.confirmedFlushLsn ?? ''].join(SEPARATOR);
}

/**
 * Drops the slot that was made for the tasks, once they are gone: DMS drops none that it did not create. A slot that is
 * where it was is kept, as after a deployment that failed before a task had started.
 *
 * @throws when somebody still reads it
 */
export async function dropNamedSlot(event: PreparationEvent): Promise<void> {
  const properties = event.ResourceProperties as unknown as PreparationProperties;
  const [, slotName, positionBefore] = event.PhysicalResourceId?.split(SEPARATOR) ?? [];
  if (slotName === undefined || properties.DropSlots !== 'true') return;
  await whereThereIsADatabase(`replication slot ${slotName}`, () => withDatabase(properties, async (client) => {
    const slot = (await readSlots(client)).find(({ name }) => name === slotName);
    if (slot !== undefined && slot.confirmedFlushLsn === positionBefore) {
      surroundings.log({ kept: slotName, because: `it is at ${positionBefore}, where it was: no task has read it` });
      return;
    }
    const timeoutSeconds = Number(properties.SlotTimeoutSeconds);
    const dropped = await dropWhenFree(client, slotName, timeoutSeconds);
    surroundings.log({ slot: slotName, ...dropped });
    if (dropped.state === 'read') {
      throw new Error(`replication slot ${slotName} is still read by process ${dropped.pid} of the database after `
        + `${timeoutSeconds} seconds, and its tasks are gone: find out who reads it (pg_stat_replication), end that with `
        + `SELECT pg_terminate_backend(${dropped.pid}) and delete again, or deploy with dropSlots false to keep the slot`);
    }
  }));
}

/**
 * Drops the slots that DMS has made for a task that has stopped and is about to be deleted. DMS tries that as well when
 * it deletes the task, and leaves them when it cannot. So a slot that is still read is left to DMS, and named in the
 * log.
 */
export async function dropSlotsOfTask(event: PreparationEvent): Promise<void> {
  const properties = event.ResourceProperties as unknown as SlotCleanupProperties;
  const { ReplicationTaskArn: taskArn } = properties;
  const prefix = slotPrefixOf(taskArn);
  if (prefix === undefined) {
    surroundings.log({ taskArn, kept: 'its slots', because: 'the id of the task was chosen by somebody, so the name of a '
      + 'slot does not tell whether it is of this task; DMS drops the slots that it made' });
    return;
  }
  await whereThereIsADatabase(`the slots of ${taskArn}`, () => withDatabase(properties, async (client) => {
    const { rows: [database] } = await client.query<{ oid: string }>(
      'SELECT oid::int8 AS oid FROM pg_database WHERE datname = current_database()',
    );
    const slots = slotsOfTask(prefix, await readSlots(client), Number(database!.oid));
    for (const { name } of slots) {
      // The function itself has a limit, which all of them share.
      const dropped = await dropWhenFree(client, name, Number(properties.SlotTimeoutSeconds) / slots.length);
      surroundings.log({ taskArn, slot: name, ...dropped, ...(dropped.state === 'read' ? {
        warning: 'the slot is still read; DMS drops it with the task. If it stays, drop it by hand: see the runbook slot-lag',
      } : {}) });
    }
  }));
}

/** A database that is gone has no slots, and must not keep anybody from deleting what is left. */
async function whereThereIsADatabase(what: string, drop: () => Promise<void>): Promise<void> {
  try {
    await drop();
  } catch (error) {
    if (!(error instanceof NoDatabase)) throw error;
    surroundings.log({ notDropped: what, because: error.message, warning: 'if the database is there all the same, drop '
      + 'what is left of its slots by hand: see the runbook slot-lag' });
  }
}
