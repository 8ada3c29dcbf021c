import { once } from 'node:events';
import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { asText } from '../columns/postgres-types';
import type { Loaded, LoadContext } from '../load/load-context';
import type { LoadPart } from '../load/parts';
import type { CopiedColumn } from '../plan/columns';
import { rowQuery } from '../plan/row-query';
import type { TablePlan } from '../plan/table-plan';
import { CopyReader } from '../source/copy';
import { openSession, readSnapshot } from '../source/session';
import type { Loss } from '../target/table-batch';
import { expressionInputs } from '../target/table-batch';
import { formatMicros } from '../target/moment';
import type { DatabaseTask } from '../task/replication-task';
import { limitOf, RowValues } from './row-values';
import type { TargetColumn, TargetTable } from './target-table';
import { columnList } from './target-table';

/** What goes to the target at once. */
const CHUNK_BYTES = 64 * 1024;

export interface TableLoadOptions {
  readonly context: LoadContext<DatabaseTask>;
  /** A connection to the target in a transaction that the load is the only part of. */
  readonly target: Client;
  /** Whether rows may be there already: those of the same key stay as they are. */
  readonly keepsRows: boolean;
  readonly progress: (rows: number, bytes: number) => void;
  readonly signal: AbortSignal;
}

/** What came of a part; rows that were there already are not in the target a second time. */
export interface LoadedPart extends Loaded {
  readonly kept: number;
}

/** Copies one part of a table in the target's open transaction, over a connection of its own to the source. */
export async function loadIntoTable(
  table: TargetTable, part: LoadPart, options: TableLoadOptions,
): Promise<LoadedPart> {
  const { context, target, keepsRows, signal } = options;
  const source = await openSession(context.sourceUrl);
  // The server may make the query wait, for a lock: nobody should have to wait with it.
  const interrupt = (): void => void source.end();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    signal.throwIfAborted();
    await readSnapshot(source, context.snapshot);
    const stage = keepsRows && table.hasUniqueKey ? 'pg_temp.dms_load' : undefined;
    if (stage !== undefined) {
      await target.query(`CREATE TEMP TABLE dms_load ON COMMIT DROP AS SELECT ${columnList(table.columns)} FROM ${table.name} LIMIT 0`);
    }
    const into = stage ?? table.name;
    const values = new RowValues(table.plan, Infinity);
    const { rows, losses } = values.isPlain
      ? await copyAcross(table, into, source, part, options)
      : await copyChanged(table, into, source, part, options);
    if (stage === undefined) return { rows, files: [], losses, kept: 0 };
    const { rowCount } = await target.query(`INSERT INTO ${table.name} (${columnList(table.columns)}) OVERRIDING SYSTEM VALUE
      SELECT ${columnList(table.columns)} FROM ${stage} ON CONFLICT DO NOTHING`);
    return { rows, files: [], losses, kept: rows - (rowCount ?? 0) };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    await source.end();
  }
}

