import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Authority } from '../../../lib/two-way/switch/site-map';
import { livingHolder } from '../../engine/run/work-folder-lock';
import { messageOf } from '../../errors';
import type { ProgressSink } from '../../output/progress-sink';
import { LegFiles } from '../leg/leg-files';
import { LocalLegs } from '../leg/local-legs';
import { withSite } from '../pair/prepare-pair';
import { legsOf, otherSite, siteOf, type Pair, type World } from '../world';
import { drive } from './driver';

const LOOK_MS = 100;
/**
 * How long a driver that lives may go on after the fence has lapsed. A rollback gives the site back before it stops and
 * starts legs, and none of that may be taken from its hands.
 */
const OVERDUE_MS = 60_000;
/** How long a leg that lost a database waits before it tries again. */
const AGAIN_MS = 500;

/** Names a run: sorted by it, runs are in the order in which they began. */
export const newRunId = (action: string): string =>
  `${action}-${new Date().toISOString().replace(/\D/g, '').slice(0, 17)}-${randomBytes(3).toString('hex')}`;

/**
 * Sees to it that nothing stays half done: ends the switches whose driver is gone, and lets legs go on that lost their
 * database.
 */
export class Guardian {
  private readonly legs: LocalLegs;
  private triedAt = 0;
  private lastComplaint = '';

  public constructor(
    private readonly world: World, private readonly pair: Pair, private readonly log: Pick<ProgressSink, 'message'>,
  ) {
    this.legs = new LocalLegs(world, pair.configuration);
  }

  public async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const authority = await this.world.map.authority();
        if (authority?.run !== undefined) await this.endAbandoned(authority, signal);
        else if (authority?.state === 'steady') await this.keepLegs(authority.activeSite);
        this.lastComplaint = '';
      } catch (error) {
        if (!signal.aborted) this.complain(messageOf(error));
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A switch that nobody drives any more, or that is long after its time. */
  private async endAbandoned({ run, activeSite, lapsesAt }: Authority, signal: AbortSignal): Promise<void> {
    const driver = await livingHolder(this.world.runFolder(run!.id));
    const isOverdue = lapsesAt !== undefined && Date.parse(lapsesAt) + OVERDUE_MS < Date.now();
    if (driver !== undefined && !isOverdue) return;
    // What ends replication has no way back: it is done again, to its end.
    const action = run!.to === activeSite ? 'complete' : 'recover';
    this.log.message(`the driver of ${run!.id} is ${driver === undefined ? 'gone' : 'late'}: ${action === 'recover' ? 'recovering' : 'completing'}`);
    const { outcome, run: { to, failure } } = await drive(this.world, { id: newRunId(action), action }, { signal });
    this.log.message(`${action} to ${to}: ${outcome}${outcome === 'Failed' ? `: ${failure?.Cause ?? 'nobody said why'}` : ''}`);
    if (outcome === 'Failed') await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }

  private async keepLegs(active: string): Promise<void> {
    const { configuration } = this.pair;
    const there = { from: active, to: otherSite(configuration, active) };
    const back = { from: there.to, to: there.from };
    for (const leg of configuration.mode === 'hot' ? [there, back] : [there]) {
      const report = await new LegFiles(this.world.legFolder(leg)).reported();
      const { state } = await this.legs.status(leg);
      if (state === 'failed' && report?.lostConnection === true && Date.now() - this.triedAt > AGAIN_MS) {
        this.triedAt = Date.now();
        await this.legs.start(leg, undefined);
      }
    }
    if (configuration.mode === 'hot') await this.beginHot();
  }

  /** Both legs run from the beginning: the way back begins when the load is done, which it must not carry back. */
  private async beginHot(): Promise<void> {
    const [forward, backward] = legsOf(this.pair.configuration);
    const [{ loaded, state }, { state: back }] = [await this.legs.status(forward), await this.legs.status(backward)];
    if (!loaded || state !== 'running' || back !== 'never-started') return;
    const { configuration } = this.pair;
    const { epoch } = (await this.world.map.authority())!;
    const { position } = await withSite(siteOf(configuration, backward.from), configuration, await this.world.urls(),
      (site) => site.capturePosition(epoch));
    await this.legs.start(backward, position);
  }

  /** The same trouble is told once. */
  private complain(text: string): void {
    if (text !== this.lastComplaint) this.log.message(text);
    this.lastComplaint = text;
  }
}
