import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readWhole, writeNews, writeWhole } from '../files';

/** What a leg shall do. Written by switches, followed by the process that runs the legs. */
export interface WantedLeg {
  /** One more with every wish: a report says which one it answers. */
  readonly number: number;
  readonly state: 'running' | 'stopped';
  /** Where it begins if it has never run. */
  readonly position?: string;
}

/** What a leg does. */
export interface ReportedLeg {
  /** The wish that it follows. */
  readonly number: number;
  /** The process that runs it: the report of one that is gone says nothing. */
  readonly by: number;
  readonly state: 'starting' | 'running' | 'stopping' | 'stopped' | 'failed';
  readonly loaded: boolean;
  readonly lagSeconds?: number;
  /** Where it reads. */
  readonly position?: string;
  readonly reason?: string;
  /** Whether it failed because a database went away: then it can go on when that is back. */
  readonly lostConnection?: boolean;
}

/** The two files by which a switch and the process that runs a leg talk: both may be killed at any moment. */
export class LegFiles {
  public constructor(public readonly folder: string) {}

  public wanted(): Promise<WantedLeg | undefined> {
    return readWhole<WantedLeg>(join(this.folder, 'wanted.json'));
  }

  public reported(): Promise<ReportedLeg | undefined> {
    return readWhole<ReportedLeg>(join(this.folder, 'reported.json'));
  }

  /** A wish outlives a crash: what was switched stays switched. */
  public async want(state: WantedLeg['state'], position?: string): Promise<void> {
    const number = ((await this.wanted())?.number ?? 0) + 1;
    await mkdir(this.folder, { recursive: true });
    await writeWhole(join(this.folder, 'wanted.json'), {
      number, state, ...(position === undefined ? {} : { position }),
    } satisfies WantedLeg);
  }

  public async report(report: ReportedLeg): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeNews(join(this.folder, 'reported.json'), report);
  }

  /** Where the engine keeps its checkpoint. */
  public get engineFolder(): string {
    return join(this.folder, 'engine');
  }
}
