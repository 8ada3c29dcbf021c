import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError, codeOf, messageOf } from '../../errors';
import { syncFolder } from '../target/lake-folder';
import type { LakeFile } from '../target/table-file';
import type { TableStatistics } from './statistics';

/** Everything a run must know to go on after it was interrupted. LSNs are in PostgreSQL's notation. */
export interface Checkpoint {
  readonly version: 1;
  readonly task: string;
  /** Of mappings, settings and target: a run goes on only with the definition it began with. */
  readonly definition: string;
  readonly slot: string;
  publications: readonly string[];
  readonly startedAt: string;
  phase: 'full-load' | 'capture' | 'finished';
  /** Every transaction that ends before it is in the files below; the stream goes on from here. */
  lsn: string;
  changes: number;
  fullLoadSeconds: number;
  /** Finished files, published or about to be. */
  files: LakeFile[];
  /** Files that a TRUNCATE has taken out of the list above: removed, or about to be. */
  removed: string[];
  tables: TableStatistics[];
}

/** Keeps the checkpoint of one task in the work folder, replaced as a whole or not at all. */
export class CheckpointFile {
  private readonly path: string;
  private last: Promise<void> = Promise.resolve();

  public constructor(workdir: string) {
    this.path = join(workdir, 'checkpoint.json');
  }

  /** @throws {UsageError} when the file is not a checkpoint of this version */
  public async read(): Promise<Checkpoint | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new UsageError(`cannot read ${this.path}: ${messageOf(error)}; choose another --workdir`);
    }
    let checkpoint: Checkpoint | undefined;
    try {
      checkpoint = JSON.parse(text) as Checkpoint;
    } catch {
      checkpoint = undefined;
    }
    if (checkpoint?.version !== 1) {
      throw new UsageError(`${this.path} is not a checkpoint of this version of dms: remove its folder to begin anew`);
    }
    return checkpoint;
  }

  /** Writes one at a time: tables finish loading side by side. */
  public write(checkpoint: Checkpoint): Promise<void> {
    const written = this.last.then(() => this.replace(checkpoint));
    this.last = written.catch(() => undefined);
    return written;
  }

  public async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  private async replace(checkpoint: Checkpoint): Promise<void> {
    const folder = dirname(this.path);
    await mkdir(folder, { recursive: true });
    const temporary = `${this.path}.new`;
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(JSON.stringify(checkpoint, undefined, 2));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, this.path);
    await syncFolder(folder);
  }
}
