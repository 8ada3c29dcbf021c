import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readTemplate, type TaskDefinition } from '../../lib/rules/template';
import { readDocuments } from '../check/documents';
import { messageOf, UsageError } from '../errors';
import { isAssembly, stackTemplates } from './assembly';

/** A task of a stack that can be rehearsed. */
export interface StackTask {
  /** As `cdk ls` shows it, with the stage in front: `Dev/aws-cdc-dms-rds-to-s3`. */
  readonly stack: string;
  readonly task: TaskDefinition;
  /** The template that it is in, and the file of that. */
  readonly template: unknown;
  readonly file: string;
}

export interface TaskChoice {
  readonly stack?: string;
  /** Logical id. */
  readonly task?: string;
}

/**
 * The tasks of a template, or of all templates of a `cdk.out` folder, as chosen.
 *
 * @throws {UsageError} when nothing fits, or when several stacks have tasks and none was chosen
 */
export function chooseTasks(path: string, choice: TaskChoice): StackTask[] {
  const all = readStacks(path);
  if (all.length === 0) throw new UsageError(`${path} has no AWS::DMS::ReplicationTask: there is nothing to rehearse`);
  const stacks = [...new Set(all.map(({ stack }) => stack))];
  const inStack = choice.stack === undefined ? all : all.filter(({ stack }) => stack === choice.stack);
  if (inStack.length === 0) {
    throw new UsageError(`there is no stack "${choice.stack}" with DMS tasks in ${path}: it has ${stacks.join(', ')}`);
  }
  const chosen = choice.task === undefined ? inStack : inStack.filter(({ task }) => task.logicalId === choice.task);
  if (chosen.length === 0) {
    const ids = [...new Set(inStack.map(({ task }) => task.logicalId))].join(', ');
    throw new UsageError(`there is no task "${choice.task}" in ${path}: it has ${ids}`);
  }
  if (new Set(chosen.map(({ stack }) => stack)).size > 1) {
    throw new UsageError(`${path} has several stacks with DMS tasks: choose one with --stack: ${stacks.join(', ')}`);
  }
  return chosen;
}

function readStacks(path: string): StackTask[] {
  const stacks = isAssembly(path) ? [...stackTemplates(path)] : [];
  const names = new Map(stacks.map(([name, file]) => [file, name]));
  return readDocuments([path]).flatMap(({ file, document }) => {
    const stack = names.get(file) ?? basename(file).replace(/\.template\.json$|\.json$/, '');
    try {
      const { tasks } = readTemplate(document);
      tasks.forEach(refuseStrangeId);
      return tasks.map((task) => ({ stack, task, template: document, file }));
    } catch (error) {
      throw new UsageError(`${file}: ${messageOf(error)}`, { cause: error });
    }
  });
}

/** A task's id names its folder, which is removed as a whole: it must not lead elsewhere. */
function refuseStrangeId({ logicalId }: TaskDefinition): void {
  if (!/^[A-Za-z0-9]+$/.test(logicalId)) {
    throw new UsageError(`${JSON.stringify(logicalId)} is no logical id: those of CloudFormation have letters and digits only`);
  }
}

/**
 * Synthesizes the CDK app of this folder, with the `cdk` that is installed beside it.
 *
 * @returns the folder with the templates
 * @throws {UsageError} when there is no app, no `cdk`, or the app does not synthesize
 */
export async function synthesize(): Promise<string> {
  if (!existsSync('cdk.json')) {
    throw new UsageError('no template was given and there is no cdk.json here: give a template or a cdk.out folder');
  }
  const output = 'cdk.out';
  // Not through a shell or npx: the CLI must be the one that the project has pinned.
  const child = spawn(process.execPath, [cdkCommand(), 'synth', '--quiet', '--no-notices', '--output', output], {
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) {
    throw new UsageError(`the app does not synthesize (cdk synth ended with ${code}):\n${Buffer.concat(complaints).toString().trim()}`);
  }
  return output;
}

function cdkCommand(): string {
  try {
    return join(dirname(require.resolve('aws-cdk/package.json', { paths: [process.cwd()] })), 'bin', 'cdk');
  } catch (error) {
    throw new UsageError('aws-cdk is not installed here: `npm install --save-dev aws-cdk`, or give a template', { cause: error });
  }
}
