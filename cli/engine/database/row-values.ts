import type { TablePlan } from '../plan/table-plan';
import type { CopiedColumn } from '../plan/columns';
import { sqliteValue } from '../plan/expression';
import type { Tuple } from '../source/pgoutput';
import { NULL_FIELD, UNCHANGED_FIELD } from '../source/pgoutput';
import type { ChangeOrigin, Loss, Operation, TupleFields } from '../target/table-batch';

/** A value as PostgreSQL's output functions write it; `undefined` for one that was not sent: it stays as it is. */
export type RowValue = string | null | undefined;

/** From the text of a source's value to that of the target's. */
type Change = (text: string) => string | null;

const OPERATIONS = { I: 'INSERT', U: 'UPDATE', D: 'DELETE' } as const;

/** Makes rows of the target from what the source sends, by the rules of the task. */
export class RowValues {
  private readonly copied: readonly (Change | undefined)[];
  private readonly before: readonly (Change | undefined)[];
  private readonly lost = new Map<string, { unrepresentable: number; truncated: number }>();

  /** @param lobMaxBytes `LobMaxSize`; infinite in full LOB mode */
  public constructor(private readonly plan: TablePlan, lobMaxBytes: number) {
    this.copied = plan.copied.map((column) => this.changeOf(column, lobMaxBytes));
    this.before = plan.beforeImages.map((column) => this.changeOf(column, lobMaxBytes));
  }

  /** Whether every value goes to the target as it is. */
  public get isPlain(): boolean {
    return [...this.copied, ...this.before].every((change) => change === undefined) && this.plan.computed.length === 0;
  }

  /** What did not arrive whole since this was asked last. */
  public takeLosses(): Loss[] {
    const losses = [...this.lost].map(([column, counts]) => ({ column, ...counts }));
    this.lost.clear();
    return losses;
  }

  /** The copied columns, then the computed ones, then the before images, as the plan has them. */
  public ofChange(
    op: Operation, row: Tuple, before: Tuple | undefined, fields: TupleFields, origin: ChangeOrigin,
  ): RowValue[] {
    const { computed } = this.plan;
    const values = this.copiedOf(row, fields.copied);
    if (computed.length > 0) values.push(...this.computedOf(op, textOf(row, fields), origin));
    for (let i = 0; i < this.before.length; i++) {
      const value = before === undefined ? null : textAt(before, fields.beforeImages[i]!) ?? null;
      values.push(value === null ? null : (this.before[i]?.(value) ?? value));
    }
    return values;
  }

  /** The copied columns alone. */
  public copiedOf(row: Tuple, places: Int32Array): RowValue[] {
    const values: RowValue[] = new Array<RowValue>(this.copied.length);
    for (let i = 0; i < this.copied.length; i++) {
      const text = textAt(row, places[i]!);
      const change = this.copied[i];
      values[i] = change === undefined || typeof text !== 'string' ? text : change(text);
    }
    return values;
  }

  /** A row of a load. @param text the value of a source column */
  public ofLoad(text: (column: string) => string | null, origin: ChangeOrigin): (string | null)[] {
    return [
      ...this.plan.copied.map(({ source }, i) => {
        const value = text(source);
        const change = this.copied[i];
        return value === null || change === undefined ? value : change(value);
      }),
      ...this.computedOf('I', text, origin),
      ...this.plan.beforeImages.map(() => null),
    ];
  }

  private computedOf(op: Operation, text: (column: string) => string | null, origin: ChangeOrigin): (string | null)[] {
    const { timestamp, streamPosition, changeSequence } = origin;
    const header = { timestamp, streamPosition, changeSequence, operation: OPERATIONS[op] };
    return this.plan.computed.map(({ name, expression, type }) => {
      const value = expression.evaluate((column) => sqliteValue(text(column), this.plan.typeOf(column)), header);
      if (value === null) return null;
      const written = value.isBlob ? `\\x${value.bytes.toString('hex')}` : value.bytes.toString();
      return type.family === 'text' && type.length !== undefined ? this.cut(name, written, type.length) : written;
    });
  }

  private changeOf({ name, type }: CopiedColumn, lobMaxBytes: number): Change | undefined {
    const { changed, dms } = type;
    const limit = changed?.type?.family === 'text' ? changed.type.length : limitOf(dms, lobMaxBytes);
    const cuts = limit !== undefined && limit !== Infinity;
    if (changed === undefined) return cuts ? (text) => this.cut(name, text, limit) : undefined;
    return (text) => {
      const value = changed.text(text);
      if (value !== undefined) return cuts ? this.cut(name, value, limit) : value;
      this.count(name).unrepresentable++;
      return null;
    };
  }

  /** PostgreSQL counts characters, JavaScript halves of some. */
  private cut(column: string, text: string, limit: number): string {
    if (text.length <= limit) return text;
    const characters = [...text];
    if (characters.length <= limit) return text;
    this.count(column).truncated++;
    return characters.slice(0, limit).join('');
  }

  private count(column: string): { unrepresentable: number; truncated: number } {
    const counts = this.lost.get(column) ?? { unrepresentable: 0, truncated: 0 };
    this.lost.set(column, counts);
    return counts;
  }
}

/** Characters of its text that a LOB may have: an NCLOB has two bytes for each, a BLOB is written as `\x…`. */
export function limitOf(dms: string, lobMaxBytes: number): number | undefined {
  if (!dms.endsWith('LOB') || lobMaxBytes === Infinity) return undefined;
  return dms === 'BLOB' ? 2 + 2 * lobMaxBytes : Math.floor(lobMaxBytes / 2);
}

function textAt({ buffer, fields, starts, ends }: Tuple, field: number): RowValue {
  const start = field >= 0 && field < fields ? starts[field]! : NULL_FIELD;
  if (start === NULL_FIELD) return null;
  return start === UNCHANGED_FIELD ? undefined : buffer.toString('utf8', start, ends[field]);
}

const textOf = (row: Tuple, fields: TupleFields) => (column: string): string | null =>
  textAt(row, fields.of.get(column) ?? -1) ?? null;
