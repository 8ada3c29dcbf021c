import type { Leg } from '../../../lib/two-way/switch/switch-run';
import type { TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import type { Legs, LegState, LegStatus, LegValidation } from '../../../lambda/two-way-control/ports';
import { legsOf, siteOf, type World } from '../world';
import { LegFiles, type ReportedLeg, type WantedLeg } from './leg-files';
import { Comparison } from './comparison';

/** The legs that `dms two-way` runs on this machine: what it is asked, and what it reports. */
export class LocalLegs implements Legs {
  private readonly comparison = new Comparison();

  public constructor(private readonly world: World, private readonly configuration: TwoWayConfiguration) {}

  public async status(leg: Leg): Promise<LegStatus> {
    const files = this.filesOf(leg);
    const [wanted, reported, runner] = await Promise.all([files.wanted(), files.reported(), this.world.runner()]);
    const loaded = reported?.loaded ?? !this.hasLoad(leg);
    if (wanted === undefined) return { state: 'never-started', loaded };
    const state = stateOf(wanted, reported, runner);
    const isCurrent = reported?.by === runner && reported?.number === wanted.number;
    const reason = runner === undefined && state === 'failed'
      ? `nobody runs it: start \`dms two-way --workdir ${this.world.folder}\` again`
      : isCurrent ? reported.reason : undefined;
    return {
      state,
      loaded,
      ...(isCurrent && state === 'running' && reported.lagSeconds !== undefined ? { lagSeconds: reported.lagSeconds } : {}),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  /** Compares the tables of both sides. What differs may still be on its way, so it is pending until it stays so. */
  public async validation(leg: Leg): Promise<LegValidation> {
    const urls = await this.world.urls();
    const [from, to] = [siteOf(this.configuration, leg.from), siteOf(this.configuration, leg.to)];
    const tables = await this.comparison.of(
      { url: urls[from.name], schema: from.schema }, { url: urls[to.name], schema: to.schema },
      this.configuration.tables,
    );
    return {
      enabled: true,
      pendingRecords: tables.filter(({ state }) => state === 'differs').length,
      failedRecords: tables.filter(({ state }) => state === 'stays different').length,
      suspendedRecords: 0,
      tablesInError: tables.filter(({ state }) => state === 'missing').map(({ table }) => `${from.schema}.${table}`),
      asOf: new Date().toISOString(),
    };
  }

  public async start(leg: Leg, position: string | undefined): Promise<void> {
    const { state } = await this.status(leg);
    if (state === 'running' || state === 'starting') return;
    await this.filesOf(leg).want('running', position);
  }

  public async stop(leg: Leg): Promise<void> {
    const { state } = await this.status(leg);
    if (state === 'never-started' || state === 'stopped' || state === 'stopping') return;
    await this.filesOf(leg).want('stopped');
  }

  private filesOf(leg: Leg): LegFiles {
    return new LegFiles(this.world.legFolder(leg));
  }

  private hasLoad(leg: Leg): boolean {
    return legsOf(this.configuration)[0].from === leg.from;
  }
}

function stateOf(wanted: WantedLeg, reported: ReportedLeg | undefined, runner: number | undefined): LegState {
  if (runner === undefined) return wanted.state === 'stopped' ? 'stopped' : 'failed';
  if (reported?.by === runner && reported.number === wanted.number) return reported.state;
  return wanted.state === 'stopped' ? 'stopping' : 'starting';
}
