import { UsageError, codeOf, messageOf } from '../../errors';
import { isLostConnection } from '../source/lost-connection';

/** The disk, or what this user or process may write, is used up. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/**
 * A failure of the file system in words that say what to do; any other one as it is.
 *
 * @param places where the run writes
 * @param goOn what to do when it is mended
 */
export function explained(error: unknown, places: readonly string[], goOn: string): unknown {
  if (!isOfTheFileSystem(error)) return error;
  const where = places.join(' or ');
  const problem = NO_ROOM.includes(codeOf(error) ?? '')
    ? `there is no room left in ${where} (${messageOf(error)}): free some`
    : `cannot write to ${where} any more (${messageOf(error)}): mend that`;
  return new UsageError(`${problem}, then ${goOn}`, { cause: error });
}

function isOfTheFileSystem(error: unknown): boolean {
  const { errno, syscall } = error as { errno?: unknown; syscall?: unknown };
  return error instanceof Error && typeof errno === 'number' && typeof syscall === 'string' && !isLostConnection(error);
}
