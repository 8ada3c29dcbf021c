/**
 * The site map: which site is written to. One table with the partition key `site`; the items of the two sites have the
 * shape of the original `appmap` (all strings), so programs that read that one read this one too. What the switch
 * needs has items of its own, whose names begin with `$` and which no site can have.
 */
export interface SiteItem {
  readonly site: string;
  /** `postgresql`, `oracle` or `mysql` */
  readonly dbengine: string;
  readonly username: string;
  readonly endpoint: string;
  readonly port: string;
  readonly dbname: string;
  /** Where user and password are; the map has no password. */
  readonly secretArn?: string;
}

/** The name of the item that says who is writable. */
export const AUTHORITY_ITEM = '$authority';
/** Items of past switches: this and the epoch, ten digits. */
export const HISTORY_PREFIX = '$history#';

/** Who may be written to. Changed only on condition that `version` is still the one that was read. */
export interface Authority {
  /** One more with every change of this item. */
  readonly version: number;
  /** The site that is written to; during a switch the one that was until then. */
  readonly activeSite: string;
  /** One more with every switch that fences, whatever comes of it. */
  readonly epoch: number;
  readonly state: AuthorityState;
  /** The switch that is going on; absent when `state` is `steady` or `completed`. */
  readonly run?: { readonly id: string; readonly to: string; readonly startedAt: string };
  /** While `switching`: when the old side is writable again by itself. ISO 8601 */
  readonly lapsesAt?: string;
  /** ISO 8601 */
  readonly updatedAt: string;
}

/**
 * `steady`: the active site is writable. `checking`: it still is, a switch looks at its gates. `switching`: none is,
 * until `lapsesAt`. `completed`: the active site is writable for good, and nothing replicates any more.
 */
export type AuthorityState = 'steady' | 'checking' | 'switching' | 'completed';

/** What came of a switch. */
export interface HistoryItem {
  readonly epoch: number;
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly outcome: 'completed' | 'rolled-back' | 'ended';
  readonly startedAt: string;
  readonly endedAt: string;
  readonly pauseSeconds?: number;
  /** Why it was rolled back. */
  readonly reason?: string;
}

/** The site that a client may write to at this moment, and the epoch that it has to show; none while switching. */
export function writableSite(
  { state, activeSite, epoch, lapsesAt }: Authority, now: Date,
): { readonly site: string; readonly epoch: number } | undefined {
  // A fence that lapsed has given the site back, in the epoch of the switch that did not get through.
  const fenced = state === 'switching' && (lapsesAt === undefined || now < new Date(lapsesAt));
  return fenced ? undefined : { site: activeSite, epoch };
}
