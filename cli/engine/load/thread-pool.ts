import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { TablePlan } from '../plan/table-plan';
import type { LakeLocation } from '../target/location';
import type { LakeTask } from '../task/replication-task';
import type { Loaded, LoadContext } from './load-context';
import type { LoadPart } from './parts';
import type { News, Order, ThreadData } from './thread-messages';
import { errorOf } from './thread-messages';

/** In the bundle the thread's program lies beside this one; from the sources it is TypeScript, which tsx reads. */
function startThread(workerData: ThreadData): Worker {
  if (extname(__filename) === '.js') return new Worker(join(__dirname, 'load-thread.js'), { workerData });
  const program = JSON.stringify(join(__dirname, 'load-thread.ts'));
  return new Worker(`require('tsx/cjs'); require(${program});`, { eval: true, workerData });
}

interface OpenOrder {
  readonly progress: (rows: number, bytes: number) => void;
  readonly resolve: (result: Loaded) => void;
  readonly reject: (error: Error) => void;
}

/** Threads that load parts of tables. */
export class ThreadPool {
  private readonly threads: LoadThread[];

  public constructor(
    count: number, context: LoadContext<LakeTask>, lake: LakeLocation, private readonly signal: AbortSignal,
  ) {
    this.threads = Array.from({ length: count }, () => new LoadThread({ context, lake }));
    signal.addEventListener('abort', this.abort, { once: true });
  }

  /** Gives a part to the thread that has the least to do. */
  public async load(plan: TablePlan, part: LoadPart, progress: OpenOrder['progress']): Promise<Loaded> {
    this.signal.throwIfAborted();
    const thread = this.threads.reduce((least, next) => (next.busy < least.busy ? next : least));
    try {
      return await thread.load(plan, part, progress);
    } catch (error) {
      throw this.signal.aborted ? this.signal.reason : error;
    }
  }

  /** Resolves when all threads have ended. Nothing may be loading any more. */
  public async close(): Promise<void> {
    this.signal.removeEventListener('abort', this.abort);
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private readonly abort = (): void => this.threads.forEach((thread) => thread.abort());
}

class LoadThread {
  private readonly worker: Worker;
  private readonly open = new Map<number, OpenOrder>();
  private readonly ended: Promise<void>;
  private orders = 0;

  public constructor(data: ThreadData) {
    this.worker = startThread(data);
    this.worker.on('message', (news: News) => this.take(news));
    this.worker.on('error', (error) => this.failAll(error));
    this.ended = new Promise((resolve) => this.worker.once('exit', (code) => {
      this.failAll(new Error(`a thread of the full load ended with ${code}`));
      resolve();
    }));
  }

  /** Parts that it is loading. */
  public get busy(): number {
    return this.open.size;
  }

  public load({ source, filters, loadOrder }: TablePlan, part: LoadPart, progress: OpenOrder['progress']): Promise<Loaded> {
    return new Promise((resolve, reject) => {
      const id = this.orders++;
      this.open.set(id, { progress, resolve, reject });
      this.tell({ kind: 'load', id, table: { table: source, filters, loadOrder }, part });
    });
  }

  public abort(): void {
    this.tell({ kind: 'abort' });
  }

  public async close(): Promise<void> {
    this.tell({ kind: 'end' });
    await this.ended;
  }

  private tell(order: Order): void {
    this.worker.postMessage(order);
  }

  private take(news: News): void {
    const order = this.open.get(news.id);
    if (order === undefined) return;
    if (news.kind === 'progress') {
      order.progress(news.rows, news.bytes);
      return;
    }
    this.open.delete(news.id);
    if (news.kind === 'loaded') order.resolve(news.result);
    else order.reject(errorOf(news.failure));
  }

  private failAll(error: Error): void {
    for (const order of this.open.values()) order.reject(error);
    this.open.clear();
  }
}
