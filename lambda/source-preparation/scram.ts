import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** As PostgreSQL has them by default. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/**
 * What PostgreSQL stores instead of a password. A statement that sets it may be logged by the server (`log_statement`,
 * `pg_stat_statements`, audit extensions) or be shown while it runs: nobody can log in with a verifier.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7677
 * @throws when the password has other characters than printable ASCII, which servers and drivers normalize differently
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new Error('the password of the user to create has characters that are not printable ASCII: use letters, digits '
      + 'and punctuation, as DmsSecret does');
  }
  const salted = pbkdf2Sync(password, salt, ITERATIONS, HASH_BYTES, 'sha256');
  const key = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${key('Server Key').toString('base64')}`;
}
