import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeOf, messageOf, UsageError } from '../errors';
import { canEnter, serverAccount, temporaryRoot, type Account } from '../server/account';

/**
 * Where the database of a rehearsal is kept until the rehearsal is finished: in the work folder, unless the user that
 * runs PostgreSQL for root cannot go there (a clone in root's home). Then it is among the temporary files, under a
 * name that the next run finds again.
 */
export function databaseFolder(workdir: string): string {
  const account = serverAccount();
  try {
    mkdirSync(workdir, { recursive: true });
  } catch (error) {
    throw new UsageError(`cannot write to the work folder ${workdir}: ${messageOf(error)}; give another one with --workdir`);
  }
  if (canEnter(workdir, account)) return join(workdir, 'postgres');
  const name = createHash('sha256').update(resolve(workdir)).digest('hex').slice(0, 16);
  const folder = join(temporaryRoot(account), `dms-rehearsal-${name}`);
  refuseForeign(folder, account);
  return folder;
}

/** Everybody can make a folder among the temporary files: one that is not ours must not be taken for it. */
function refuseForeign(folder: string, account: Account | undefined): void {
  try {
    const { uid } = lstatSync(folder);
    if (uid !== process.getuid?.() && uid !== account?.uid) {
      throw new UsageError(`${folder} belongs to somebody else: remove it, or choose another --workdir`);
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
