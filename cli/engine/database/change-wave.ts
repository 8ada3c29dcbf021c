import type { RowChangeOfTarget } from './row-change';
import { keyText } from './row-change';
import type { RowValue } from './row-values';
import type { TargetTable } from './target-table';

/** Changes that become one statement: of one kind, and of updates those that set the same columns. */
export interface WavePart {
  readonly kind: RowChangeOfTarget['kind'];
  /** The columns that get a value. */
  readonly columns: readonly number[];
  readonly movesKey: boolean;
  readonly rows: readonly RowChangeOfTarget[];
}

/**
 * Changes of one table that may be made in any order, since each of them is of another row: what follows on a change of
 * the same row is made one with it, or begins the next wave.
 */
export class ChangeWave {
  private readonly deletes: RowChangeOfTarget[] = [];
  private readonly inserts: RowChangeOfTarget[] = [];
  /** By the columns that they set. */
  private readonly updates = new Map<string, { columns: number[]; movesKey: boolean; rows: RowChangeOfTarget[] }>();
  private readonly places = new Map<string, { rows: RowChangeOfTarget[]; at: number; columns: string }>();
  private readonly all: RowChangeOfTarget[] = [];

  public constructor(private readonly table: TargetTable) {}

  /** All changes as they came. */
  public get changes(): readonly RowChangeOfTarget[] {
    return this.all;
  }

  /** In the order that is the least likely to meet a unique index: rows that go make room for those that come. */
  public get parts(): WavePart[] {
    const of = (kind: 'insert' | 'delete', rows: readonly RowChangeOfTarget[]): WavePart[] =>
      (rows.length === 0 ? [] : [{ kind, columns: this.table.columns.map((_, at) => at), movesKey: false, rows }]);
    return [
      ...of('delete', this.deletes),
      ...[...this.updates.values()].map((update): WavePart => ({ kind: 'update', ...update })),
      ...of('insert', this.inserts),
    ];
  }

  /** @returns whether the change is in; otherwise it is for the next wave */
  public add(change: RowChangeOfTarget): boolean {
    const { key } = this.table;
    if (key.length === 0) return this.addKeyless(change);
    const text = change.kind === 'insert' ? keyText(key.map((at) => change.values[at])) : keyText(change.oldKey);
    if (change.movesKey) {
      const moved = keyText(key.map((at) => change.values[at]));
      if (this.places.has(text) || this.places.has(moved)) return false;
      const place = this.append(change);
      this.places.set(text, place).set(moved, place);
      return true;
    }
    const before = this.places.get(text);
    if (before !== undefined) return this.follow(before, change);
    this.places.set(text, this.append(change));
    return true;
  }

  /** Rows without a key can only be inserted side by side. */
  private addKeyless(change: RowChangeOfTarget): boolean {
    if (this.all.length > 0 && (change.kind !== 'insert' || this.inserts.length === 0)) return false;
    this.append(change);
    return true;
  }

  /** Makes an update one with what the same row has become before. */
  private follow(
    { rows, at, columns }: { rows: RowChangeOfTarget[]; at: number; columns: string }, change: RowChangeOfTarget,
  ): boolean {
    const before = rows[at]!;
    if (change.kind !== 'update' || before.kind === 'delete' || before.movesKey) return false;
    if (before.kind === 'update' && columns !== columnsText(setColumns(this.table, change))) return false;
    const values = before.kind === 'update' ? change.values
      : before.values.map((value, i): RowValue => (change.values[i] === undefined ? value : change.values[i]));
    rows[at] = { ...before, values };
    this.all.push(change);
    return true;
  }

  private append(change: RowChangeOfTarget): { rows: RowChangeOfTarget[]; at: number; columns: string } {
    this.all.push(change);
    if (change.kind !== 'update') {
      const rows = change.kind === 'insert' ? this.inserts : this.deletes;
      return { rows, at: rows.push(change) - 1, columns: '' };
    }
    const columns = setColumns(this.table, change);
    const text = columnsText(columns);
    const group = `${change.movesKey ? 'moves ' : ''}${text}`;
    let update = this.updates.get(group);
    if (update === undefined) this.updates.set(group, (update = { columns, movesKey: change.movesKey, rows: [] }));
    return { rows: update.rows, at: update.rows.push(change) - 1, columns: text };
  }
}

const columnsText = (columns: readonly number[]): string => columns.join();

/** The columns that an update sets: those that were sent, and of the key only when it changes. */
function setColumns({ columns, key }: TargetTable, { values, movesKey }: RowChangeOfTarget): number[] {
  const set: number[] = [];
  for (let at = 0; at < columns.length; at++) {
    if (values[at] !== undefined && !columns[at]!.isIdentity && (movesKey || !key.includes(at))) set.push(at);
  }
  return set;
}
