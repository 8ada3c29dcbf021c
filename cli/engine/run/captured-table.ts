import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { codeOf } from '../../errors';
import { asText } from '../columns/postgres-types';
import type { TablePlan } from '../plan/table-plan';
import type { SourceColumn } from '../source/catalog';
import { quotedName } from '../source/names';
import type { Relation, RowChange, Tuple } from '../source/pgoutput';
import { NULL_FIELD, UNCHANGED_FIELD, tupleText } from '../source/pgoutput';
import { expressionInputs } from '../target/table-batch';

/** One row that goes into a file of changes. */
export interface CapturedRow {
  readonly op: 'I' | 'U' | 'D';
  readonly tuple: Tuple;
}

/** The table has lost its name or the column since: there is nothing to look up any more. */
const GONE = ['42P01', '42703'];

/** A table as the stream shows it: which field of a tuple is which column. */
export class CapturedTable {
  /** The field of each source column; those that the stream leaves out follow those that it sends. */
  public readonly fieldOf: ReadonlyMap<string, number>;
  private readonly keyFields: readonly number[];
  /** Generated columns that the plan needs. */
  private readonly generated: readonly SourceColumn[];

  public constructor(public readonly plan: TablePlan, private readonly relation: Relation) {
    const used = usedColumns(plan);
    this.generated = plan.source.columns.filter(({ name, generation }) => generation !== null && used.has(name));
    this.fieldOf = new Map([...relation.columns, ...this.generated].map(({ name }, field) => [name, field]));
    this.keyFields = plan.source.key.flatMap((column) => this.fieldOf.get(column) ?? []);
  }

  /**
   * The rows that a change becomes. An UPDATE that moves a row to another key becomes the end of the old key and the
   * beginning of the new one, so that the last state of every key stays that of the source (docs/fidelity.md).
   */
  public async rowsOf(change: RowChange, source: () => Promise<Client>): Promise<CapturedRow[]> {
    const { kind, before, after } = change;
    if (kind === 'delete') return [{ op: 'D', tuple: this.widened(before!) }];
    const tuple = await this.withGenerated(await this.completed(after!, before, source), source);
    if (kind === 'insert') return [{ op: 'I', tuple }];
    if (before !== undefined && this.keyFields.some((field) => tupleText(before, field) !== tupleText(after!, field))) {
      return [{ op: 'D', tuple: this.widened(this.keyOnly(before)) }, { op: 'I', tuple }];
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
   * Fills in the long (TOASTed) values that an UPDATE left alone, which the stream does not carry: from the old row
   * when it came whole, else from the source itself. A row that is gone by now has its DELETE further down the stream.
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
      text: `SELECT ${columns.map((column) => asText(escapeIdentifier(column))).join(', ')} FROM ONLY ${quotedName(this.plan.source)} WHERE ${condition}`,
      values: key,
      rowMode: 'array',
    }).catch((error: unknown) => {
      if (GONE.includes(codeOf(error) ?? '')) return { rows: [] };
      throw error;
    });
    return rows[0] ?? [];
  }

  /** The source computes its generated columns once more, from the values that the stream carried. */
  private async withGenerated(tuple: Tuple, source: () => Promise<Client>): Promise<Tuple> {
    if (this.generated.length === 0) return tuple;
    const { columns } = this.relation;
    const sqlTypes = new Map(this.plan.source.columns.map(({ name, declared }) => [name, declared.sql]));
    const row = columns.map(({ name }, i) => `$${i + 1}::${sqlTypes.get(name) ?? 'text'} AS ${escapeIdentifier(name)}`);
    const client = await source();
    const { rows } = await client.query<(string | null)[]>({
      text: `SELECT ${this.generated.map(({ generation }) => asText(`(${generation})`)).join(', ')} FROM (SELECT ${row.join(', ')}) AS row`,
      values: columns.map((_, field) => tupleText(tuple, field)),
      rowMode: 'array',
    });
    return withValues(this.widened(tuple), new Map(rows[0]!.map((value, i) => [columns.length + i, value])));
  }

  /** Room for the generated columns, null as long as nobody fills it. */
  private widened(tuple: Tuple): Tuple {
    if (this.generated.length === 0) return tuple;
    const fields = this.relation.columns.length + this.generated.length;
    const starts = new Int32Array(fields).fill(NULL_FIELD);
    const ends = new Int32Array(fields);
    starts.set(tuple.starts);
    ends.set(tuple.ends);
    return { ...tuple, starts, ends };
  }

  private keyOnly(row: Tuple): Tuple {
    const starts = row.starts.map((start, field) => (this.keyFields.includes(field) ? start : NULL_FIELD));
    return { ...row, starts };
  }
}

/** The source columns that reach the lake, or that something in the plan looks at. */
function usedColumns(plan: TablePlan): ReadonlySet<string> {
  return new Set([
    ...plan.copied.map(({ source }) => source),
    ...expressionInputs(plan),
    ...plan.filters.flat().map((filter) => filter['column-name']),
  ]);
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
