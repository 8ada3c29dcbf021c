import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { codeOf } from '../../errors';
import { asText } from '../columns/postgres-types';
import type { TablePlan } from '../plan/table-plan';
import type { SourceColumn } from '../source/catalog';
import { quotedName } from '../source/names';
import type { Relation, Tuple } from '../source/pgoutput';
import { NULL_FIELD, UNCHANGED_FIELD, tupleText } from '../source/pgoutput';

/** How many rows are asked for at once: their values may be long, and all of them are in memory together. */
export const ROWS_AT_ONCE = 100;

/** The table has lost its name or the column since: there is nothing to look up any more. */
const GONE = ['42P01', '42703'];

type Value = string | null;

/** The values of a table that the stream leaves out, asked for from the source: for many rows with one query. */
export class MissingValues {
  /** The generated columns that the plan needs: their fields follow those that the stream sends. */
  public readonly generated: readonly SourceColumn[];

  public constructor(
    private readonly plan: TablePlan,
    private readonly relation: Relation,
    used: ReadonlySet<string>,
    private readonly source: () => Promise<Client>,
  ) {
    this.generated = plan.source.columns.filter(({ name, generation }) => generation !== null && used.has(name));
  }

  /** The rows with the values that the stream left out. */
  public async filledIn(rows: readonly Tuple[]): Promise<readonly Tuple[]> {
    const whole = await this.withUnchanged(rows);
    return this.generated.length === 0 ? whole : this.withGenerated(whole);
  }

  /**
   * Fills in the long (TOASTed) values that an UPDATE left alone, as the source has them now. A row that is gone by now
   * has its DELETE further down the stream: null until then.
   */
  private async withUnchanged(rows: readonly Tuple[]): Promise<readonly Tuple[]> {
    const isMissing = ({ starts }: Tuple, field: number): boolean => starts[field] === UNCHANGED_FIELD;
    const lacking = rows.filter((row) => row.starts.includes(UNCHANGED_FIELD));
    if (lacking.length === 0) return rows;
    const { columns } = this.relation;
    const fields = columns.flatMap((_, field) => (lacking.some((row) => isMissing(row, field)) ? [field] : []));
    const found = await this.lookUp(fields.map((field) => columns[field]!.name), lacking);
    return rows.map((row) => {
      const values = found.get(lacking.indexOf(row));
      return withValues(row, new Map(fields
        .flatMap((field, i): [number, Value][] => (isMissing(row, field) ? [[field, values?.[i] ?? null]] : []))));
    });
  }

  /** @returns the columns' values by the number of the row */
  private async lookUp(
    columns: readonly string[], rows: readonly Tuple[],
  ): Promise<ReadonlyMap<number, readonly Value[]>> {
    const client = await this.source();
    const { key } = this.plan.source;
    const table = quotedName(this.plan.source);
    const keyFields = key.map((column) => this.relation.columns.findIndex(({ name }) => name === column));
    const names = key.map((_, i) => `k${i}`);
    try {
      // Of what type the key is now: the plan knows what it was when this change was made.
      const types = await client.query<{ name: string; type: string }>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = ANY ($2)`,
        [table, key],
      );
      const typeOf = new Map(types.rows.map(({ name, type }) => [name, type]));
      const matches = key.map((column, i) =>
        `t.${escapeIdentifier(column)} = wanted.k${i}::${typeOf.get(column) ?? 'text'}`);
      const { rows: found } = await client.query<[string, ...Value[]]>({
        text: `SELECT wanted.n, ${columns.map((column) => asText(`t.${escapeIdentifier(column)}`)).join(', ')}
          FROM unnest(${names.map((_, i) => `$${i + 1}::text[]`).join(', ')}) WITH ORDINALITY AS wanted(${names.join(', ')}, n)
          JOIN ONLY ${table} AS t ON ${matches.join(' AND ')}`,
        values: keyFields.map((field) => rows.map((row) => tupleText(row, field))),
        rowMode: 'array',
      });
      return new Map(found.map(([n, ...values]) => [Number(n) - 1, values]));
    } catch (error) {
      if (GONE.includes(codeOf(error) ?? '')) return new Map();
      throw error;
    }
  }

  /** The source computes its generated columns once more, from the values that the stream carried. */
  private async withGenerated(rows: readonly Tuple[]): Promise<readonly Tuple[]> {
    const { columns } = this.relation;
    const sqlTypes = new Map(this.plan.source.columns.map(({ name, declared }) => [name, declared.sql]));
    const row = columns.map(({ name }, i) => `sent.c${i}::${sqlTypes.get(name) ?? 'text'} AS ${escapeIdentifier(name)}`);
    const client = await this.source();
    const { rows: computed } = await client.query<Value[]>({
      text: `SELECT ${this.generated.map(({ generation }) => asText(`(${generation})`)).join(', ')}
        FROM (SELECT sent.n AS "dms n", ${row.join(', ')}
          FROM unnest(${columns.map((_, i) => `$${i + 1}::text[]`).join(', ')})
          WITH ORDINALITY AS sent(${columns.map((_, i) => `c${i}`).join(', ')}, n)) AS row ORDER BY "dms n"`,
      values: columns.map((_, field) => rows.map((tuple) => tupleText(tuple, field))),
      rowMode: 'array',
    });
    return rows.map((tuple, i) =>
      withValues(tuple, new Map(computed[i]!.map((value, j) => [columns.length + j, value]))));
  }
}

/** A copy that stays when its tuple has become another one. */
export function copyOf({ buffer, fields, starts, ends }: Tuple): Tuple {
  return { buffer, fields, starts: starts.slice(0, fields), ends: ends.slice(0, fields) };
}

function withValues(tuple: Tuple, values: ReadonlyMap<number, Value>): Tuple {
  if (values.size === 0) return tuple;
  const fields = Math.max(tuple.fields, ...[...values.keys()].map((field) => field + 1));
  const starts = new Int32Array(fields);
  const ends = new Int32Array(fields);
  const parts: Buffer[] = [];
  let length = 0;
  const add = (field: number, bytes: Buffer): void => {
    starts[field] = length;
    length += bytes.length;
    ends[field] = length;
    parts.push(bytes);
  };
  for (let field = 0; field < fields; field++) {
    const value = values.get(field);
    if (value === null) starts[field] = NULL_FIELD;
    else if (value !== undefined) add(field, Buffer.from(value));
    else if (tuple.starts[field]! < 0) starts[field] = tuple.starts[field]!;
    else add(field, tuple.buffer.subarray(tuple.starts[field], tuple.ends[field]));
  }
  return { buffer: Buffer.concat(parts, length), fields, starts, ends };
}
