import type { ControlContext, Legs, LegState, SiteMap } from '../../lambda/two-way-control/ports';
import { controlSteps } from '../../lambda/two-way-control/steps';
import * as fenceRules from '../../lambda/two-way-database/fence-rules';
import {
  type DatabaseContext, type FenceState, type SiteDatabase, SiteNotReached, StaleEpoch,
} from '../../lambda/two-way-database/site-database';
import { databaseSteps } from '../../lambda/two-way-database/steps';
import type { Authority, HistoryItem } from '../../lib/two-way/switch/site-map';
import { writableSite } from '../../lib/two-way/switch/site-map';
import type { Leg, SwitchRun } from '../../lib/two-way/switch/switch-run';
import type { TwoWayConfiguration } from '../../lib/two-way/two-way-api';
import { MemorySiteMap } from './memory-site-map';

export const SITES = ['SITEA', 'SITEB'] as const;
export type SiteName = (typeof SITES)[number];

const CONFIGURATION: TwoWayConfiguration = {
  mode: 'prepared',
  sites: [
    { name: 'SITEA', engine: 'postgres', schema: 'public' },
    { name: 'SITEB', engine: 'postgres', schema: 'public' },
  ],
  tables: ['%'],
  sequences: { kind: 'interleaved' },
  gates: { maxLagSeconds: 30, maxValidationAgeHours: 0, maxTransactionSeconds: 60, maxSlotBytes: 1 },
  pauseLimitSeconds: 60,
  needsApproval: false,
};

/** What happens at one call of a database or of the map. */
export interface Accident {
  /** What the call takes, in seconds. */
  readonly seconds: number;
  readonly fate: 'works' | 'request lost' | 'answer lost';
}

export type FenceRules = typeof fenceRules;

const NO_ACCIDENT: Accident = { seconds: 0, fate: 'works' };

interface Fence {
  writable: boolean;
  kept: boolean;
  passedOn: boolean;
  epoch: number;
  lapsesAt?: number;
}

interface Row {
  /** Which unit of work wrote it; the marker of a run. */
  readonly marker: string;
  /** How many rows of applications were there before. */
  readonly rows: number;
}

/**
 * Two databases, a map and two legs, with the rules of the real fences and the real steps, and with calls that get
 * lost, come late, or take long. Applications write wherever they are let, at every moment.
 *
 * It breaks what must hold into an error at once: both sites writable; or a site opened that lacks a row.
 */
export class SwitchModel {
  public seconds = 0;
  /** Sites that do not answer. */
  public readonly down = new Set<SiteName>();
  /** Whether every call works from now on. */
  public calm = false;
  /** What was broken, first. */
  public broken?: string;
  public readonly map = new MemorySiteMap(
    { version: 1, activeSite: 'SITEA', epoch: 1, state: 'steady', updatedAt: new Date(0).toISOString() });

  private readonly fences: Record<SiteName, Fence> = {
    SITEA: { writable: true, kept: false, passedOn: false, epoch: 1 },
    SITEB: { writable: false, kept: true, passedOn: false, epoch: 1 },
  };

  /** Rows that each site has of those that applications have written on either one. */
  private readonly rows: Record<SiteName, number> = { SITEA: 0, SITEB: 0 };
  /** The heartbeat row of a site, as it is there and as the other one has it. */
  private readonly markers: Partial<Record<SiteName, Row>> = {};
  private readonly legs: Record<string, LegState> = { 'SITEA → SITEB': 'running', 'SITEB → SITEA': 'never-started' };

  /**
   * @param pause waits until a call takes place: other calls take place meanwhile
   * @param accidents what happens at the calls, in the order in which they take place
   */
  public constructor(
    private readonly pause: (what: string) => Promise<void>,
    private readonly accidents: Iterator<Accident, undefined>,
    private readonly rules: FenceRules = fenceRules,
  ) {}

  public writable(site: SiteName): boolean {
    const { writable, lapsesAt } = this.fences[site];
    return writable || (lapsesAt !== undefined && this.seconds >= lapsesAt);
  }

  public get writableSites(): readonly SiteName[] {
    return SITES.filter((site) => this.writable(site));
  }

  /** Where the map sends applications. */
  public async mapped(): Promise<string | undefined> {
    const authority = await this.map.authority();
    return authority === undefined ? undefined : writableSite(authority, this.now())?.site;
  }

  public readonly perform = async (step: string, run: SwitchRun): Promise<SwitchRun> => {
    if (step in controlSteps) return await controlSteps[step as keyof typeof controlSteps](run, this.control());
    return await databaseSteps[step as keyof typeof databaseSteps](run, this.database());
  };

  public now(): Date {
    return new Date(this.seconds * 1000);
  }

  /** Time passes. Applications write wherever they can. */
  public tick(seconds: number): void {
    this.seconds += seconds;
    const open = this.writableSites;
    if (open.length > 1) this.broken ??= `both sites are writable at ${this.seconds} s`;
    for (const site of open) this.rows[site] += 1;
  }

  /** A call: it takes its time, has its effect, and its answer may get lost, or the call before it had any. */
  private async call<T>(what: string, effect: () => T | Promise<T>): Promise<T> {
    await this.pause(what);
    const { seconds, fate }: Accident = this.calm ? NO_ACCIDENT : this.accidents.next().value ?? NO_ACCIDENT;
    this.tick(seconds);
    if (fate === 'request lost') throw new Error(`${what}: the connection was closed`);
    const result = await effect();
    this.tick(0);
    if (fate === 'answer lost') throw new Error(`${what}: the connection was closed before an answer came`);
    return result;
  }

