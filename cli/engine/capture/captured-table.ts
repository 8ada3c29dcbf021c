import type { Client } from 'pg';
import type { TablePlan } from '../plan/table-plan';
import type { Relation, RowChange, Tuple } from '../source/pgoutput';
import { NULL_FIELD, UNCHANGED_FIELD, tupleText } from '../source/pgoutput';
import type { Operation, TupleFields } from '../target/table-batch';
import { expressionInputs } from '../target/table-batch';
import type { ChangeSink } from '../target/table-file';
import { MissingValues } from './missing-values';
import type { TableStatistics } from '../task/statistics';

/** Takes a row that goes into the target. @param before the row as it was, as far as it is known */
export type TakeRow = (table: CapturedTable, op: Operation, row: Tuple, before: Tuple | undefined) => void;

/** A table as the stream shows it: which field of a tuple is which column, and what its changes become. */
export class CapturedTable {
  public readonly fields: TupleFields;
  /** What takes the changes of a transaction, and that transaction. */
  public sink: ChangeSink | undefined;
  public sinkOf: object | undefined;
  /** Changes of the transaction that is being read, and that transaction. */
  public readonly counts = { inserts: 0, updates: 0, deletes: 0 };
  public countsOf: object | undefined;
  private readonly missing: MissingValues;
  private readonly keyFields: readonly number[];
  /** The fields whose values are needed. */
  private readonly usedFields: Int32Array;

  public constructor(
    public readonly plan: TablePlan,
    public readonly statistics: TableStatistics,
    relation: Relation,
    source: () => Promise<Client>,
    /** Whether rows are changed where they are: what an UPDATE left alone is there, and keys can be changed. */
    private readonly inPlace: boolean,
  ) {
    this.missing = new MissingValues(plan, relation, usedColumns(plan), source);
    const { generated } = this.missing;
    const of = new Map([...relation.columns, ...generated].map(({ name }, field) => [name, field]));
    const sent = relation.columns.length;
    const fieldOf = (column: string): number => of.get(column) ?? -1;
    const fieldsOf = (columns: readonly string[]): Int32Array => Int32Array.from(columns, fieldOf);
    this.fields = {
      of,
      copied: fieldsOf(plan.copied.map(({ source }) => source)),
      beforeImages: fieldsOf(plan.beforeImages.map(({ source, isVoid }) => (isVoid ? '' : source))),
    };
    this.keyFields = plan.source.key.flatMap((column) => of.get(column) ?? []);
    // What a generated column is computed from is not known.
    this.usedFields = (generated.length > 0 ? Int32Array.from({ length: sent }, (_, field) => field)
      : fieldsOf([...(inPlace ? seenColumns(plan) : usedColumns(plan))])).filter((field) => field >= 0);
  }

  /**
   * Whether values of a change have to be asked for: generated ones, and long (TOASTed) ones that an UPDATE left alone.
   * Of the latter, those that came with the old row are taken from there.
   */
  public lacksValues({ after, before }: RowChange): boolean {
    if (after === undefined) return false;
    const { starts, ends } = after;
    let lacks = this.missing.generated.length > 0;
    for (let i = 0; i < this.usedFields.length; i++) {
      const field = this.usedFields[i]!;
      if (starts[field] !== UNCHANGED_FIELD) continue;
      if (before !== undefined && this.isKnown(field)) {
        starts[field] = before.starts[field]!;
        ends[field] = before.ends[field]!;
      } else {
        lacks = true;
      }
    }
    return lacks;
  }

  /** The new rows of changes with all of their values. @param rows copies of theirs */
  public async completed(rows: readonly Tuple[]): Promise<readonly Tuple[]> {
    return this.missing.filledIn(rows);
  }

  /**
   * Hands over the rows that a change becomes. An UPDATE that moves a row to another key becomes the end of the old key
   * and the beginning of the new one, so that the last state of every key stays that of the source (docs/fidelity.md).
   *
   * @param after the new row, when it is another than that of the change
   */
  public rowsOf({ kind, before, after: sent }: RowChange, after: Tuple | undefined, take: TakeRow): void {
    if (kind === 'delete') {
      take(this, 'D', before!, before);
      return;
    }
    const row = after ?? sent!;
    if (kind === 'insert') {
      take(this, 'I', row, undefined);
    } else if (!this.inPlace && before !== undefined && this.hasOtherKey(row, before)) {
      take(this, 'D', this.keyOnly(before), before);
      take(this, 'I', row, undefined);
    } else {
      // Without an old row in the stream the old key is known all the same: it is the new one.
      take(this, 'U', row, before ?? (this.plan.beforeImages.length > 0 ? this.keyOnly(row) : undefined));
    }
  }

  /** A row's text by column name, as filters see it: a delete knows only its key. */
  public textOf(op: Operation, tuple: Tuple): (column: string) => string | null | undefined {
    return (column) => {
      const field = this.fields.of.get(column);
      if (field === undefined) return undefined;
      return op !== 'D' || this.isKnown(field) ? tupleText(tuple, field) : undefined;
    };
  }

  /** Whether old rows have a field. */
  private isKnown(field: number): boolean {
    return this.plan.source.fullIdentity || this.keyFields.includes(field);
  }

  private hasOtherKey(row: Tuple, before: Tuple): boolean {
    return this.keyFields.some((field) => row.buffer.compare(
      before.buffer, before.starts[field], before.ends[field], row.starts[field], row.ends[field],
    ) !== 0);
  }

  private keyOnly(row: Tuple): Tuple {
    const starts = new Int32Array(row.fields).fill(NULL_FIELD);
    for (const field of this.keyFields) starts[field] = row.starts[field]!;
    return { ...row, starts };
  }
}

/** The source columns that reach the target, or that something in the plan looks at. */
function usedColumns(plan: TablePlan): ReadonlySet<string> {
  return new Set([...plan.copied.map(({ source }) => source), ...seenColumns(plan)]);
}

/** The source columns that something in the plan looks at. */
function seenColumns(plan: TablePlan): ReadonlySet<string> {
  return new Set([
    ...expressionInputs(plan),
    ...plan.filters.flat().map((filter) => filter['column-name']),
    ...plan.source.key,
  ]);
}
