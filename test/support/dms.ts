import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';

/** The built command line. */
export const DMS = join(__dirname, '..', '..', 'cli', 'bin', 'dms.js');

export interface DmsResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningDms {
  readonly child: ChildProcess;
  /** Resolves as soon as stderr holds the text. */
  says(text: string): Promise<void>;
  readonly result: Promise<DmsResult>;
}

/** Starts the built command line the way a shell does. */
export function startDms(args: readonly string[], environment: NodeJS.ProcessEnv = {}): RunningDms {
  return follow(spawn(process.execPath, [DMS, ...args], { env: { ...process.env, ...environment } }));
}

/** Listens to a process that was just started. */
export function follow(child: ChildProcessWithoutNullStreams): RunningDms {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const result = new Promise<DmsResult>((resolve, reject) => {
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (stderr.includes(text)) {
          resolve();
        }
      };
      child.stderr.on('data', look);
      child.once('close', () => reject(new Error(`dms ended without saying "${text}": ${stderr}`)));
      look();
    });
  return { child, says, result };
}

/** Runs the built command line to its end. */
export function runDms(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<DmsResult> {
  return startDms(args, environment).result;
}
