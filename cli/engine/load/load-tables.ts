import { availableParallelism } from 'node:os';
import type { ProgressSink } from '../../output/progress-sink';
import type { TablePlan } from '../plan/table-plan';
import { titleOf } from '../source/names';
import type { Lake, LakeFile } from '../target/lake';
import type { LoadContext, Loaded } from './load-part';
import { loadPart } from './load-part';
import type { LoadPart } from './parts';
import { partsOf } from './parts';
import { tableSizes } from './table-sizes';
import { ThreadPool } from './thread-pool';

/** Less than this in all is loaded before a thread has started; a part of a table is not smaller either. */
const PART_BYTES = 64 * 1024 * 1024;

export interface LoadOptions {
  readonly lake: Lake;
  readonly progress: ProgressSink;
  readonly signal: AbortSignal;
  /** From so many bytes on a table is loaded in parts and by threads; tests have small tables. */
  readonly partBytes?: number | undefined;
}

/** A table that was loaded. */
export interface LoadedTable extends Loaded {
  readonly startedAt: Date;
}

type OnLoaded = (plan: TablePlan, result: LoadedTable) => Promise<void>;
type OnFailed = (plan: TablePlan, error: unknown) => void;

/** Loads one part, wherever that happens. */
type Loader = (plan: TablePlan, part: LoadPart, progress: (rows: number, bytes: number) => void) => Promise<Loaded>;

/**
 * Loads tables in load order: as many parts side by side as `MaxFullLoadSubTasks` allows, by as many threads as there
 * are processors when there is enough to do. The first failure that ends the load ends the others.
 *
 * @param loaded called for each table when its files are complete
 * @param failed called when a table cannot be loaded; throws when that ends the load
 */
export async function loadTables(
  plans: readonly TablePlan[],
  context: LoadContext,
  options: LoadOptions,
  loaded: OnLoaded,
  failed: OnFailed,
): Promise<void> {
  const { lake, partBytes = PART_BYTES } = options;
  const sizes = await tableSizes(context.sourceUrl, plans);
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const most = Math.min(context.task.maxFullLoadSubTasks, availableParallelism());
  const tables = plans.map((plan) => {
    const parts = partsOf(plan, sizes.get(plan)!, most, partBytes);
    return new TableLoad(plan, parts, options.progress);
  });
  const total = [...sizes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const pool = total < partBytes ? undefined : new ThreadPool(most, context, lake.location, signal);
  const load: Loader = pool === undefined
    ? (plan, part, progress) => loadPart(plan, part, context, lake, progress, signal)
    : (plan, part, progress) => pool.load(plan, part, progress);

  const queue = tables.flatMap((table) => table.parts.map((part) => ({ table, part })));
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      signal.throwIfAborted();
      await next.table.load(next.part, load, loaded, failed);
    }
  };
  const workers = Array.from({ length: Math.min(context.task.maxFullLoadSubTasks, queue.length) }, () =>
    work().catch((error: unknown) => {
      // With its reason, so that the parts that stop because of it do not tell a story of their own.
      ended.abort(error);
      throw error;
    }));
  const results = await Promise.allSettled(workers);
  await pool?.close();
  for (const table of tables) await lake.discard(table.unfinishedFiles);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason as Error;
}

/** One table, whose parts are loaded in any order. */
class TableLoad {
  private begun = 0;
  private rows = 0;
  private bytes = 0;
  private hasFailed = false;
  private readonly results: (Loaded | undefined)[];

  public constructor(
    public readonly plan: TablePlan,
    public readonly parts: readonly LoadPart[],
    private readonly progress: ProgressSink,
  ) {
    this.results = parts.map(() => undefined);
  }

  /** Files of parts that were loaded while others were not. */
  public get unfinishedFiles(): LakeFile[] {
    const results = this.results.filter((result) => result !== undefined);
    return results.length === this.parts.length ? [] : results.flatMap(({ files }) => files);
  }

  /** Loads a part, unless another one has failed, and hands the table over when it was the last one. */
  public async load(part: LoadPart, load: Loader, loaded: OnLoaded, failed: OnFailed): Promise<void> {
    if (this.hasFailed) return;
    const title = titleOf(this.plan.source);
    if (this.begun === 0) {
      this.begun = Date.now();
      this.progress.tableStarted(title, this.plan.source.estimatedRows);
    }
    try {
      this.results[this.parts.indexOf(part)] = await load(this.plan, part, (rows, bytes) => {
        this.rows += rows;
        this.bytes += bytes;
        this.progress.tableProgress(title, this.rows, this.bytes);
      });
    } catch (error) {
      if (this.hasFailed) return;
      failed(this.plan, error);
      this.hasFailed = true;
      this.progress.tableFailed(title);
      return;
    }
    const results = this.results.filter((result) => result !== undefined);
    if (results.length < this.parts.length) return;
    const rows = results.reduce((sum, result) => sum + result.rows, 0);
    this.progress.tableFinished(title, rows, (Date.now() - this.begun) / 1000);
    await loaded(this.plan, {
      rows,
      files: results.flatMap(({ files }) => files),
      losses: results.flatMap(({ losses }) => losses),
      startedAt: new Date(this.begun),
    });
  }
}
