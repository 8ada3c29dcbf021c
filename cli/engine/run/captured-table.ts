import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { asText } from '../columns/postgres-types';
import type { TablePlan } from '../plan/table-plan';
import { quotedName } from '../source/names';
import type { Relation, RowChange, Tuple } from '../source/pgoutput';
import { NULL_FIELD, UNCHANGED_FIELD, tupleText } from '../source/pgoutput';

/** One row that goes into a file of changes. */
export interface CapturedRow {
  readonly op: 'I' | 'U' | 'D';
  readonly tuple: Tuple;
}

/** A table as the stream shows it: which field of a tuple is which column. */
export class CapturedTable {
  /** The field of each source column. */
  public readonly fieldOf: ReadonlyMap<string, number>;
  private readonly keyFields: readonly number[];

  public constructor(public readonly plan: TablePlan, private readonly relation: Relation) {
    this.fieldOf = new Map(relation.columns.map((column, field) => [column.name, field]));
    this.keyFields = plan.source.key.flatMap((column) => this.fieldOf.get(column) ?? []);
  }

  /**
   * The rows that a change becomes. An UPDATE that moves a row to another key becomes the end of the old key and the
   * beginning of the new one, so that the last state of every key stays that of the source (docs/fidelity.md).
   */
  public async rowsOf(change: RowChange, source: () => Promise<Client>): Promise<CapturedRow[]> {
    const { kind, before, after } = change;
    if (kind === 'delete') return [{ op: 'D', tuple: before! }];
    const tuple = await this.completed(after!, before, source);
    if (kind === 'insert') return [{ op: 'I', tuple }];
    if (before !== undefined && this.keyFields.some((field) => tupleText(before, field) !== tupleText(after!, field))) {
      return [{ op: 'D', tuple: this.keyOnly(before) }, { op: 'I', tuple }];
    }
    return [{ op: 'U', tuple }];
  }

  /** A row's text by column name, as filters see it: a delete knows only its key. */
  public textOf({ op, tuple }: CapturedRow): (column: string) => string | null | undefined {
    return (column) => {
      const field = this.fieldOf.get(column);
      if (field === undefined) return undefined;
      const known = op !== 'D' || this.plan.source.fullIdentity || this.keyFields.includes(field);
      return known ? tupleText(tuple, field) : undefined;
    };
  }

  /**
   * Fills in the long (TOASTed) values that an UPDATE left alone, which the stream does not carry: from the old row when
   * it came whole, else from the source itself. A row that is gone by now has its DELETE further down the stream.
   */
  private async completed(after: Tuple, before: Tuple | undefined, source: () => Promise<Client>): Promise<Tuple> {
    const missing = this.relation.columns.filter((_, field) => after.starts[field] === UNCHANGED_FIELD);
    if (missing.length === 0) return after;
    const values = this.plan.source.fullIdentity && before !== undefined
      ? missing.map((column) => tupleText(before, this.fieldOf.get(column.name)!))
      : await this.lookUp(missing.map((column) => column.name), after, await source());
    return withValues(after, new Map(missing.map((column, i) => [this.fieldOf.get(column.name)!, values[i]])));
  }

  private async lookUp(columns: readonly string[], row: Tuple, client: Client): Promise<(string | null | undefined)[]> {
    const key = this.keyFields.map((field) => tupleText(row, field));
    const condition = this.plan.source.key.map((column, i) => `${escapeIdentifier(column)} = $${i + 1}`).join(' AND ');
    const { rows } = await client.query<(string | null)[]>({
      text: `SELECT ${columns.map((column) => asText(escapeIdentifier(column))).join(', ')} FROM ${quotedName(this.plan.source)} WHERE ${condition}`,
      values: key,
      rowMode: 'array',
    });
    return rows[0] ?? [];
  }

  private keyOnly(row: Tuple): Tuple {
    const starts = row.starts.map((start, field) => (this.keyFields.includes(field) ? start : NULL_FIELD));
    return { ...row, starts };
  }
}

function withValues(tuple: Tuple, values: ReadonlyMap<number, string | null | undefined>): Tuple {
  const starts = Int32Array.from(tuple.starts);
  const ends = Int32Array.from(tuple.ends);
  const parts: Buffer[] = [tuple.buffer];
  let length = tuple.buffer.length;
  for (const [field, value] of values) {
    if (value === null || value === undefined) {
      starts[field] = NULL_FIELD;
      continue;
    }
    const bytes = Buffer.from(value);
    parts.push(bytes);
    starts[field] = length;
    length += bytes.length;
    ends[field] = length;
  }
  return { buffer: Buffer.concat(parts, length), starts, ends };
}
