import { UsageError, codeOf, messageOf } from '../../errors';

/** Connection exceptions of PostgreSQL, servers that shut down, and sockets that broke. */
const CODES = /^(08\w{3}|57P0[123]|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT)$/;
/** What the driver and the change stream say without a code. */
const MESSAGES =
  /^(Connection (terminated|ended)|Client (was closed|has encountered a connection error)|the server ended)/;

/** Whether the source went away, which says nothing about what was written before. */
export function isLostConnection(error: unknown): boolean {
  return !(error instanceof UsageError) && (CODES.test(codeOf(error) ?? '') || MESSAGES.test(messageOf(error)));
}

export function lostConnection(error: unknown): UsageError {
  return new UsageError(
    `the connection to the source was lost (${messageOf(error)}): what was written is safe; go on with --resume when it is back`,
    { cause: error },
  );
}
