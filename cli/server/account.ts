import { execFileSync } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';

/** The user a server process runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root, so root runs it as `nobody`; everyone else runs it as themselves.
 */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Whether the account can walk from the root of the file system into this folder. */
export function canEnter(folder: string, account: Account | undefined): boolean {
  if (account === undefined) {
    return true;
  }
  for (let current = realpathSync(folder); ; current = dirname(current)) {
    const { uid, gid, mode } = statSync(current);
    const search = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & search) === 0) {
      return false;
    }
    if (current === dirname(current)) {
      return true;
    }
  }
}

/** The folder for temporary files: the usual one, unless it lies where the account cannot go (`TMPDIR` of root). */
export function temporaryRoot(account: Account | undefined): string {
  const usual = realpathSync(tmpdir());
  return canEnter(usual, account) ? usual : realpathSync('/tmp');
}
