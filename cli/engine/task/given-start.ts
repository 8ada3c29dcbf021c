import { UsageError } from '../../errors';
import type { Lsn } from '../source/lsn';
import { parseLsn } from '../source/lsn';

/** A slot that is there before a task begins, and the position in its stream at which the task begins. */
export interface GivenStart {
  readonly slot: string;
  readonly lsn: Lsn;
}

const LSN = /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i;
/** As DMS writes its own positions: `checkpoint:V1#1#000004AF/B00000D0#0#0#*#0#0`. */
const CHECKPOINT = /^checkpoint:V\d+#\d+#([0-9A-F]+\/[0-9A-F]+)#/i;

/**
 * `SlotName` of the source endpoint with `CdcStartPosition` of the task. Without a position the slot's name says
 * nothing to a local run, which makes a slot of its own.
 *
 * @throws {UsageError} when the position is none of PostgreSQL's, or there is no slot for it
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Task.CDC.html
 */
export function givenStart(task: string, slot: unknown, position: unknown): GivenStart | undefined {
  if (typeof position !== 'string' || position === '') return undefined;
  if (typeof slot !== 'string' || slot === '') {
    throw new UsageError(
      `task ${task}: CdcStartPosition is ${position}, and PostgreSqlSettings.SlotName of the source endpoint names no slot ` +
      'whose stream has it: give both or none',
    );
  }
  const text = CHECKPOINT.exec(position)?.[1] ?? position;
  if (!LSN.test(text)) {
    throw new UsageError(
      `task ${task}: CdcStartPosition is ${position}: PostgreSQL has positions such as 4AF/B00000D0, and no times`,
    );
  }
  return { slot, lsn: parseLsn(text) };
}
