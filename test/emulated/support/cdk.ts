import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Emulator } from './emulator';

const CLI = join(__dirname, '..', '..', '..', 'node_modules', 'aws-cdk', 'bin', 'cdk');
const LIMIT_MILLISECONDS = 150_000;

export interface CdkRun {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the CLI, as a user of the emulated account, on an app that is synthesized already. */
export function cdk(
  emulator: Emulator, command: 'deploy' | 'destroy', assembly: string, ...stacks: string[]
): Promise<CdkRun> {
  const options = command === 'deploy' ? ['--method=direct', '--require-approval', 'never'] : ['--force'];
  const given = [CLI, command, ...stacks, '--app', assembly, '--no-notices', '--ci', ...options];
  const child = spawn(process.execPath, given, {
    cwd: emulator.home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: emulator.home,
      NODE_OPTIONS: `--no-warnings --require ${join(__dirname, 'quick-waits.js')}`,
      AWS_ENDPOINT_URL: emulator.url,
      AWS_ACCESS_KEY_ID: 'AKIAUSER',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'us-east-1',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => { output += text; });
  }
  return new Promise((resolve) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MILLISECONDS);
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve({ code, output: code === null ? `${output}\nended after ${LIMIT_MILLISECONDS} ms` : output });
    });
  });
}

/** Deploys, and shows what the CLI said if that fails. */
export async function deployed(emulator: Emulator, assembly: string, ...stacks: string[]): Promise<string> {
  const { code, output } = await cdk(emulator, 'deploy', assembly, ...stacks);
  if (code !== 0) throw new Error(`cdk deploy ended with ${code}\n${output}\n${emulator.complaints}`);
  return output;
}

/** Destroys, and shows what the CLI said if that fails. */
export async function destroyed(emulator: Emulator, assembly: string, ...stacks: string[]): Promise<string> {
  const { code, output } = await cdk(emulator, 'destroy', assembly, ...stacks);
  if (code !== 0) throw new Error(`cdk destroy ended with ${code}\n${output}\n${emulator.complaints}`);
  return output;
}
