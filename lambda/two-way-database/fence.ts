import { mayFence, mayKeep, mayOpen, mayPassOn, mayReopen, refuseOlder, whichWay } from './fence-rules';
import { FenceLapsed, type FenceState, StaleEpoch, type WritersRemain } from './site-database';

/** What an engine can do with the row of the fence. All but `state` is called in a transaction. */
export interface FenceStore {
  /** The name of the site. */
  readonly site: string;
  state(): Promise<FenceState>;
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Waits until no transaction is open that has written; new ones wait until this one ends. */
  exclude(limitMilliseconds: number): Promise<void>;
  /** The state after a wait for whoever changes it, which nobody changes until the end of the transaction. */
  locked(): Promise<FenceState>;
  /** @param since when the limit began: ISO 8601 */
  makeFenced(epoch: number, since: string, limitSeconds: number): Promise<void>;
  makeKept(): Promise<void>;
  makePassedOn(): Promise<void>;
  makeWritable(epoch: number): Promise<void>;
  isLockTimeout(error: unknown): boolean;
  /** Says who was waited for in vain since then. */
  writersRemain(since: string): Promise<WritersRemain>;
}

/** Of the time without writes, writers that have to be waited for get this part. The other steps need the rest. */
const PART_FOR_WRITERS = 0.5;
/** A function ends after fifteen minutes, and has to say before what it has waited for. */
const LONGEST_WAIT_MILLISECONDS = 600_000;
/** Beyond the end of a fence there is nothing left to keep. */
const BEYOND_MILLISECONDS = 1_000;

/** The fence of one site: how the rules are applied, whatever the engine. */
export class Fence {
  public constructor(private readonly store: FenceStore) {}

  public async fence(epoch: number, limitSeconds: number): Promise<FenceState> {
    const { store } = this;
    const before = await store.state();
    if (mayFence(store.site, before, epoch) === 'there') return before;
    try {
      return await store.transaction(async () => {
        // Who comes now queues up behind this, so the time without writes begins here.
        await store.exclude(Math.min(limitSeconds * 1_000 * PART_FOR_WRITERS, LONGEST_WAIT_MILLISECONDS));
        if (mayFence(store.site, await store.locked(), epoch) === 'fence') {
          await store.makeFenced(epoch, before.now, limitSeconds);
        }
        return store.state();
      });
    } catch (error) {
      if (!store.isLockTimeout(error)) throw error;
      throw await store.writersRemain(before.now);
    }
  }

  public async keep(epoch: number): Promise<void> {
    const { store } = this;
    const { lapsesAt, now } = await store.state();
    const remaining = lapsesAt === undefined ? 0 : Math.max(0, Date.parse(lapsesAt) - Date.parse(now));
    try {
      await store.transaction(async () => {
        // Who writes at this moment came after it had lapsed: then it is too late anyway.
        await store.exclude(Math.min(remaining + BEYOND_MILLISECONDS, LONGEST_WAIT_MILLISECONDS));
        if (mayKeep(store.site, await store.locked(), epoch) === 'keep') await store.makeKept();
      });
    } catch (error) {
      if (!store.isLockTimeout(error)) throw error;
      throw new FenceLapsed(`the fence of site ${store.site} could not be kept in time: somebody is writing`, { cause: error });
    }
  }

  public passOn(epoch: number): Promise<void> {
    return this.store.transaction(async () => {
      if (mayPassOn(this.store.site, await this.store.locked(), epoch) === 'pass-on') await this.store.makePassedOn();
    });
  }

  public decide(epoch: number): Promise<'forward' | 'back'> {
    return this.store.transaction(async () => {
      const way = whichWay(this.store.site, await this.store.locked(), epoch);
      if (way === 'pass-on') await this.store.makePassedOn();
      if (way === 'open') await this.store.makeWritable(epoch);
      return way === 'pass-on' || way === 'forward' ? 'forward' : 'back';
    });
  }

  public open(epoch: number): Promise<void> {
    return this.store.transaction(async () => {
      if (mayOpen(this.store.site, await this.store.locked(), epoch) === 'open') await this.store.makeWritable(epoch);
    });
  }

  public reopen(epoch: number): Promise<void> {
    return this.store.transaction(async () => {
      if (mayReopen(this.store.site, await this.store.locked(), epoch) === 'open') await this.store.makeWritable(epoch);
    });
  }

  public holding(epoch: number, work: () => Promise<void>): Promise<void> {
    return this.store.transaction(async () => {
      const state = await this.store.locked();
      refuseOlder(this.store.site, state, epoch);
      if (state.epoch !== epoch) throw new StaleEpoch(`site ${this.store.site} is in epoch ${state.epoch}, not in ${epoch}`);
      await work();
    });
  }
}
