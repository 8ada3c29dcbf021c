import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkTemplate, type Finding } from '../../lib/rules';
import { abandon, previousRun } from '../engine/run/previous-run';
import { rehearse } from '../engine/run/rehearsal';
import { isLakeTask, readReplicationTask, type ReplicationTask } from '../engine/task/replication-task';
import type { Checkpoint } from '../engine/run/checkpoint';
import type { TaskReport } from '../engine/run/report';
import type { Until } from '../engine/run/run';
import { WorkFolderLock } from '../engine/run/work-folder-lock';
import type { TargetLocation } from '../engine/target/target-location';
import { isDatabaseUrl, targetLocation } from '../engine/target/target-location';
import { EXIT_FINDING, UsageError } from '../errors';
import { counted } from '../output/numbers';
import { createProgress, type ProgressSink } from '../output/progress';
import { print, printJson } from '../output/print';
import type { RehearsedTask } from '../report/page';
import { Recorder } from '../report/recorder';
import { databaseFolder } from './database-folder';
import { EmbeddedSource } from './embedded-source';
import { ReportFile } from './report-file';
import { chooseTasks, synthesize, type StackTask } from './stacks';
import { summary } from './summary';

/** The options of `dms rehearse`. */
export interface RehearseOptions {
  readonly stack?: string;
  readonly task?: string;
  readonly source?: string;
  readonly target?: string;
  readonly s3Endpoint?: string;
  readonly until: Until;
  readonly resume?: boolean;
  readonly clean?: boolean;
  readonly workdir: string;
  readonly clients: number;
  readonly bookings: number;
  readonly report?: string;
  readonly json?: boolean;
}

