import type { Column } from '../columns/column';
import { StringColumn } from '../columns/strings';
import type { ColumnSchema, ColumnVector } from '../parquet/schema';
import type { RowHeader } from '../plan/expression';
import { sqliteValue } from '../plan/expression';
import type { TablePlan } from '../plan/table-plan';
import type { CopyBlock } from '../columns/copy-block';
import type { Tuple } from '../source/pgoutput';
import { NULL_FIELD, tupleText } from '../source/pgoutput';

/** The columns that DMS puts before those of the table. */
export interface MetadataColumns {
  /** An `Op` column. */
  readonly op: boolean;
  /** `TimestampColumnName` */
  readonly timestampColumn: string | undefined;
}

export type Operation = 'I' | 'U' | 'D';

const OPERATIONS = { I: 'INSERT', U: 'UPDATE', D: 'DELETE' } as const;

/** Values of one column that a file holds as null, because its type has no such value, or cut to its length. */
export interface Loss {
  readonly column: string;
  readonly unrepresentable: number;
  readonly truncated: number;
}

/** Where a change came from. */
export interface ChangeOrigin {
  /** `yyyy-MM-dd HH:mm:ss.SSSSSS`, UTC: the commit's time, or that of the transfer in a full load. */
  readonly timestamp: string;
  readonly streamPosition: string;
  readonly changeSequence: string;
}

/** Which fields of a change's rows are the columns of a plan; -1 for those that the rows do not have. */
export interface TupleFields {
  /** Of the copied columns. */
  readonly copied: Int32Array;
  /** Of the before-image columns. */
  readonly beforeImages: Int32Array;
  /** Of the columns of the source. */
  readonly of: ReadonlyMap<string, number>;
}

/** Rows of one table on their way into a file: column by column, as the file has them. */
export class TableBatch {
  /** The columns that a file of such rows has. */
  public readonly schema: readonly ColumnSchema[];
  /** Bytes taken in since the last `take`, as the source sent them; within a block of a load, each row's share. */
  public received = 0;
  private readonly op: StringColumn | undefined;
  private readonly timestamp: StringColumn | undefined;
  private readonly copied: readonly Column[];
  private readonly computed: readonly Column[];
  private readonly before: readonly Column[];
  private readonly all: readonly Column[];
  /** Source columns that expressions need: they travel as text behind the copied ones. */
  private readonly inputs: readonly string[];

  public constructor(private readonly plan: TablePlan, metadata: MetadataColumns) {
    this.op = metadata.op ? new StringColumn() : undefined;
    this.timestamp = metadata.timestampColumn === undefined ? undefined : new StringColumn();
    this.copied = plan.copied.map((column) => column.type.create());
    this.computed = plan.computed.map((column) => column.create());
    this.before = plan.beforeImages.map((column) => column.type.create());
    this.inputs = expressionInputs(plan);
    const named: [string, Column | undefined][] = [
      ['Op', this.op],
      [metadata.timestampColumn ?? '', this.timestamp],
      ...plan.copied.map(({ name }, i): [string, Column] => [name, this.copied[i]!]),
      ...plan.computed.map(({ name }, i): [string, Column] => [name, this.computed[i]!]),
      ...plan.beforeImages.map(({ name }, i): [string, Column] => [name, this.before[i]!]),
    ];
    const present = named.filter((entry): entry is [string, Column] => entry[1] !== undefined);
    this.all = present.map(([, column]) => column);
    this.schema = present.map(([name, { type }]) => ({ name, type }));
  }

  public get rows(): number {
    return this.all[0]?.length ?? 0;
  }

  public get byteLength(): number {
    return this.all.reduce((sum, column) => sum + column.byteLength, 0);
  }

  /** What did not reach the file whole, by target column; empty when everything did. */
  public losses(): Loss[] {
    return this.all
      .map(({ unrepresentable, truncated }, i) => ({ column: this.schema[i]!.name, unrepresentable, truncated }))
      .filter(({ unrepresentable, truncated }) => unrepresentable + truncated > 0);
  }

  /** Appends rows `[from, to)` of a load: the copied columns in their binary form, then expressions' inputs as text. */
  public appendLoaded(block: CopyBlock, from: number, to: number, origin: ChangeOrigin): void {
    this.op?.appendString('I', to - from);
    this.timestamp?.appendString(origin.timestamp, to - from);
    this.received += (block.size * (to - from)) / block.rows;
    for (const column of this.before) column.appendNulls(to - from);
    for (let i = 0; i < this.copied.length; i++) this.copied[i]!.appendBinary(block, block.fields[i]!, from, to);
    if (this.computed.length === 0) return;
    for (let row = from; row < to; row++) {
      this.appendComputed('I', origin, (column) => {
        const { starts, ends } = block.fields[this.copied.length + this.inputs.indexOf(column)]!;
        return starts[row]! < 0 ? null : block.bytes.toString('utf8', starts[row], ends[row]);
      });
    }
  }

  /** Appends a change. @param before the row as it was, as far as it is known */
  public appendChange(
    op: Operation, row: Tuple, before: Tuple | undefined, fields: TupleFields, origin: ChangeOrigin,
  ): void {
    this.appendMetadata(op, origin);
    this.appendText(this.copied, row, fields.copied);
    if (before !== undefined) this.appendText(this.before, before, fields.beforeImages);
    else for (const column of this.before) column.appendNull();
    if (this.computed.length === 0) return;
    this.appendComputed(op, origin, (column) => {
      const field = fields.of.get(column);
      return field === undefined ? null : (tupleText(row, field) ?? null);
    });
  }

  /** Hands the rows over and starts again empty. */
  public take(): ColumnVector[] {
    this.received = 0;
    return this.all.map((column) => column.take());
  }

  private appendText(columns: readonly Column[], { buffer, fields, starts, ends }: Tuple, places: Int32Array): void {
    for (let i = 0; i < columns.length; i++) {
      const field = places[i]!;
      const start = field >= 0 && field < fields ? starts[field]! : NULL_FIELD;
      if (start < 0) {
        columns[i]!.appendNull();
        continue;
      }
      columns[i]!.appendText(buffer, start, ends[field]!);
      this.received += ends[field]! - start;
    }
  }

  private appendMetadata(op: Operation, origin: ChangeOrigin): void {
    this.op?.appendString(op);
    this.timestamp?.appendString(origin.timestamp);
  }

  private appendComputed(op: Operation, origin: ChangeOrigin, text: (column: string) => string | null): void {
    const { timestamp, streamPosition, changeSequence } = origin;
    const header: RowHeader = { timestamp, streamPosition, changeSequence, operation: OPERATIONS[op] };
    this.plan.computed.forEach(({ expression }, i) => {
      const value = expression.evaluate((column) => sqliteValue(text(column), this.plan.typeOf(column)), header);
      if (value === null) this.computed[i]!.appendNull();
      else this.computed[i]!.appendComputed(value.bytes, value.isBlob);
    });
  }
}

/** The source columns that the expressions of a table need. */
export function expressionInputs(plan: TablePlan): readonly string[] {
  return [...new Set(plan.computed.flatMap(({ expression }) => expression.columns))];
}
