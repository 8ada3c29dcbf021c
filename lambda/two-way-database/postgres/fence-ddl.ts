import { escapeIdentifier, escapeLiteral } from 'pg';
import { EPOCH_PARAMETER, FENCED, STALE } from '../../../lib/two-way/switch/fence-errors';
import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { FENCE_TABLE, lockKey } from '../names';
import { isReplicated } from './selection';

export const FENCE_TRIGGER = 'dms_fence';
export const FENCE_FUNCTION = 'dms_fence_check';
const ROW_FUNCTION = 'dms_fence_row';

/** The row of the fence, and who may read it: everybody who may write to a table beside it. */
export function fenceTable({ schema }: Pick<SiteConfiguration, 'schema'>): string {
  const table = `${escapeIdentifier(schema)}.${FENCE_TABLE}`;
  return `CREATE TABLE IF NOT EXISTS ${table} (
  fence_id smallint PRIMARY KEY CHECK (fence_id = 1),
  writable boolean NOT NULL,
  kept boolean NOT NULL,
  passed_on boolean NOT NULL,
  epoch bigint NOT NULL,
  lapses_at timestamptz,
  changed_at timestamptz NOT NULL,
  CHECK (CASE WHEN writable THEN NOT kept AND NOT passed_on AND lapses_at IS NULL
              WHEN kept THEN lapses_at IS NULL ELSE NOT passed_on AND lapses_at IS NOT NULL END)
);
GRANT SELECT ON ${table} TO PUBLIC;`;
}

/**
 * What every statement that writes runs first.
 *
 * It shares a lock until its transaction ends, for which the switch waits; only then it looks at the row, in a command
 * of its own, whose snapshot is taken after the wait. A transaction with one snapshot for all of it would see the row
 * as it was: it locks the row instead, which fails when the row has changed since. For that it needs rights which
 * applications do not have, so a function of the owner does it.
 */
export function fenceFunctions(site: Pick<SiteConfiguration, 'name' | 'schema'>): string {
  const schema = escapeIdentifier(site.schema);
  const what = escapeLiteral(`site ${site.name}`);
  return `CREATE OR REPLACE FUNCTION ${schema}.${ROW_FUNCTION}() RETURNS ${schema}.${FENCE_TABLE}
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $fence$
  SELECT * FROM ${schema}.${FENCE_TABLE} WHERE fence_id = 1 FOR SHARE
$fence$;

CREATE OR REPLACE FUNCTION ${schema}.${FENCE_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $fence$
DECLARE
  fence ${schema}.${FENCE_TABLE};
  declared text := pg_catalog.current_setting('${EPOCH_PARAMETER}', true);
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock_shared(${lockKey(site)});
  IF pg_catalog.current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
    fence := ${schema}.${ROW_FUNCTION}();
  ELSE
    SELECT * INTO fence FROM ${schema}.${FENCE_TABLE} WHERE fence_id = 1;
  END IF;
  IF fence.epoch IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '${FENCED}', MESSAGE = ${what} || ' has lost the row of its fence: nobody knows whether it '
      'may be written to; run the preparation of the two-way replication again';
  END IF;
  IF NOT (fence.writable OR (NOT fence.kept AND pg_catalog.clock_timestamp() >= fence.lapses_at)) THEN
    RAISE EXCEPTION USING ERRCODE = '${FENCED}', MESSAGE = ${what} || ' is fenced in epoch ' || fence.epoch
      || ', it cannot be written to: read the site map again, and write to the site that it names';
  END IF;
  -- A newer one is that of a switch which did not get as far as this database: it takes nothing away from it.
  IF declared <> '' AND declared::bigint < fence.epoch THEN
    RAISE EXCEPTION USING ERRCODE = '${STALE}', MESSAGE = 'this session has declared epoch ' || declared || ', and ' || ${what}
      || ' is in epoch ' || fence.epoch || ': there was a switch since; read the site map again, and declare its epoch';
  END IF;
  RETURN NULL;
END
$fence$;`;
}

/** Puts the trigger on the replicated tables that do not have it. */
export function fenceTriggers(site: SiteConfiguration, configuration: TwoWayConfiguration): string {
  const schema = escapeIdentifier(site.schema);
  return `DO $fence$
DECLARE
  target regclass;
BEGIN
  FOR target IN
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE ${isReplicated(site, configuration)}
       AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = '${FENCE_TRIGGER}')
     ORDER BY c.oid
  LOOP
    EXECUTE format('CREATE TRIGGER ${FENCE_TRIGGER} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s '
      'FOR EACH STATEMENT EXECUTE FUNCTION %s()', target, ${escapeLiteral(`${schema}.${FENCE_FUNCTION}`)});
  END LOOP;
END
$fence$;`;
}

/** Takes triggers, functions and row away: every site is writable then, whatever the map says. */
export function fenceTearDown({ schema: name }: Pick<SiteConfiguration, 'schema'>): string {
  const schema = escapeIdentifier(name);
  return `DROP FUNCTION IF EXISTS ${schema}.${FENCE_FUNCTION}() CASCADE;
DROP FUNCTION IF EXISTS ${schema}.${ROW_FUNCTION}() CASCADE;
DROP TABLE IF EXISTS ${schema}.${FENCE_TABLE};`;
}
