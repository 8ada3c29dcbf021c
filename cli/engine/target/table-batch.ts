import type { Column } from '../columns/column';
import { StringColumn } from '../columns/strings';
import type { ColumnSchema, ColumnVector } from '../parquet/schema';
import type { RowHeader } from '../plan/expression';
import { sqliteValue } from '../plan/expression';
import type { TablePlan } from '../plan/table-plan';
import type { CopyRow } from '../source/copy';
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

/** Rows of one table on their way into a file: column by column, as the file has them. */
export class TableBatch {
  /** The columns that a file of such rows has. */
  public readonly schema: readonly ColumnSchema[];
  /** Bytes of the fields taken in since the last `take`, as the source sent them. */
  public received = 0;
  private readonly op: StringColumn | undefined;
  private readonly timestamp: StringColumn | undefined;
  private readonly copied: readonly Column[];
  private readonly computed: readonly Column[];
  private readonly all: readonly Column[];
  /** Source columns that expressions need: they travel as text behind the copied ones. */
  private readonly inputs: readonly string[];

  public constructor(private readonly plan: TablePlan, metadata: MetadataColumns) {
    this.op = metadata.op ? new StringColumn() : undefined;
    this.timestamp = metadata.timestampColumn === undefined ? undefined : new StringColumn();
    this.copied = plan.copied.map((column) => column.type.create());
    this.computed = plan.computed.map((column) => column.create());
    this.inputs = expressionInputs(plan);
    const named: [string, Column | undefined][] = [
      ['Op', this.op],
      [metadata.timestampColumn ?? '', this.timestamp],
      ...plan.copied.map(({ name }, i): [string, Column] => [name, this.copied[i]!]),
      ...plan.computed.map(({ name }, i): [string, Column] => [name, this.computed[i]!]),
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

  /** Appends a row of a full load: the copied columns in their binary form, then the expressions' inputs as text. */
  public appendLoaded({ buffer, starts, ends }: CopyRow, origin: ChangeOrigin): void {
    this.appendMetadata('I', origin);
    for (let i = 0; i < this.copied.length; i++) {
      if (starts[i]! < 0) {
        this.copied[i]!.appendNull();
        continue;
      }
      this.copied[i]!.appendBinary(buffer, starts[i]!, ends[i]!);
      this.received += ends[i]! - starts[i]!;
    }
    if (this.computed.length === 0) return;
    this.appendComputed('I', origin, (column) => {
      const field = this.copied.length + this.inputs.indexOf(column);
      return starts[field]! < 0 ? null : buffer.toString('utf8', starts[field], ends[field]);
    });
  }

  /** Appends a change. @param fieldOf the tuple's field of a source column; -1 when it does not have the column */
  public appendChange(op: Operation, tuple: Tuple, fieldOf: ReadonlyMap<string, number>, origin: ChangeOrigin): void {
    this.appendMetadata(op, origin);
    this.received += tuple.buffer.length;
    for (let i = 0; i < this.copied.length; i++) {
      const field = fieldOf.get(this.plan.copied[i]!.source);
      const start = field === undefined ? NULL_FIELD : tuple.starts[field]!;
      if (start < 0) this.copied[i]!.appendNull();
      else this.copied[i]!.appendText(tuple.buffer, start, tuple.ends[field!]!);
    }
    if (this.computed.length === 0) return;
    this.appendComputed(op, origin, (column) => {
      const field = fieldOf.get(column);
      return field === undefined ? null : (tupleText(tuple, field) ?? null);
    });
  }

  /** Hands the rows over and starts again empty. */
  public take(): ColumnVector[] {
    this.received = 0;
    return this.all.map((column) => column.take());
  }

  private appendMetadata(op: Operation, origin: ChangeOrigin): void {
    this.op?.appendString(op);
    this.timestamp?.appendString(origin.timestamp);
  }

  private appendComputed(op: Operation, origin: ChangeOrigin, text: (column: string) => string | null): void {
    const header: RowHeader = { ...origin, operation: OPERATIONS[op] };
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
