import { Fence, type FenceStore } from './fence';
import type { FenceState } from './site-database';

/** What a site does with its fence, whatever its engine. */
export abstract class FencedSite<Store extends FenceStore> {
  private readonly rules: Fence;

  protected constructor(protected readonly store: Store) {
    this.rules = new Fence(store);
  }

  public fenceState(): Promise<FenceState> {
    return this.store.state();
  }

  public fence(epoch: number, limitSeconds: number): Promise<FenceState> {
    return this.rules.fence(epoch, limitSeconds);
  }

  public keepFence(epoch: number): Promise<void> {
    return this.rules.keep(epoch);
  }

  public passOn(epoch: number): Promise<void> {
    return this.rules.passOn(epoch);
  }

  public decide(epoch: number): Promise<'forward' | 'back'> {
    return this.rules.decide(epoch);
  }

  public open(epoch: number): Promise<void> {
    return this.rules.open(epoch);
  }

  public reopen(epoch: number): Promise<void> {
    return this.rules.reopen(epoch);
  }

  public holding(epoch: number, work: () => Promise<void>): Promise<void> {
    return this.rules.holding(epoch, work);
  }
}