  private database(): DatabaseContext {
    return {
      configuration: CONFIGURATION,
      now: () => this.now(),
      log: () => undefined,
      open: async (site) => {
        await this.pause(`open ${site}`);
        if (this.down.has(site as SiteName)) throw new SiteNotReached(`site ${site} does not answer`);
        return this.site(site as SiteName);
      },
    };
  }

  private control(): ControlContext {
    const map: SiteMap = {
      authority: () => this.call('read the map', () => this.map.authority()),
      replace: (previous: Authority | undefined, next: Authority, history?: HistoryItem) =>
        this.call('write the map', () => this.map.replace(previous, next, history)),
      sites: () => this.map.sites(),
      history: (limit) => this.call('read the history', () => this.map.history(limit)),
    };
    return { configuration: CONFIGURATION, map, legs: this.replication(), now: () => this.now(), log: () => undefined };
  }

  private replication(): Legs {
    const nameOf = ({ from, to }: Leg): string => `${from} → ${to}`;
    const nothing = { pendingRecords: 0, failedRecords: 0, suspendedRecords: 0, tablesInError: [] };
    return {
      status: (leg) => this.call(`look at ${nameOf(leg)}`, () => (
        { state: this.legs[nameOf(leg)] ?? 'failed', loaded: true, lagSeconds: 0 })),
      validation: () => Promise.resolve({ enabled: true, ...nothing, asOf: this.now().toISOString() }),
      start: (leg) => this.call(`start ${nameOf(leg)}`, () => { this.legs[nameOf(leg)] = 'running'; }),
      stop: (leg) => this.call(`stop ${nameOf(leg)}`, () => { this.legs[nameOf(leg)] = 'stopped'; }),
    };
  }

  private state(site: SiteName): FenceState {
    const { kept, passedOn, epoch, lapsesAt } = this.fences[site];
    return {
      writable: this.writable(site), kept, passedOn, epoch, now: this.now().toISOString(),
      ...(lapsesAt === undefined ? {} : { lapsesAt: new Date(lapsesAt * 1000).toISOString() }),
    };
  }

  private set(site: SiteName, fence: Fence): void {
    const opens = fence.writable && !this.writable(site);
    this.fences[site] = fence;
    const other = site === 'SITEA' ? 'SITEB' : 'SITEA';
    // The side that was written to last has more rows, or as many.
    if (opens && this.rows[site] < this.rows[other]) {
      this.broken ??= `${site} is opened with ${this.rows[site]} of ${this.rows[other]} rows`;
    }
  }

  private site(name: SiteName): SiteDatabase {
    const configuration = CONFIGURATION.sites[name === 'SITEA' ? 0 : 1];
    const act = <T>(what: string, effect: () => T): Promise<T> => this.call(`${what} ${name}`, () => {
      if (this.down.has(name)) throw new Error(`${name} went away`);
      return effect();
    });
    const open = (epoch: number): void => {
      this.set(name, { writable: true, kept: false, passedOn: false, epoch });
    };
    return {
      site: configuration,
      fenceState: () => act('look at', () => this.state(name)),
      fence: (epoch, limit) => act('fence', () => {
        if (this.rules.mayFence(name, this.state(name), epoch) === 'fence') {
          this.set(name, { writable: false, kept: false, passedOn: false, epoch, lapsesAt: this.seconds + limit });
        }
        return this.state(name);
      }),
      keepFence: (epoch) => act('keep', () => {
        if (this.rules.mayKeep(name, this.state(name), epoch) === 'keep') {
          this.set(name, { writable: false, kept: true, passedOn: false, epoch });
        }
      }),
      passOn: (epoch) => act('pass on', () => {
        if (this.rules.mayPassOn(name, this.state(name), epoch) === 'pass-on') this.fences[name].passedOn = true;
      }),
      decide: (epoch) => act('decide on', () => {
        const way = this.rules.whichWay(name, this.state(name), epoch);
        if (way === 'pass-on') this.fences[name].passedOn = true;
        if (way === 'open') open(epoch);
        return way === 'pass-on' || way === 'forward' ? 'forward' : 'back';
      }),
      open: (epoch) => act('open', () => { if (this.rules.mayOpen(name, this.state(name), epoch) === 'open') open(epoch); }),
      reopen: (epoch) => act('reopen', () => { if (this.rules.mayReopen(name, this.state(name), epoch) === 'open') open(epoch); }),
      holding: async (epoch, work) => {
        this.rules.refuseOlder(name, this.state(name), epoch);
        if (this.state(name).epoch !== epoch) throw new StaleEpoch(`${name} is in another epoch`);
        await work();
      },
      writeMarker: (marker) => act('mark', () => { this.markers[name] = { marker, rows: this.rows[name] }; }),
      readMarker: (writer) => act('read the marker on', () => this.arrived(writer as SiteName, name)),
      capturePosition: () => act('capture', () => ({ position: '0/1', createdSlot: true })),
      dropPosition: () => act('drop the slot of', () => undefined),
      raiseSequences: () => act('raise sequences of', () => undefined),
      sequences: () => Promise.resolve(new Map()),
      armTriggers: () => Promise.resolve(),
      disarmTriggers: () => Promise.resolve(),
      gates: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    };
  }

  /** Replication carries everything that was written before the marker, and then the marker. */
  private arrived(writer: SiteName, reader: SiteName): string | undefined {
    const marker = this.markers[writer];
    if (marker === undefined || this.legs[`${writer} → ${reader}`] !== 'running') return undefined;
    this.rows[reader] = Math.max(this.rows[reader], marker.rows);
    return marker.marker;
  }
}
