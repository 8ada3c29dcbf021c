import type { LegStatus } from '../../../lambda/two-way-control/ports';
import { type Authority, type HistoryItem, writableSite } from '../../../lib/two-way/switch/site-map';
import type { Leg, TwoWayMode } from '../../../lib/two-way/switch/switch-run';

export interface ShownSite {
  readonly site: string;
  readonly address: string;
  /** Whether its database answered; absent where it was not asked. */
  readonly reachable?: boolean;
  /** What its fence says. */
  readonly writable?: boolean;
  readonly kept?: boolean;
  readonly epoch?: number;
  readonly lapsesAt?: string;
  readonly reason?: string;
}

export type ShownLeg = Leg & LegStatus;

/** What `dms status --json` prints. */
export interface StatusReport {
  /** The site that the map says may be written to; none during a switch. */
  readonly writable?: string;
  readonly activeSite?: string;
  readonly epoch?: number;
  readonly state: Authority['state'] | 'not begun';
  readonly mode?: TwoWayMode;
  readonly run?: Authority['run'];
  readonly lapsesAt?: string;
  readonly sites: readonly ShownSite[];
  readonly legs: readonly ShownLeg[];
  /** The newest first. */
  readonly history: readonly HistoryItem[];
  readonly nextSteps: readonly string[];
}

/** What is known of a replication. */
export interface StatusFacts extends Pick<StatusReport, 'mode' | 'sites' | 'legs' | 'history'> {
  readonly where: string;
  readonly authority: Authority | undefined;
  /** Whether the switch that is going on is driven by nobody. */
  readonly isAbandoned: boolean;
  /** The command that lets the legs run, when they do not. */
  readonly begin?: string;
}

export function statusReport(facts: StatusFacts): StatusReport {
  const { where, authority, isAbandoned, begin, mode, sites, legs, history } = facts;
  const shown = { ...(mode === undefined ? {} : { mode }), sites, legs, history };
  const first = begin === undefined ? [] : [begin];
  if (authority === undefined) return { state: 'not begun', ...shown, nextSteps: first };
  const { activeSite, epoch, state, run, lapsesAt } = authority;
  const writable = writableSite(authority, new Date())?.site;
  return {
    ...(writable === undefined ? {} : { writable }),
    activeSite, epoch, state,
    ...(run === undefined ? {} : { run }),
    ...(lapsesAt === undefined ? {} : { lapsesAt }),
    ...shown,
    nextSteps: [...first, ...nextStepsOf(authority, where, history, isAbandoned)],
  };
}

function nextStepsOf(
  authority: Authority, where: string, history: readonly HistoryItem[], isAbandoned: boolean,
): string[] {
  switch (authority.state) {
    case 'completed': return [];
    case 'steady': return [
      `dms switch ${where} --dry-run`,
      originOf(authority, history) === undefined ? `dms switch ${where}` : `dms reverse ${where}`,
    ];
    default: return isAbandoned ? [`dms switch ${where} --recover`] : [`dms status ${where}`];
  }
}

/** Where the site that is written to was switched from; nothing when it is the one that everything began with. */
export function originOf({ activeSite }: Authority, history: readonly HistoryItem[]): string | undefined {
  const last = history.find(({ outcome }) => outcome === 'completed');
  return last?.to === activeSite ? last.from : undefined;
}
