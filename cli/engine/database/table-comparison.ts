import { createInterface } from 'node:readline';
import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { codeOf, messageOf } from '../../errors';
import { asText } from '../columns/postgres-types';
import type { CopiedColumn } from '../plan/columns';
import { rowQuery } from '../plan/row-query';
import type { TablePlan } from '../plan/table-plan';
import type { Comparison, Difference } from '../validation/compare';
import { limitOf } from './row-values';
import type { TargetTable } from './target-table';
import { keyNames } from './target-table';

/** Differences that are shown; all are counted. */
const EXAMPLES = 5;

/**
 * Compares a table with what a source's transaction sees, by hashes that both servers compute of the same texts. Only
 * when the sums of all hashes differ the rows are looked at one by one.
 */
export async function compareTable(
  source: Client, target: Client, plan: TablePlan, table: TargetTable, lobMaxBytes: number,
): Promise<Comparison> {
  const key = keyNames(plan);
  const columns = plan.copied.filter(({ type, name }) =>
    type.compareAs !== undefined && type.changed === undefined && table.columns.some((column) => column.name === name));
  const ofKey = key.map((name) => columns.find((column) => column.name === name));
  if (plan.key.length === 0 || key.length === 0) {
    return { state: 'No primary key', reason: 'no primary key: DMS replicates no UPDATE and DELETE of it', failed: 0, examples: [] };
  }
  if (ofKey.includes(undefined)) {
    return { state: 'No primary key', reason: 'a column of its key is masked or changed', failed: 0, examples: [] };
  }
  const keyed = ofKey as CopiedColumn[];
  const ofSource = new Side(
    source, columns, keyed, (values) => rowQuery(plan, values), (column) => sourceText(column, lobMaxBytes));
  const ofTarget = new Side(
    target, columns, keyed, (values) => `SELECT ${values.join(', ')} FROM ${table.name}`,
    (column) => targetText(plan, column, table));
  try {
    const [one, other] = await Promise.all([ofSource.sum(), ofTarget.sum()]);
    if (one === other) return { state: 'Validated', failed: 0, examples: [] };
    return await rowByRow(ofSource, ofTarget);
  } catch (error) {
    if (!(codeOf(error) ?? '').startsWith(BAD_DATA)) throw error;
    return { state: 'Not comparable', reason: `its columns have other types in the target (${messageOf(error)})`, failed: 0, examples: [] };
  }
}

/** SQLSTATEs of values that are none of a type. */
const BAD_DATA = '22';

type Problem = 'missing' | 'only' | 'differs';

async function rowByRow(source: Side, target: Side): Promise<Comparison> {
  const [ofSource, ofTarget] = [source.hashes(), target.hashes()];
  const next = async (hashes: AsyncGenerator<RowHash>): Promise<RowHash | undefined> => {
    const { done, value } = await hashes.next() as IteratorResult<RowHash, undefined>;
    return done === true ? undefined : value;
  };
  let [one, other] = [await next(ofSource), await next(ofTarget)];
  const different: { readonly key: string; readonly problem: Problem }[] = [];
  let failed = 0;
  const found = ({ key }: RowHash, problem: Problem): void => {
    failed++;
    if (different.length < EXAMPLES) different.push({ key, problem });
  };
  while (one !== undefined || other !== undefined) {
    if (other === undefined || (one !== undefined && one.key < other.key)) {
      found(one!, 'missing');
      one = await next(ofSource);
    } else if (one === undefined || other.key < one.key) {
      found(other, 'only');
      other = await next(ofTarget);
    } else {
      if (one.row !== other.row) found(one, 'differs');
      [one, other] = [await next(ofSource), await next(ofTarget)];
    }
  }
  const examples: Difference[] = [];
  for (const { key, problem } of different) examples.push(await exampleOf(key, problem, source, target));
  return { state: failed === 0 ? 'Validated' : 'Mismatched records', failed, examples };
}