/** Without a rule for its values, what COPY says in the source is what it says in the target. */
async function copyAcross(
  table: TargetTable, into: string, source: Client, part: LoadPart,
  { context: { task }, target, progress, signal }: TableLoadOptions,
): Promise<Pick<Loaded, 'rows' | 'losses'>> {
  const { plan, columns } = table;
  const copied = plan.copied.flatMap((column) => {
    const found = columns.find(({ name }) => name === column.name);
    return found === undefined ? [] : [{ column, found }];
  });
  const limits = copied.map(({ column }) => limitOf(column.type.dms, task.lobMaxBytes));
  const losses = await countTruncated(source, plan, part, copied.map(({ column }) => column), limits);
  const format = copied.every(({ column, found }, i) => sameInBinary(plan, column, found, limits[i])) ? 'binary' : 'text';
  const query = rowQuery(plan, copied.map(({ column }, i) => cutSql(column, limits[i])), part.condition);
  const reader = source.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT ${format})`));
  const writer = target.query(copyFrom(`COPY ${into} (${columnList(copied.map(({ found }) => found))}) FROM STDIN (FORMAT ${format})`));
  const counter = new Transform({
    transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
      progress(0, chunk.length);
      done(null, chunk);
    },
  });
  await pipeline(reader, counter, writer, { signal });
  progress(writer.rowCount, 0);
  return { rows: writer.rowCount, losses };
}

/** Rows whose values rules change, one by one. */
async function copyChanged(
  table: TargetTable, into: string, source: Client, part: LoadPart,
  { context: { task }, target, progress, signal }: TableLoadOptions,
): Promise<Pick<Loaded, 'rows' | 'losses'>> {
  const { plan, columns, places } = table;
  const inputs = [...new Set([...plan.copied.map((column) => column.source), ...expressionInputs(plan)])];
  const values = new RowValues(plan, task.lobMaxBytes);
  const query = rowQuery(plan, inputs.map((column) => asText(escapeIdentifier(column))), part.condition);
  const copy = new CopyReader(source, query, inputs.length);
  const writer = target.query(copyFrom(`COPY ${into} (${columnList(columns)}) FROM STDIN (FORMAT text)`));
  // Its failure is thrown where its end is awaited.
  const ended = once(writer, 'finish', { signal });
  ended.catch(() => undefined);
  let rows = 0;
  let text = '';
  for (let block = await copy.next(); block !== undefined; block = await copy.next()) {
    signal.throwIfAborted();
    const timestamp = formatMicros(BigInt(Date.now()) * 1000n);
    const origin = { timestamp, streamPosition: '', changeSequence: '' };
    for (let row = 0; row < block.rows; row++) {
      const { bytes, fields } = block;
      const line = values.ofLoad((column) => {
        const { starts, ends } = fields[inputs.indexOf(column)]!;
        return starts[row]! < 0 ? null : bytes.toString('utf8', starts[row], ends[row]);
      }, origin);
      text += `${places.map((at) => copyText(line[at]!)).join('\t')}\n`;
      if (text.length < CHUNK_BYTES) continue;
      if (!writer.write(text)) await Promise.race([once(writer, 'drain', { signal }), ended]);
      text = '';
    }
    rows += block.rows;
    progress(block.rows, block.size);
  }
  writer.end(text);
  await ended;
  return { rows, losses: values.takeLosses() };
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A value as COPY's text has it. */
function copyText(value: string | null): string {
  return value === null ? '\\N' : value.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character]!);
}

/** PostgreSQL's own types have the same binary form everywhere; what is cut is text. */
function sameInBinary(plan: TablePlan, column: CopiedColumn, target: TargetColumn, limit: number | undefined): boolean {
  const { declared, type } = plan.source.columns.find(({ name }) => name === column.source)!;
  const isCutWithinType = limit === undefined || [17, 25].includes(type.oid);
  return declared.sql === target.declared && declared.oid === type.oid && type.oid < FIRST_OWN_TYPE && type.kind === 'b'
    && isCutWithinType;
}

/** PostgreSQL gives its own types the numbers below; some of them name other objects by numbers, which differ. */
const FIRST_OWN_TYPE = 2200;

function cutSql({ source, type }: CopiedColumn, limit: number | undefined): string {
  const column = escapeIdentifier(source);
  if (limit === undefined) return column;
  if (type.dms === 'BLOB') return `substr(${column}, 1, ${(limit - 2) / 2})`;
  return `left(${asText(column)}, ${limit})`;
}

/** How many values a load cuts: COPY does not tell. */
async function countTruncated(
  source: Client, plan: TablePlan, part: LoadPart, columns: readonly CopiedColumn[],
  limits: readonly (number | undefined)[],
): Promise<Loss[]> {
  const limited = columns.flatMap((column, i) => (limits[i] === undefined ? [] : [{ column, limit: limits[i] }]));
  if (limited.length === 0) return [];
  const counts = limited.map(({ column: { source: name, type }, limit }) => {
    const column = escapeIdentifier(name);
    return type.dms === 'BLOB'
      ? `count(*) FILTER (WHERE octet_length(${column}) > ${(limit - 2) / 2})`
      : `count(*) FILTER (WHERE pg_column_size(${column}) > ${Math.floor(limit / 100)} AND length(${asText(column)}) > ${limit})`;
  });
  const { rows } = await source.query<string[]>({ text: rowQuery(plan, counts, part.condition), rowMode: 'array' });
  return limited.flatMap(({ column: { name } }, i) => {
    const truncated = Number(rows[0]![i]);
    return truncated === 0 ? [] : [{ column: name, unrepresentable: 0, truncated }];
  });
}
