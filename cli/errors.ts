/** What the shell is told: scripts and CI depend on these three numbers. */
export const EXIT_DONE = 0;
export const EXIT_FINDING = 1;
export const EXIT_USAGE = 2;

/**
 * Bad usage or bad input: the person who ran the command can mend it.
 *
 * Printed as one line on stderr without a stack trace, exit code 2. The message names what was given, what is
 * allowed and what to do.
 */
export class UsageError extends Error {
  public override readonly name = 'UsageError';
}

/** Bad data or a bad definition of one table: tables that have nothing to do with it can go on. */
export class TableError extends UsageError {}

/** The text of whatever was thrown, on one line. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return messageOf(error.errors[0]);
  }
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

/** The `code` of a system or database error (`ENOENT`, `28P01`), when it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
