import { createHash } from 'node:crypto';
import { EPOCH_VARIABLE, FENCED, STALE } from '../../../lib/two-way/switch/fence-errors';
import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { FENCE_TABLE, HEARTBEAT_TABLE } from '../names';
import type { Role } from '../prepare';

export const FENCE_PROCEDURE = 'dms_fence_check';
export const EVENTS = ['INSERT', 'UPDATE', 'DELETE'] as const;
export type TriggerEvent = (typeof EVENTS)[number];

/** MySQL's longest name. */
const MOST_CHARACTERS = 64;

export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
export const literal = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

/** A trigger is named in its schema, so the table is in its name. */
export function triggerName(table: string, event: TriggerEvent): string {
  const name = `dms_fence_${event.toLowerCase()}_${table}`;
  if (name.length <= MOST_CHARACTERS) return name;
  return `${name.slice(0, MOST_CHARACTERS - 9)}_${createHash('sha256').update(table).digest('hex').slice(0, 8)}`;
}

/** Everything but the triggers, a statement each. It can be run again, and leaves the row of a fence that is there. */
export function preparationStatements(
  site: SiteConfiguration, configuration: TwoWayConfiguration, role: Role,
): string[] {
  const schema = quoted(site.schema);
  const open = role === 'active' ? 1 : 0;
  return [
    `CREATE TABLE IF NOT EXISTS ${schema}.${HEARTBEAT_TABLE} (
  heartbeat_id INT PRIMARY KEY,
  description VARCHAR(80),
  last_update_dt DATETIME(6),
  last_update_site VARCHAR(40)
) ENGINE = InnoDB`,
    // Replication brings the rows to the other site: were they there already, the first load would fail on them.
    ...(open === 1 ? configuration.sites.map(({ name }, index) => `INSERT IGNORE INTO ${schema}.${HEARTBEAT_TABLE}
  VALUES (${index + 1}, 'prepared', UTC_TIMESTAMP(6), ${literal(name)})`) : []),
    `CREATE TABLE IF NOT EXISTS ${schema}.${FENCE_TABLE} (
  fence_id TINYINT PRIMARY KEY,
  writable TINYINT NOT NULL,
  kept TINYINT NOT NULL,
  passed_on TINYINT NOT NULL,
  epoch BIGINT NOT NULL,
  lapses_at DATETIME(6),
  changed_at DATETIME(6) NOT NULL
) ENGINE = InnoDB`,
    `INSERT IGNORE INTO ${schema}.${FENCE_TABLE}
  VALUES (1, ${open}, ${1 - open}, 0, 1, NULL, UTC_TIMESTAMP(6))`,
    `DROP PROCEDURE IF EXISTS ${schema}.${FENCE_PROCEDURE}`,
    fenceProcedure(site),
  ];
}

/**
 * What a trigger runs for each row that an application writes.
 *
 * It shares a lock on the row of the fence until its transaction ends, for which the switch waits. A read that locks
 * sees the row as it is, whatever the snapshot of the transaction. It looks without a lock first: in MySQL a
 * transaction that was refused keeps its locks until somebody ends it, and would hold up whoever opens the site.
 */
function fenceProcedure(site: SiteConfiguration): string {
  const { replicationUser } = site;
  if (replicationUser === undefined) {
    throw new Error(`site ${site.name} has no replicationUser: name the user of DMS, whom the fence has to let through; MySQL knows no other `
      + 'way to tell replication from applications');
  }
  const table = `${quoted(site.schema)}.${FENCE_TABLE}`;
  const read = (lock: string): string => `SELECT writable OR (NOT kept AND UTC_TIMESTAMP(6) >= lapses_at), epoch
    INTO is_open, current_epoch FROM ${table} WHERE fence_id = 1${lock};`;
  const refuse = (state: string, text: string): string => `SIGNAL SQLSTATE '${state}' SET MESSAGE_TEXT = ${literal(text)};`;
  return `CREATE PROCEDURE ${quoted(site.schema)}.${FENCE_PROCEDURE}() SQL SECURITY DEFINER
check_fence: BEGIN
  DECLARE is_open TINYINT DEFAULT NULL;
  DECLARE current_epoch BIGINT DEFAULT NULL;
  IF SUBSTRING_INDEX(USER(), '@', 1) = ${literal(replicationUser)} THEN LEAVE check_fence; END IF;
  ${read('')}
  IF is_open THEN
    ${read(' LOCK IN SHARE MODE')}
  END IF;
  IF is_open IS NULL OR NOT is_open THEN
    ${refuse(FENCED, `site ${site.name} is fenced: roll back, read the site map again, and write to the site that it names`.slice(0, 128))}
  END IF;
  IF ${EPOCH_VARIABLE} IS NOT NULL AND CAST(${EPOCH_VARIABLE} AS SIGNED) < current_epoch THEN
    ${refuse(STALE, `site ${site.name} has a newer epoch than ${EPOCH_VARIABLE}: read the site map again, and declare its epoch`.slice(0, 128))}
  END IF;
END`;
}

export function fenceTrigger({ schema }: SiteConfiguration, table: string, event: TriggerEvent): string {
  return `CREATE TRIGGER ${quoted(schema)}.${quoted(triggerName(table, event))} BEFORE ${event} ON ${quoted(schema)}.${quoted(table)} `
    + `FOR EACH ROW CALL ${quoted(schema)}.${FENCE_PROCEDURE}()`;
}

/** The whole of it for these tables, to be printed. @param tables as the server spells them */
export function preparationScript(
  site: SiteConfiguration, configuration: TwoWayConfiguration, role: Role, tables: readonly string[],
): string {
  const position = configuration.sites.findIndex(({ name }) => name === site.name) + 1;
  return [
    ...(configuration.sequences.kind === 'interleaved' ? [
      `-- In the parameter group of the server (or my.cnf): auto_increment_increment = ${configuration.sites.length}, `
      + `auto_increment_offset = ${position}`] : []),
    'DELIMITER //',
    ...preparationStatements(site, configuration, role).map((statement) => `${statement}//`),
    ...tables.flatMap((table) => EVENTS.map((event) => `${fenceTrigger(site, table, event)}//`)),
    'DELIMITER ;',
  ].join('\n\n').concat('\n');
}

/** Takes everything away that the preparation has made. The site is writable then, whether the map says so or not. */
export function tearDownScript({ schema }: SiteConfiguration, tables: readonly string[]): string {
  return [
    ...tables.flatMap((table) => EVENTS.map((event) =>
      `DROP TRIGGER IF EXISTS ${quoted(schema)}.${quoted(triggerName(table, event))};`)),
    `DROP PROCEDURE IF EXISTS ${quoted(schema)}.${FENCE_PROCEDURE};`,
    `DROP TABLE IF EXISTS ${quoted(schema)}.${FENCE_TABLE}, ${quoted(schema)}.${HEARTBEAT_TABLE};`,
  ].join('\n').concat('\n');
}
