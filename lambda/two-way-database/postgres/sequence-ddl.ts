import { escapeIdentifier, escapeLiteral } from 'pg';
import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { STEPS_TABLE } from '../names';
import { isReplicated } from './selection';

/**
 * The sequences of the replicated tables: those that belong to one of their columns, and those of the schema that
 * belong to no column, since nothing tells who takes numbers from them.
 */
export const replicatedSequences = (site: SiteConfiguration, configuration: TwoWayConfiguration): string => `
  SELECT c.oid AS sequence, c.relname::text AS name, s.seqincrement AS increment, s.seqmin AS lowest, s.seqmax AS highest,
         t.relname::text AS table_name, a.attname::text AS column_name, t.oid AS table_oid, a.attnum AS column_number
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
         AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
    LEFT JOIN pg_class t ON t.oid = d.refobjid
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
   WHERE n.nspname = ${escapeLiteral(site.schema)} AND c.relpersistence = 'p' AND NOT s.seqcycle
     AND (t.oid IS NULL OR ${isReplicated(site, configuration, 't')})
   ORDER BY c.relname`;

/** Remembers by how much a sequence was counted up at first. */
export const stepsTable = ({ schema }: Pick<SiteConfiguration, 'schema'>): string =>
  `CREATE TABLE IF NOT EXISTS ${escapeIdentifier(schema)}.${STEPS_TABLE} (
  sequence_name text PRIMARY KEY,
  step bigint NOT NULL
);`;

/**
 * Gives the sequences of a site every n-th of the numbers that they had: site i the i-th of each n. With a step of 50,
 * where a program takes 50 numbers at a time, every n-th block of 50.
 *
 * Which those are does not depend on where a sequence stands, so that n sites that are prepared one after the other
 * share the numbers without a word. The numbers of a sequence that counts down are mirrored.
 *
 * @param position 1 for the first site
 * @param sites n
 */
export function interleaving(
  site: SiteConfiguration, configuration: TwoWayConfiguration, position: number, sites: number,
): string {
  const schema = escapeIdentifier(site.schema);
  return `DO $interleave$
DECLARE
  candidate record;
  step bigint;
  coming numeric;
  width numeric;
  distance numeric;
BEGIN
  FOR candidate IN ${replicatedSequences(site, configuration)}
  LOOP
    -- Changes nothing, and lets nobody take a number until the end of the transaction.
    EXECUTE format('ALTER SEQUENCE %s INCREMENT BY %s', candidate.sequence::regclass, candidate.increment);
    INSERT INTO ${schema}.${STEPS_TABLE} VALUES (candidate.name, candidate.increment) ON CONFLICT DO NOTHING;
    SELECT s.step INTO step FROM ${schema}.${STEPS_TABLE} s WHERE s.sequence_name = candidate.name;
    EXECUTE format('SELECT last_value + CASE WHEN is_called THEN %s ELSE 0 END::numeric FROM %s',
                   candidate.increment, candidate.sequence::regclass) INTO coming;
    width := abs(step) * ${sites};
    distance := (1 + ${position - 1} * abs(step) - coming * sign(step::numeric)) % width;
    distance := CASE WHEN distance < 0 THEN distance + width ELSE distance END;
    IF candidate.increment <> step * ${sites} OR distance <> 0 THEN
      EXECUTE format('ALTER SEQUENCE %s INCREMENT BY %s RESTART WITH %s', candidate.sequence::regclass,
                     step * ${sites}, coming + distance * sign(step::numeric));
    END IF;
  END LOOP;
END
$interleave$;`;
}

/** Lets sequences count as they did before they were interleaved. */
export function interleavingTearDown({ schema: name }: Pick<SiteConfiguration, 'schema'>): string {
  const schema = escapeIdentifier(name);
  return `DO $interleave$
DECLARE
  known record;
BEGIN
  IF to_regclass(${escapeLiteral(`${schema}.${STEPS_TABLE}`)}) IS NULL THEN RETURN; END IF;
  FOR known IN
    SELECT c.oid::regclass AS sequence, s.step FROM ${schema}.${STEPS_TABLE} s
      JOIN pg_class c ON c.relname = s.sequence_name AND c.relkind = 'S'
      JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = ${escapeLiteral(name)}
  LOOP
    EXECUTE format('ALTER SEQUENCE %s INCREMENT BY %s', known.sequence, known.step);
  END LOOP;
  DROP TABLE ${schema}.${STEPS_TABLE};
END
$interleave$;`;
}
