import { availableParallelism } from 'node:os';
import type { ProgressSink } from '../../output/progress-sink';
import type { TablePlan } from '../plan/table-plan';
import { titleOf } from '../source/names';
import type { Loaded, LoadContext } from './load-context';
import type { LoadPart } from './parts';
import { partsOf } from './parts';
import { tableSizes } from './table-sizes';

/** Less than this in all is loaded before a thread has started; a part of a table is not smaller either. */
const PART_BYTES = 64 * 1024 * 1024;

/** How much there is to load. */
export interface LoadSize {
  readonly bytes: number;
  /** So many parts are loaded side by side at most by what has processors of its own. */
  readonly most: number;
  /** Less than this is not worth a thread. */
  readonly partBytes: number;
}

/** Loads parts of tables, wherever their rows go. */
export interface PartLoader {
  /** @param progress told the rows and bytes since it was told last */
  load(plan: TablePlan, part: LoadPart, progress: (rows: number, bytes: number) => void): Promise<Loaded>;
  /** Takes back parts of a table that was not loaded as a whole. */
  discard(plan: TablePlan, parts: readonly Loaded[]): Promise<void>;
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>;
}

export interface LoadOptions {
  readonly open: (context: LoadContext, size: LoadSize, signal: AbortSignal) => PartLoader;
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
  const { partBytes = PART_BYTES } = options;
  const sizes = await tableSizes(context.sourceUrl, plans);
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const most = Math.min(context.task.maxFullLoadSubTasks, availableParallelism());
  const tables = plans.map((plan) => {
    const parts = partsOf(plan, sizes.get(plan)!, most, partBytes);
    return new TableLoad(plan, parts, options.progress);
  });
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size.bytes, 0);
  const loader = options.open(context, { bytes, most, partBytes }, signal);

  const queue = tables.flatMap((table) => table.parts.map((part) => ({ table, part })));
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      signal.throwIfAborted();
      await next.table.load(next.part, loader, loaded, failed);
    }
  };
  const workers = Array.from({ length: Math.min(context.task.maxFullLoadSubTasks, queue.length) }, () =>
    work().catch((error: unknown) => {
      // With its reason, so that the parts that stop because of it do not tell a story of their own.
      ended.abort(error);
      throw error;
    }));
  const results = await Promise.allSettled(workers);
  await loader.close();
  for (const table of tables) await table.discardParts(loader);
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

  /** Takes back the parts of a table of which others were not loaded. */
  public async discardParts(loader: PartLoader): Promise<void> {
    const results = this.results.filter((result) => result !== undefined);
    if (results.length < this.parts.length && results.length > 0) await loader.discard(this.plan, results);
  }

  /** Loads a part, unless another one has failed, and hands the table over when it was the last one. */
  public async load(part: LoadPart, loader: PartLoader, loaded: OnLoaded, failed: OnFailed): Promise<void> {
    if (this.hasFailed) return;
    const title = titleOf(this.plan.source);
    if (this.begun === 0) {
      this.begun = Date.now();
      this.progress.tableStarted(title, this.plan.source.estimatedRows);
    }
    try {
      this.results[this.parts.indexOf(part)] = await loader.load(this.plan, part, (rows, bytes) => {
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
