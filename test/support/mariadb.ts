import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { serverAccount, temporaryRoot } from '../../cli/server/account';

const FOLDERS = [...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), '/usr/sbin', '/usr/local/sbin'];
const START_LIMIT_MILLISECONDS = 60_000;

/** A program of MariaDB; `undefined` where it is not installed. */
function find(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((program) => existsSync(program));
}

/** The server's program, and the one that makes its first files; `undefined` where MariaDB is not installed. */
export function findMariaDb(): { readonly server: string; readonly install: string } | undefined {
  const [server, install] = [find('mariadbd'), find('mariadb-install-db')];
  return server === undefined || install === undefined ? undefined : { server, install };
}

/** Says what is missing, for tests that need it. */
export const NO_MARIADB = 'mariadbd is not installed: apt-get install mariadb-server (dnf, brew install mariadb)';

/** A MariaDB server in a temporary folder, which is reached through a socket only. */
export class MariaDb {
  public static async start(settings: Readonly<Record<string, string>> = {}): Promise<MariaDb> {
    const programs = findMariaDb();
    if (programs === undefined) throw new Error(NO_MARIADB);
    const account = serverAccount();
    // The path of a socket has 107 characters at most.
    const folder = mkdtempSync(join(temporaryRoot(account), 'dms-maria-'));
    if (account !== undefined) chownSync(folder, account.uid, account.gid);
    const data = join(folder, 'data');
    const options = { ...account, cwd: folder, stdio: 'ignore' as const };
    execFileSync(programs.install, ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'], options);
    const socket = join(folder, 's');
    const child = spawn(programs.server, [
      // A server that starts removes what lies about of the temporary tables of another one.
      '--no-defaults', `--datadir=${data}`, `--tmpdir=${folder}`, `--socket=${socket}`, `--pid-file=${join(folder, 'pid')}`, '--skip-networking',
      `--log-error=${join(folder, 'log')}`, '--log-bin=binlog', '--binlog-format=ROW', '--server-id=1', '--sync-binlog=0',
      '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=32M', '--log-bin-trust-function-creators=1',
      ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
    ], options);
    const server = new MariaDb(child, folder, socket);
    await server.untilReady();
    return server;
  }

  private readonly exited: Promise<void>;

  private constructor(
    private readonly child: ChildProcess, private readonly folder: string, public readonly socket: string,
  ) {
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  public async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async untilReady(): Promise<void> {
    const until = Date.now() + START_LIMIT_MILLISECONDS;
    for (;;) {
      try {
        await (await createConnection({ socketPath: this.socket, user: 'root' })).end();
        return;
      } catch (error) {
        if (this.child.exitCode !== null || Date.now() > until) {
          const log = join(this.folder, 'log');
          const said = existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter((line) => line.includes('ERROR')).join('\n') : '';
          await this.stop();
          throw new Error(`MariaDB did not start: ${said}`, { cause: error });
        }
        await sleep(30);
      }
    }
  }
}
