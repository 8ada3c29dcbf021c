import { setTimeout as sleep } from 'node:timers/promises';
import { isLostConnection } from '../../engine/source/lost-connection';
import type { ProgressSink } from '../../output/progress-sink';
import { messageOf } from '../../errors';
import type { LegFiles, ReportedLeg, WantedLeg } from './leg-files';

/** What an engine says while it runs a leg. */
export interface EngineNews {
  readonly running: boolean;
  readonly loaded: boolean;
  readonly lagSeconds: number | undefined;
  readonly position: string;
}

/** Runs a leg until the signal is aborted; what it throws is why the leg failed. */
export type LegEngine = (
  position: string | undefined, signal: AbortSignal, tell: (news: EngineNews) => void,
) => Promise<void>;

const LOOK_MS = 15;

interface Running {
  readonly wish: number;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Does what is wanted of one leg, and says what it does. A wish is followed once: a leg that failed stays so until
 * somebody wants it to run again, because a switch that is going on has to decide by what it saw.
 */
export class LegRunner {
  private running: Running | undefined;
  private followed = -1;
  private last: Omit<ReportedLeg, 'by' | 'number'>;
  private writing: Promise<void> = Promise.resolve();
  private unwritten: ReportedLeg | undefined;

  public constructor(
    private readonly files: LegFiles, private readonly engine: LegEngine, hasLoad: boolean,
    private readonly name: string, private readonly log: Pick<ProgressSink, 'message'>,
  ) {
    this.last = { state: 'stopped', loaded: !hasLoad };
  }

  /** @returns when the signal is aborted and the leg has come to its stop, in which it can be resumed */
  public async serve(signal: AbortSignal): Promise<void> {
    // What another process found out about the load is still true.
    this.last = { ...this.last, loaded: this.last.loaded || (await this.files.reported())?.loaded === true };
    try {
      while (!signal.aborted) {
        const wanted = await this.files.wanted();
        if (wanted !== undefined && wanted.number !== this.followed) await this.follow(wanted);
        await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      await this.end();
      await this.writing;
    }
  }

  private async follow(wanted: WantedLeg): Promise<void> {
    this.followed = wanted.number;
    if (wanted.state === 'stopped') {
      if (this.running !== undefined) this.say({ state: 'stopping' });
      await this.end();
      this.say({ state: 'stopped' });
    } else {
      await this.end();
      this.begin(wanted);
    }
  }

  private begin({ number, position }: WantedLeg): void {
    const controller = new AbortController();
    this.say({ state: 'starting' });
    const tell = ({ running, loaded, lagSeconds, position: at }: EngineNews): void => {
      if (controller.signal.aborted) return;
      const state = running ? 'running' : this.last.state;
      this.say({ state, loaded, position: at, ...(lagSeconds === undefined ? {} : { lagSeconds }) });
    };
    const ended = this.engine(position, controller.signal, tell).then(() => undefined, (error: unknown) => {
      if (controller.signal.aborted) return;
      this.log.message(`${this.name} failed: ${messageOf(error)}`);
      this.say({ state: 'failed', reason: messageOf(error), lostConnection: isLostConnection(error) });
    });
    this.running = { wish: number, controller, ended };
  }

  private async end(): Promise<void> {
    this.running?.controller.abort();
    await this.running?.ended;
    this.running = undefined;
  }

  /** Reports overtake each other no more than one write takes. */
  private say(news: Partial<ReportedLeg> & Pick<ReportedLeg, 'state'>): void {
    const { loaded } = this.last;
    this.last = { loaded, ...news };
    const isIdle = this.unwritten === undefined;
    this.unwritten = { ...this.last, number: this.followed, by: process.pid };
    if (isIdle) this.writing = this.writing.then(() => this.write());
  }

  private async write(): Promise<void> {
    const report = this.unwritten!;
    this.unwritten = undefined;
    await this.files.report(report);
  }
}
