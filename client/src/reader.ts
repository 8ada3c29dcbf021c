import type { Authority, SiteItem } from '../../lib/two-way/switch/site-map';

/** Reads the site map, wherever it is kept. What it gives is never older than the moment at which it was asked. */
export interface AuthorityReader {
  /** Who may be written to; nothing when nobody has begun the map. */
  authority(): Promise<Authority | undefined>;
  /** Where a site is; nothing when the map does not have it. */
  site(name: string): Promise<SiteItem | undefined>;
}
