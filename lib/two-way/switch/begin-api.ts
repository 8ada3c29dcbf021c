import type { SiteItem } from './site-map';

/** The custom resource that begins the site map. */
export const BEGIN_RESOURCE = 'Custom::DmsTwoWayBegin';

/** Its properties. */
export interface BeginProperties {
  readonly action: 'begin';
  /** Data of the template: their items are overwritten. The first one is written to at the very beginning. */
  readonly sites: readonly [SiteItem, SiteItem];
}
