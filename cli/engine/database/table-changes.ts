import type { Tuple } from '../source/pgoutput';
import type { ChangeOrigin, Operation, TupleFields } from '../target/table-batch';
import type { ChangeSink } from '../target/table-file';
import { ChangeWave } from './change-wave';
import type { RowChangeOfTarget } from './row-change';
import type { RowValue, RowValues } from './row-values';
import type { TargetTable } from './target-table';

/** What the tables share: the transaction that is being read. */
export interface OpenTransaction {
  /** Its changes in their order. */
  readonly changes: { readonly table: TableChanges; readonly change: RowChangeOfTarget }[];
  /** Characters of their values. */
  changeBytes: number;
  /** Whether there are more than should wait. */
  readonly isFull: boolean;
  /** Makes them, without an end of the transaction. */
  spill(): Promise<void>;
}

const KINDS = { I: 'insert', U: 'update', D: 'delete' } as const;

/** The changes of one table that wait. */
export class TableChanges implements ChangeSink {
  /** Those of whole transactions, to be made one wave after the other. */
  public waves: ChangeWave[] = [];

  public constructor(
    public readonly table: TargetTable, public readonly rows: RowValues, private readonly transaction: OpenTransaction,
  ) {}

  public get byteLength(): number {
    return 0;
  }

  public get isFull(): boolean {
    return this.transaction.isFull;
  }

  public writeOut(): Promise<void> {
    return this.transaction.spill();
  }

  public appendChange(
    op: Operation, row: Tuple, before: Tuple | undefined, fields: TupleFields, origin: ChangeOrigin,
  ): void {
    const { key } = this.table;
    const values = this.written(this.rows.ofChange(op, row, before, fields, origin));
    if (op === 'I') {
      this.push('insert', values, [], false);
      return;
    }
    const known = op === 'D' || before === undefined ? values : this.written(this.rows.copiedOf(before, fields.copied));
    const oldKey = key.length === 0 ? this.sent(known) : key.map((at) => known[at]);
    if (op === 'D' && this.flagsDeletes) {
      this.push('update', this.flagged(values), oldKey, false);
      return;
    }
    const movesKey = op === 'U' && before !== undefined
      && key.some((at) => known[at] !== values[at] && values[at] !== undefined);
    this.push(KINDS[op], op === 'D' ? [] : values, oldKey, movesKey);
  }

  /** Takes over a change of a transaction that is whole. */
  public add(change: RowChangeOfTarget): void {
    if (this.waves.at(-1)?.add(change) === true) return;
    const wave = new ChangeWave(this.table);
    wave.add(change);
    this.waves.push(wave);
  }

  private push(
    kind: RowChangeOfTarget['kind'], values: readonly RowValue[], oldKey: readonly RowValue[], movesKey: boolean,
  ): void {
    this.transaction.changes.push({ table: this, change: { kind, values, oldKey, movesKey } });
    for (const value of values) this.transaction.changeBytes += value?.length ?? 0;
  }

  /** `operation_indicator`: a row that is deleted at the source stays and is flagged. */
  private get flagsDeletes(): boolean {
    return this.table.plan.computed.some(({ expression }) => expression.flagsOperations);
  }

  private flagged(values: readonly RowValue[]): RowValue[] {
    const { computed } = this.table.plan;
    const flags = computed.filter(({ expression }) => expression.flagsOperations).map(({ name }) => name);
    return this.table.columns.map(({ name }, at) => (flags.includes(name) ? values[at] : undefined));
  }

  /** What the stream tells of an old row: nothing of what the source computes. */
  private sent(values: readonly RowValue[]): RowValue[] {
    const { columns, plan } = this.table;
    const computed = plan.source.columns.filter(({ generation }) => generation !== null).map(({ name }) => name);
    const names = plan.copied.filter(({ source }) => computed.includes(source)).map(({ name }) => name);
    return columns.map(({ name }, at) => (names.includes(name) ? undefined : values[at]));
  }

  /** Those that the target does not compute itself. */
  private written(values: readonly RowValue[]): readonly RowValue[] {
    const { places } = this.table;
    return places.length === values.length ? values : places.map((at) => values[at]);
  }
}
