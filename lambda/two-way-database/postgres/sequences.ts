import { escapeIdentifier } from 'pg';
import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { STEPS_TABLE } from '../names';
import { further, raisedNumber, type SequencePosition } from '../sequence-numbers';
import { replicatedSequences } from './sequence-ddl';
import type { PostgresSession } from './session';

/** A sequence of a replicated table, or of the schema. */
export interface Sequence extends SequencePosition {
  readonly oid: string;
  readonly name: string;
  /** The same for the same sequence of another engine. */
  readonly key: string;
  /** The last number that was given, or that is in its column. */
  readonly last: bigint;
  readonly lowest: bigint;
  readonly highest: bigint;
}

interface SequenceRow {
  readonly sequence: string;
  readonly name: string;
  readonly increment: string;
  readonly lowest: string;
  readonly highest: string;
  readonly table_name: string | null;
  readonly column_name: string | null;
  readonly step: string | null;
  readonly is_indexed: boolean;
}

/** Reads where the sequences stand. Three questions, however many there are. */
export async function readSequences(
  session: PostgresSession, site: SiteConfiguration, configuration: TwoWayConfiguration,
): Promise<Sequence[]> {
  const rows = await session.rows<SequenceRow>(await candidates(session, site, configuration));
  if (rows.length === 0) return [];
  const schema = escapeIdentifier(site.schema);
  const stands = await session.rows<{ coming: string }>(rows.map(({ name, increment }, index) =>
    `SELECT ${index} AS n, last_value + CASE WHEN is_called THEN ${increment}::numeric ELSE 0 END AS coming
       FROM ${schema}.${escapeIdentifier(name)}`).join(' UNION ALL ').concat(' ORDER BY n'));
  const extremes = await session.rows<{ extreme: string | null }>(rows.map((row, index) =>
    `SELECT ${index} AS n, ${extremeOf(row, schema)} AS extreme`).join(' UNION ALL ').concat(' ORDER BY n'));
  return rows.map((row, index) => sequenceOf(row, BigInt(stands[index]!.coming), extremes[index]!.extreme));
}

/** Raises sequences above `taken`, the last numbers of the other site, and above those that came from there in rows. */
export async function raiseSequences(
  session: PostgresSession, sequences: readonly Sequence[], taken: ReadonlyMap<string, bigint>,
  strategy: TwoWayConfiguration['sequences'],
): Promise<void> {
  for (const sequence of sequences) {
    const { name, increment, lowest, highest } = sequence;
    const raised = goesOnWith(sequence, taken, strategy);
    if (raised === undefined) continue;
    if (raised < lowest || raised > highest) {
      throw new Error(`sequence ${name} is used up: it would have to go on with ${raised}, and ends at `
        + `${increment < 0n ? lowest : highest}; give it, and its column, a larger type on both sites`);
    }
    await session.rows('SELECT setval($1::oid::regclass, $2::bigint, false)', [sequence.oid, raised.toString()]);
  }
}

function goesOnWith(
  sequence: Sequence, taken: ReadonlyMap<string, bigint>, strategy: TwoWayConfiguration['sequences'],
): bigint | undefined {
  const { key, last, coming, increment } = sequence;
  const other = taken.get(key);
  const gap = strategy.kind === 'resynchronised' ? BigInt(strategy.gap) : 0n;
  const wanted = [
    ...(other === undefined ? [] : [raisedNumber(sequence, other, gap)]),
    // Its own numbers, and those that came in rows: only where they are past it.
    ...(further(increment, last, coming) === last ? [raisedNumber(sequence, last, 0n)] : []),
  ].filter((number) => number !== undefined);
  return wanted.length === 0 ? undefined : wanted.reduce((one, two) => further(increment, one, two));
}

/** Counting up by steps that were remembered when the sequences were interleaved. */
async function candidates(
  session: PostgresSession, site: SiteConfiguration, configuration: TwoWayConfiguration,
): Promise<string> {
  const steps = `${escapeIdentifier(site.schema)}.${STEPS_TABLE}`;
  const remembered = await session.row<{ known: boolean }>('SELECT to_regclass($1) IS NOT NULL AS known', [steps]);
  const step = remembered!.known ? `(SELECT s.step FROM ${steps} s WHERE s.sequence_name = q.name)` : 'NULL::bigint';
  return `SELECT q.*, ${step} AS step, EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = q.table_oid AND i.indkey[0] = q.column_number AND i.indisvalid AND i.indpred IS NULL
          ) AS is_indexed
     FROM (${replicatedSequences(site, configuration)}) q`;
}

/** The furthest number in the column of a sequence, where an index tells it at once. */
function extremeOf(row: SequenceRow, schema: string): string {
  const { table_name: table, column_name: column, is_indexed: isIndexed, increment } = row;
  if (table === null || column === null || !isIndexed) return 'NULL::numeric';
  const extreme = increment.startsWith('-') ? 'min' : 'max';
  return `(SELECT ${extreme}(${escapeIdentifier(column)})::numeric FROM ${schema}.${escapeIdentifier(table)})`;
}

function sequenceOf(row: SequenceRow, coming: bigint, extreme: string | null): Sequence {
  const increment = BigInt(row.increment);
  const given = coming - increment;
  const inColumn = extreme === null ? given : BigInt(extreme.replace(/\..*$/, ''));
  return {
    oid: row.sequence,
    name: row.name,
    key: (row.table_name === null ? row.name : `${row.table_name}.${row.column_name}`).toLowerCase(),
    coming,
    increment,
    step: row.step === null ? increment : BigInt(row.step),
    last: further(increment, inColumn, given),
    lowest: BigInt(row.lowest),
    highest: BigInt(row.highest),
  };
}