async function exampleOf(key: string, problem: Problem, source: Side, target: Side): Promise<Difference> {
  const [ofSource, ofTarget] = [await source.row(key), await target.row(key)];
  const row = (ofSource ?? ofTarget)!;
  const keys = Object.fromEntries(source.keyNames.map((name) => [name, row.get(name) ?? '']));
  if (problem === 'missing') return { key: keys, problem: 'missing in the target' };
  if (problem === 'only') return { key: keys, problem: 'only in the target' };
  const names = [...row.keys()].filter((name) => ofSource?.get(name) !== ofTarget?.get(name));
  return { key: keys, problem: `differs in ${names.join(', ')}` };
}

interface RowHash {
  readonly key: string;
  readonly row: string;
}

/** One of the two tables. */
class Side {
  private readonly rowHash: string;
  private readonly keyHash: string;

  public constructor(
    private readonly client: Client,
    private readonly columns: readonly CopiedColumn[],
    private readonly key: readonly CopiedColumn[],
    private readonly query: (values: readonly string[]) => string,
    private readonly textOf: (column: CopiedColumn) => string,
  ) {
    this.rowHash = `md5(ROW(${columns.map(textOf).join(', ')})::text)`;
    this.keyHash = `md5(ROW(${key.map(textOf).join(', ')})::text)`;
  }

  public get keyNames(): string[] {
    return this.key.map(({ name }) => name);
  }

  /** Number of rows and the sum of their hashes, in whatever order they are read. */
  public async sum(): Promise<string> {
    const number = `('x' || left(${this.rowHash}, 15))::bit(60)::bigint`;
    const { rows } = await this.client.query<{ sum: string }>(this.query([`count(*) || ' ' || COALESCE(sum(${number}), 0) AS sum`]));
    return rows[0]!.sum;
  }

  /** The hashes of all rows, in the order of those of their keys. */
  public async *hashes(): AsyncGenerator<RowHash> {
    const sorted = `SELECT k, r FROM (${this.query([`${this.keyHash} AS k`, `${this.rowHash} AS r`])}) AS hashes ORDER BY k COLLATE "C"`;
    const stream = this.client.query(copyTo(`COPY (${sorted}) TO STDOUT (FORMAT text)`));
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      const [key, row] = line.split('\t');
      yield { key: key!, row: row! };
    }
  }

  /** The texts of the row with this hash of its key. */
  public async row(key: string): Promise<Map<string, string | null> | undefined> {
    const values = this.columns.map((column, i) => `${this.textOf(column)} AS c${i}`);
    const { rows } = await this.client.query<(string | null)[]>({
      text: `SELECT * FROM (${this.query([...values, `${this.keyHash} AS k`])}) AS texts WHERE k = $1`, values: [key], rowMode: 'array',
    });
    return rows[0] && new Map(this.columns.map(({ name }, i) => [name, rows[0]![i]!]));
  }
}

function sourceText({ source, type }: CopiedColumn, lobMaxBytes: number): string {
  const name = escapeIdentifier(source);
  const limit = limitOf(type.dms, lobMaxBytes);
  if (limit === undefined) return asText(name);
  return type.dms === 'BLOB' ? asText(`substr(${name}, 1, ${(limit - 2) / 2})`) : `left(${asText(name)}, ${limit})`;
}

/** A target's value as the source would write it: another type there may write the same value otherwise. */
function targetText(plan: TablePlan, column: CopiedColumn, table: TargetTable): string {
  const text = asText(escapeIdentifier(column.name));
  const { declared, type } = plan.source.columns.find(({ name }) => name === column.source)!;
  const { declared: ofTarget } = table.columns.find(({ name }) => name === column.name)!;
  // Only types that every server has.
  return declared.sql === ofTarget || declared.oid >= FIRST_OWN_TYPE || type.kind !== 'b' ? text : asText(`(${text})::${declared.sql}`);
}

/** PostgreSQL gives its own types the numbers below. */
const FIRST_OWN_TYPE = 10_000;
