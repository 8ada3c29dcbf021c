import type { Slot } from './slots';

/**
 * The ids that DMS gives to tasks: 26 characters or more of base32. An id that somebody chose (`ResourceIdentifier`)
 * has small letters or a hyphen most of the time, and its first characters may be those of other tasks as well.
 */
const GENERATED_ID = /:task:([A-Z2-7]{26,})$/;

/** How many characters of the id DMS puts into the name of a slot. */
const PREFIX_LENGTH = 16;

const PLUGINS = ['test_decoding', 'pglogical', 'pglogical_output'];
const UUID = '[0-9a-f]{8}_[0-9a-f]{4}_[0-9a-f]{4}_[0-9a-f]{4}_[0-9a-f]{12}';
const DMS_SLOT = new RegExp(`^[a-z0-9_]{1,${PREFIX_LENGTH}}_(\\d{8,10})_${UUID}$`);

/**
 * What the names of the slots of a task begin with; nothing when the name of a slot cannot tell the task.
 *
 * DMS does not document the names. All that people have shown are alike: the first 16 characters of the task's id in
 * small letters, the object id of the database in eight digits, and a UUID. The task
 * `…:task:ABCDEFGHIJKLMNOPQRSTUVWXYZ` has the slot `abcdefghijklmnop_00016401_9a4d6293_8534_4d50_a069_549a129627a8` in
 * a database with the id 16401. Sixteen characters of a generated id are 80 random bits, which no other task has. An id
 * that somebody chose has not.
 */
export function slotPrefixOf(taskArn: string): string | undefined {
  const [, id] = GENERATED_ID.exec(taskArn) ?? [];
  return id?.slice(0, PREFIX_LENGTH).toLowerCase();
}

/**
 * The slots that DMS has made for a task, in the database that it reads. Everything about a slot has to fit: that a
 * slot is left over costs disk, that a wrong one is dropped costs somebody a full load.
 */
export function slotsOfTask(prefix: string, slots: readonly Slot[], databaseOid: number): Slot[] {
  return dmsSlots(slots, databaseOid).filter(({ name }) => name.startsWith(`${prefix}_`));
}

/** The slots that look like made by DMS, in a database. Not sure enough to drop any. */
export function dmsSlots(slots: readonly Slot[], databaseOid: number): Slot[] {
  return slots.filter((slot) =>
    slot.type === 'logical' && !slot.temporary && slot.databaseOid === databaseOid
    && PLUGINS.includes(slot.plugin ?? '') && Number(DMS_SLOT.exec(slot.name)?.[1]) === databaseOid);
}
