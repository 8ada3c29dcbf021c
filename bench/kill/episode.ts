import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDms, startDms, type DmsResult } from '../../test/support/dms';

/** What a rehearsal was doing when it was killed, as its checkpoint says. */
export type Moment = 'beginning' | 'full load' | 'capture';

/** A rehearsal of one task from one work folder, of the built command line. */
export class Episode {
  public readonly kills: Record<Moment, number> = { 'beginning': 0, 'full load': 0, 'capture': 0 };
  private readonly checkpoint: string;

  public constructor(
    private readonly template: string,
    private readonly source: string,
    public readonly workdir: string,
  ) {
    this.checkpoint = join(workdir, 'Task', 'checkpoint.json');
  }

  /**
   * Starts or goes on, and kills the process.
   *
   * @param milliseconds after the start, or after the load when that is to be done first
   * @returns what it was doing
   */
  public async kill(milliseconds: number, afterLoad: boolean): Promise<Moment> {
    const dms = startDms(this.argumentsOf(['--until', 'interrupted']));
    const ended = new AbortController();
    void dms.result.then(() => ended.abort());
    const wait = (time: number): Promise<void> =>
      sleep(time, undefined, { signal: ended.signal }).catch(() => undefined);
    while (afterLoad && this.moment() !== 'capture' && !ended.signal.aborted) await wait(10);
    await wait(milliseconds);
    dms.child.kill('SIGKILL');
    const result = await dms.result;
    if (result.exitCode !== null || complaints(result).length > 0) {
      throw new Error(`the rehearsal ended by itself with ${result.exitCode}: ${result.stderr}`);
    }
    const moment = this.moment();
    this.kills[moment]++;
    return moment;
  }

  /** Goes on to the end. @returns seconds */
  public async finish(): Promise<number> {
    const begin = performance.now();
    const result = await runDms(this.argumentsOf(['--json']));
    if (result.exitCode !== 0 || complaints(result).length > 0) {
      throw new Error(`the rehearsal ended with ${result.exitCode}: ${result.stdout} ${result.stderr}`);
    }
    return (performance.now() - begin) / 1000;
  }

  public get lake(): string {
    return join(this.workdir, 'Task', 'lake');
  }

  /** The paths of the files that the checkpoint knows. */
  public files(): string[] {
    return (JSON.parse(readFileSync(this.checkpoint, 'utf8')) as { files: { path: string }[] }).files
      .map(({ path }) => path).sort();
  }

  private argumentsOf(more: readonly string[]): string[] {
    const resume = existsSync(this.checkpoint) ? ['--resume'] : [];
    return ['rehearse', this.template, '--source', this.source, '--workdir', this.workdir, ...resume, ...more];
  }

  private moment(): Moment {
    if (!existsSync(this.checkpoint)) return 'beginning';
    const { phase } = JSON.parse(readFileSync(this.checkpoint, 'utf8')) as { phase: string };
    return phase === 'capture' ? 'capture' : 'full load';
  }
}

/** Lines of `dms` that tell a failure, and of stack traces. */
function complaints({ stderr }: DmsResult): string[] {
  return stderr.split('\n').filter((line) => line.startsWith('dms: ') || /^\s+at /.test(line));
}
