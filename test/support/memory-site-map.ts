import { MapChanged, type SiteMap } from '../../lambda/two-way-control/ports';
import type { Authority, HistoryItem, SiteItem } from '../../lib/two-way/switch/site-map';

/** A site map that forgets, for tests of what works with one. */
export class MemorySiteMap implements SiteMap {
  /** How often it was changed. */
  public changes = 0;
  private past: HistoryItem[] = [];

  public constructor(private current?: Authority, private readonly known: readonly SiteItem[] = []) {}

  public authority(): Promise<Authority | undefined> {
    return Promise.resolve(this.current);
  }

  public replace(previous: Authority | undefined, next: Authority, history?: HistoryItem): Promise<void> {
    if (this.current?.version !== previous?.version) return Promise.reject(new MapChanged('somebody was faster'));
    this.current = structuredClone(next);
    if (history !== undefined) this.past = [structuredClone(history), ...this.past];
    this.changes += 1;
    return Promise.resolve();
  }

  public sites(): Promise<readonly SiteItem[]> {
    return Promise.resolve(this.known);
  }

  public history(limit: number): Promise<readonly HistoryItem[]> {
    const end = ({ outcome }: HistoryItem): number => (outcome === 'ended' ? 1 : 0);
    return Promise.resolve([...this.past]
      .sort((one, other) => other.epoch - one.epoch || end(other) - end(one)).slice(0, limit));
  }
}
