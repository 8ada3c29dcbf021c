import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError, codeOf, messageOf } from '../../errors';
import { syncFolder } from '../target/folder-lake';
import type { SourceTable } from '../source/catalog';
import type { LakeFile } from '../target/lake';
import type { TargetLocation } from '../target/target-location';
import type { TableStatistics } from '../task/statistics';

/** Everything a run must know to go on after it was interrupted. LSNs are in PostgreSQL's notation. */
export interface Checkpoint {
  readonly version: 3;
  readonly task: string;
  /** Of mappings, settings and target: a run goes on only with the definition it began with. */
  readonly definition: string;
  readonly slot: string;
  publications: readonly string[];
  /** Whether slot and publications were there before the run, and stay. */
  readonly isGiven: boolean;
  /** Without password. */
  readonly target: TargetLocation;
  /** The folders of its tables in the lake. */
  readonly folders: readonly string[];
  readonly startedAt: string;
  phase: 'full-load' | 'capture' | 'finished';
  /** Every transaction that ends before it is in the files below; the stream goes on from here. */
  lsn: string;
  changes: number;
  /** Whether the task stops when what changed during the load is captured. */
  stopsAfterCachedChanges: boolean;
  fullLoadSeconds: number;
  /** Finished files, published or about to be. */
  files: LakeFile[];
  /** Files that a TRUNCATE has taken out of the list above: removed, or about to be. */
  removed: string[];
  tables: TableStatistics[];
  /** The tables as the stream last described them: the source may have changed since, and they may be gone. */
  sources: SourceTable[];
  /** Tables of a database, by `schema.table` there, that held nothing before the load: they can be emptied again. */
  emptyBefore: string[];
  /** By `schema.table.column`. */
  losses: Record<string, LossCount>;
  warnings: string[];
}

/** Values that did not arrive whole. */
export interface LossCount {
  readonly unrepresentable: number;
  readonly truncated: number;
}

/** What a file has to have to be a checkpoint: others may have written it, or half of it. */
const SHAPE: Readonly<Record<keyof Checkpoint, (value: unknown) => boolean>> = {
  version: (value) => value === 3,
  task: isText,
  definition: isText,
  slot: isText,
  publications: isList(isText),
  isGiven: (value) => typeof value === 'boolean',
  target: isObject,
  folders: isList(isText),
  startedAt: (value) => isText(value) && !Number.isNaN(Date.parse(value as string)),
  phase: (value) => ['full-load', 'capture', 'finished'].includes(value as string),
  lsn: (value) => /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/.test(String(value)),
  changes: isNumber,
  stopsAfterCachedChanges: (value) => typeof value === 'boolean',
  fullLoadSeconds: isNumber,
  files: isList((value) => isObject(value) && isText((value as LakeFile).path)),
  removed: isList(isText),
  tables: isList((value) => isObject(value) && isText((value as TableStatistics).table)),
  sources: isList((value) => isObject(value) && Array.isArray((value as SourceTable).columns)),
  emptyBefore: isList(isText),
  losses: isObject,
  warnings: isList(isText),
};

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
    return this.parse(text);
  }

  private parse(text: string): Checkpoint {
    const damaged = (what: string): never => {
      throw new UsageError(
        `${this.path} ${what}: put it back, or remove its folder to begin anew, and drop the slot and the publications ` +
        'dms_rehearsal_… of its run in the source',
      );
    };
    let checkpoint: unknown;
    try {
      checkpoint = JSON.parse(text);
    } catch {
      return damaged('is damaged: it is not JSON');
    }
    if (!isObject(checkpoint)) return damaged('is damaged: it is no JSON object');
    const found = checkpoint as Record<string, unknown>;
    if (!SHAPE.version(found.version)) return damaged('is not a checkpoint of this version of dms');
    const wrong = Object.entries(SHAPE).find(([key, isRight]) => !isRight(found[key]));
    return wrong === undefined ? (checkpoint as Checkpoint) : damaged(`is damaged: its "${wrong[0]}" makes no sense`);
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

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(ofWhat: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(ofWhat);
}
