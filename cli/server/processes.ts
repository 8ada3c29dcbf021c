import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../errors';

/** A signal, and how long a server may take to end after it before the next, harder one. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly seconds: number;
}

/** Fast shutdown: a checkpoint is written, the folder can be started again without recovery. */
export const STOP_AND_KEEP: readonly StopStep[] = [
  { signal: 'SIGINT', seconds: 10 },
  { signal: 'SIGQUIT', seconds: 6 },
  { signal: 'SIGKILL', seconds: 5 },
];

/** Immediate shutdown: nothing of the folder is kept, so nothing is worth waiting for. */
export const STOP_AND_DISCARD: readonly StopStep[] = STOP_AND_KEEP.slice(1);

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * The moment a process began, in words that only equality means something to: with the id it names one process for
 * ever. `undefined` for one that has ended, also when nobody has collected it yet.
 */
export function beginOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    }
    // The name of the process comes before, in parentheses, and may hold anything.
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

/** The command line of a process; empty for one that has ended, also when nobody has collected it yet. */
function commandLine(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** The id of the server that runs on this data folder, if one does: never a process that only reuses its id. */
export function runningServer(dataFolder: string): number | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  const command = commandLine(pid);
  return command.includes('postgres') && command.includes(`-D ${dataFolder} `) ? pid : undefined;
}

/** Signals a process, harder and harder, until `hasEnded`. */
export async function stopProcess(
  pid: number,
  steps: readonly StopStep[],
  hasEnded: () => boolean,
): Promise<void> {
  for (const { signal, seconds } of steps) {
    trySignal(pid, signal);
    const deadline = Date.now() + seconds * 1000;
    while (Date.now() < deadline) {
      if (hasEnded()) {
        return;
      }
      await sleep(10);
    }
  }
  throw new Error(`process ${pid} did not end`);
}

/** Signals a process that may have ended by itself in the meantime. */
export function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') {
      throw error;
    }
  }
}
