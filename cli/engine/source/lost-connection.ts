import { UsageError, codeOf, messageOf } from '../../errors';

/** Connection exceptions of PostgreSQL, servers that shut down or start, and sockets that broke. */
const CODES = /^(08\w{3}|57P0[123]|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT)$/;
/** What the driver and the change stream say without a code. */
const MESSAGES =
  /^(Connection (terminated|ended)|Client (was closed|has encountered a connection error)|the server ended)/;

/** Whether the source went away or cannot be reached, which says nothing about what was written before. */
export function isLostConnection(error: unknown): boolean {
  const cause = error instanceof UsageError ? error.cause : error;
  return CODES.test(codeOf(cause) ?? '') || MESSAGES.test(messageOf(cause));
}