/** Chooses the tasks, rehearses one after the other, and prints what came of them. */
export async function runRehearsal(template: string | undefined, options: RehearseOptions): Promise<void> {
  refuseContradictions(options);
  const progress = createProgress(options.json ?? false);
  const interrupt = new AbortController();
  let page: ReportFile | undefined;
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    if (template === undefined) progress.message('synthesizing the app');
    const tasks = chooseTasks(template ?? (await synthesize()), options);
    if (options.clean) {
      await clean(tasks, options);
      return;
    }
    page = options.report === undefined ? undefined : await ReportFile.open(options.report);
    const findings = findingsOf(tasks, progress);
    const rehearsed: RehearsedTask[] = [];
    for (const task of tasks) {
      if (!interrupt.signal.aborted) rehearsed.push(await rehearseTask(task, options, progress, interrupt.signal));
    }
    progress.stop();
    await page?.write(rehearsed, findings);
    const reports = rehearsed.map(({ report }) => report);
    if (options.json) printJson({ tasks: reports });
    else reports.forEach((report) => print(summary(report)));
    if (reports.some(isIncomplete)) process.exitCode = EXIT_FINDING;
  } finally {
    progress.stop();
    await page?.close();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** A rehearsal shows what a task does to data; whether DMS would take its definition is for the rules to say. */
function findingsOf(tasks: readonly StackTask[], progress: ProgressSink): Finding[] {
  return [...new Map(tasks.map((task) => [task.file, task.template]))].flatMap(([file, template]) => {
    const findings = checkTemplate(template);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    if (findings.length === 0) return [];
    const counts = `${counted(errors, 'error')} and ${counted(findings.length - errors, 'warning')}`;
    progress.message(`the rules find ${counts} in ${file}: see \`dms check ${file}\``);
    return findings;
  });
}

function refuseContradictions({ target, source, resume, clean: cleans }: RehearseOptions): void {
  if (target !== undefined && /^(?!s3:|postgres(ql)?:)[a-z]\w+:\/\//i.test(target)) {
    throw new UsageError(`--target ${target}: the local engine writes to a folder, to s3://bucket/folder or to postgres://…`);
  }
  if (source !== undefined && !/^postgres(ql)?:\/\//.test(source)) {
    throw new UsageError('--source must be a PostgreSQL address: postgres://user@host:5432/database');
  }
  if (resume && cleans) throw new UsageError('--resume goes on with a rehearsal and --clean gives it up: choose one');
}

/** Each task has a folder of its own in the work folder: checkpoint, lake and database do not mix. */
const folderOf = (options: RehearseOptions, id: string): string => join(options.workdir, id);

async function rehearseTask(
  { task: definition }: StackTask,
  options: RehearseOptions,
  sink: ProgressSink,
  signal: AbortSignal,
): Promise<RehearsedTask> {
  const task = readReplicationTask(definition, isDatabaseUrl(options.target));
  const workdir = folderOf(options, task.id);
  const lock = await WorkFolderLock.acquire(workdir);
  try {
    return await rehearseAlone(task, definition, options, new Recorder(sink), signal);
  } finally {
    await lock.release();
  }
}

async function rehearseAlone(
  task: ReplicationTask,
  definition: StackTask['task'],
  options: RehearseOptions,
  progress: Recorder,
  signal: AbortSignal,
): Promise<RehearsedTask> {
  const workdir = folderOf(options, task.id);
  const previous = await previousRun(workdir, task, options.resume ?? false);
  const target = targetOf(task, options, previous, workdir);
  if (previous === undefined) await removeLeftovers(workdir);
  const embedded = options.source === undefined
    ? await startEmbedded(definition, workdir, options, progress)
    : undefined;
  let report: TaskReport;
  try {
    report = await rehearse(task, {
      sourceUrl: embedded?.url ?? options.source,
      target,
      workdir,
      until: options.until,
      previous,
      progress,
      signal,
      alongside: embedded === undefined ? undefined : (loaded): Promise<void> => embedded.write(loaded),
    });
  } finally {
    await embedded?.stop();
  }
  if (report.state === 'finished') await rm(databaseFolder(workdir), { recursive: true, force: true });
  else progress.message('stopped: what was written is safe; go on with --resume, or give it up with --clean');
  return { report, recording: progress.recording, definition };
}

/** @throws {UsageError} when a task with a database as its target has none */
function targetOf(
  task: ReplicationTask, { target, s3Endpoint }: RehearseOptions, previous: Checkpoint | undefined, workdir: string,
): TargetLocation {
  if (target === undefined && previous !== undefined) return previous.target;
  if (target === undefined && !isLakeTask(task)) {
    throw new UsageError(`task ${task.id} writes to PostgreSQL: give a database with --target postgres://…`);
  }
  const objects = isLakeTask(task) ? task.lake.objects : undefined;
  return targetLocation(target ?? join(workdir, 'lake'), s3Endpoint, objects, process.env);
}

function startEmbedded(
  definition: StackTask['task'],
  workdir: string,
  { clients, bookings }: RehearseOptions,
  progress: ProgressSink,
): Promise<EmbeddedSource> {
  return EmbeddedSource.start(definition, { dataDirectory: databaseFolder(workdir), clients, bookings, progress });
}

/** A finished rehearsal, and what a run left that never got to its first checkpoint, make room for a new one. */
async function removeLeftovers(workdir: string): Promise<void> {
  for (const folder of [databaseFolder(workdir), join(workdir, 'lake')]) {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Gives up what the work folder holds of these tasks. */
async function clean(tasks: readonly StackTask[], options: RehearseOptions): Promise<void> {
  for (const { task } of tasks) {
    const workdir = folderOf(options, task.logicalId);
    const lock = await WorkFolderLock.acquire(workdir);
    try {
      const database = databaseFolder(workdir);
      // With an embedded source the slot goes with its database.
      const found = await abandon(workdir, existsSync(database) ? 'embedded' : options.source, options.target);
      await rm(database, { recursive: true, force: true });
      print(found ? `abandoned the rehearsal of ${task.logicalId}` : `${workdir} holds no rehearsal`);
    } finally {
      await lock.release();
    }
  }
}

/** A task that stops where its settings tell it to has done what it should. */
function isIncomplete({ state, stopReason, tables }: TaskReport): boolean {
  return (state === 'stopped' && stopReason === 'NORMAL')
    || tables.some((table) => table.validationFailed > 0 || table.state === 'Table error');
}
