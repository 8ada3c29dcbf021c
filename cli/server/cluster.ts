import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, messageOf, UsageError } from '../errors';
import { canEnter, temporaryRoot, type Account } from './account';
import type { PostgresVersion } from './binaries';
import { isAlive, runningServer, STOP_AND_DISCARD, STOP_AND_KEEP, stopProcess } from './processes';

const TEMPORARY_PREFIX = 'dms-postgres-';
const OWNER = 'owner.json';

/** What a server child sees of the environment: nothing that could change what it does. */
export const SERVER_ENVIRONMENT: NodeJS.ProcessEnv = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

/**
 * The folder of one server: `data` (PostgreSQL's own), the password of its superuser, its log, and which `dms` uses it.
 */
export interface ClusterFolder {
  readonly path: string;
  readonly data: string;
  readonly log: string;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
}

/** A new folder that only the account can read; the next `dms` removes it should this one be killed. */
export function createTemporaryFolder(account: Account | undefined): string {
  const folder = mkdtempSync(join(temporaryRoot(account), TEMPORARY_PREFIX));
  if (account !== undefined) {
    chownSync(folder, account.uid, account.gid);
  }
  claim(folder);
  return folder;
}

/** Removes what a killed `dms` left in the temporary folder: its server first, then the files. */
export async function removeAbandonedFolders(account: Account | undefined): Promise<void> {
  const root = temporaryRoot(account);
  const folders = readdirSync(root).filter((name) => name.startsWith(TEMPORARY_PREFIX)).map((name) => join(root, name));
  for (const folder of folders) {
    try {
      const owner = ownerOf(folder);
      if (owner?.host === hostname() && !isAlive(owner.pid)) {
        await stopServerOf(join(folder, 'data'), STOP_AND_DISCARD);
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    } catch (error) {
      // Another user's, or another dms is removing it right now: either way not ours to report.
      if (!['EACCES', 'EPERM', 'ENOENT'].includes(codeOf(error) ?? '')) {
        throw error;
      }
    }
  }
}

/**
 * Takes over a folder that is kept between runs: a server that a killed `dms` left running on it is stopped first.
 *
 * @throws UsageError when the server's account cannot reach the folder, when it holds other files, or when a living
 * `dms` works with it
 */
export async function openKeptFolder(path: string, account: Account | undefined): Promise<ClusterFolder> {
  mkdirSync(resolve(path), { recursive: true });
  const folder = layOut(realpathSync(path));
  if (!canEnter(dirname(folder.path), account)) {
    throw new UsageError(
      `the user \`nobody\`, who runs PostgreSQL when dms is run by root, cannot enter ${dirname(folder.path)}: ` +
        'choose a folder outside of it, or run dms as a normal user',
    );
  }
  const strangers = readdirSync(folder.path).filter((name) => !KNOWN_ENTRIES.has(name));
  if (strangers.length > 0) {
    throw new UsageError(
      `${folder.path} holds other files (${strangers[0]}): give an empty folder or one that dms made`,
    );
  }
  const owner = ownerOf(folder.path);
  const inUse = owner !== undefined && owner.host === hostname() && owner.pid !== process.pid && isAlive(owner.pid);
  if (inUse && runningServer(folder.data) !== undefined) {
    throw new UsageError(`${folder.path} is in use by another dms (process ${owner.pid}): wait for it to end`);
  }
  await stopServerOf(folder.data, STOP_AND_KEEP);
  chmodSync(folder.path, 0o700);
  if (account !== undefined) {
    chownSync(folder.path, account.uid, account.gid);
  }
  claim(folder.path);
  return folder;
}

const KNOWN_ENTRIES = new Set(['data', 'data.new', 'password', 'server.log', OWNER]);

export function layOut(path: string): ClusterFolder {
  return { path, data: join(path, 'data'), log: join(path, 'server.log') };
}

/**
 * Makes the database files unless the folder has them, and returns the superuser's password.
 *
 * @throws UsageError when the folder was made by another release
 */
export async function initialize(
  folder: ClusterFolder,
  version: PostgresVersion,
  binaries: string,
  account: Account | undefined,
  sync: boolean,
): Promise<string> {
  const passwordFile = join(folder.path, 'password');
  if (existsSync(folder.data)) {
    const found = readFileSync(join(folder.data, 'PG_VERSION'), 'utf8').trim();
    if (found !== String(version)) {
      throw new UsageError(
        `${folder.path} was made by PostgreSQL ${found}, not ${version}: use that version, or another folder`,
      );
    }
    return readFileSync(passwordFile, 'utf8');
  }
  const password = randomBytes(24).toString('base64url');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) {
    chownSync(passwordFile, account.uid, account.gid);
  }
  // Made under another name first: a half-made `data` of an interrupted run is never taken for a database.
  const unfinished = join(folder.path, 'data.new');
  rmSync(unfinished, { recursive: true, force: true });
  await runInitdb(join(binaries, 'bin', 'initdb'), unfinished, passwordFile, account, sync);
  renameSync(unfinished, folder.data);
  return password;
}

async function runInitdb(
  initdb: string,
  data: string,
  passwordFile: string,
  account: Account | undefined,
  sync: boolean,
): Promise<void> {
  // Locale C compares text by its bytes: the same order on every machine, and no locale has to be installed.
  const options = [
    '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C',
    ...(sync ? [] : ['--no-sync']),
  ];
  try {
    await promisify(execFile)(initdb, ['-D', data, ...options], { ...account, cwd: '/', env: SERVER_ENVIRONMENT });
  } catch (error) {
    const stderr = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1);
    throw new Error(`${basename(initdb)} failed: ${stderr || messageOf(error)}`, { cause: error });
  }
}

async function stopServerOf(data: string, steps: typeof STOP_AND_KEEP): Promise<void> {
  const pid = runningServer(data);
  if (pid !== undefined) {
    await stopProcess(pid, steps, () => runningServer(data) === undefined);
  }
}

function claim(folder: string): void {
  const owner: Owner = { pid: process.pid, host: hostname() };
  writeFileSync(join(folder, OWNER), JSON.stringify(owner));
}

function ownerOf(folder: string): Owner | undefined {
  const file = join(folder, OWNER);
  if (!existsSync(file)) {
    return undefined;
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch (error) {
    // Cut off in the middle of writing: that dms is gone before it started anything.
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
