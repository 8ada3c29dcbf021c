import { EPOCH_IDENTIFIER, ORACLE_FENCED, ORACLE_STALE } from '../../../lib/two-way/switch/fence-errors';
import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { heartbeatId, likePattern } from '../names';
import type { Role } from '../prepare';

/**
 * A site of Oracle, in SQL*Plus: text only. No driver here speaks to Oracle, and none of this was run against one; an
 * operator runs it, or a function of one's own.
 */

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll('\'', '\'\'')}'`;
const FENCE = 'DMS_FENCE';
const HEARTBEAT = 'DMS_HEARTBEAT';
const STEPS = 'AWSDMS_TWO_WAY_SEQUENCES';
const TRIGGER_PREFIX = 'DMS_FENCE_';

/** Runs a statement unless what it makes is there: ORA-00955. */
const unlessThere = (statement: string): string => `BEGIN
  EXECUTE IMMEDIATE ${literal(statement)};
EXCEPTION WHEN OTHERS THEN IF SQLCODE <> -955 THEN RAISE; END IF;
END;
/`;

const isReplicated = ({ tables }: TwoWayConfiguration, column: string): string => `(${tables.map((pattern) =>
  `LOWER(${column}) LIKE ${literal(likePattern(pattern))} ESCAPE '\\'`).join(' OR ')}) AND ${column} NOT IN ('${FENCE}', '${HEARTBEAT}') `
  + `AND UPPER(${column}) NOT LIKE 'AWSDMS\\_%' ESCAPE '\\'`;

/** Everything that a site needs. It can be run again, and leaves the row of a fence that is there. */
export function preparationScript(site: SiteConfiguration, configuration: TwoWayConfiguration, role: Role): string {
  const schema = quoted(site.schema);
  const open = role === 'active' ? 1 : 0;
  const { sites, sequences } = configuration;
  const row = (table: string, key: string, id: number, values: string): string =>
    `INSERT INTO ${schema}.${table} SELECT ${id}, ${values} FROM DUAL\n  WHERE NOT EXISTS (SELECT 1 FROM ${schema}.${table} WHERE ${key} = ${id});`;
  return [
    unlessThere(`CREATE TABLE ${schema}.${HEARTBEAT} (HEARTBEAT_ID NUMBER(9) PRIMARY KEY, DESCRIPTION VARCHAR2(80), LAST_UPDATE_DT TIMESTAMP, `
      + 'LAST_UPDATE_SITE VARCHAR2(40))'),
    ...(open === 1 ? sites.map(({ name }, index) =>
      row(HEARTBEAT, 'HEARTBEAT_ID', index + 1, `'prepared', SYS_EXTRACT_UTC(SYSTIMESTAMP), ${literal(name)}`)) : []),
    unlessThere(`CREATE TABLE ${schema}.${FENCE} (FENCE_ID NUMBER(1) PRIMARY KEY, WRITABLE NUMBER(1) NOT NULL, KEPT NUMBER(1) NOT NULL, `
      + 'PASSED_ON NUMBER(1) NOT NULL, EPOCH NUMBER(18) NOT NULL, LAPSES_AT TIMESTAMP, CHANGED_AT TIMESTAMP NOT NULL)'),
    row(FENCE, 'FENCE_ID', 1, `${open}, ${1 - open}, 0, 1, NULL, SYS_EXTRACT_UTC(SYSTIMESTAMP)`),
    'COMMIT;',
    fenceProcedure(site),
    fenceTriggers(site, configuration),
    ...(sequences.kind === 'interleaved' ? [
      unlessThere(`CREATE TABLE ${schema}.${STEPS} (SEQUENCE_NAME VARCHAR2(128) PRIMARY KEY, STEP NUMBER(18) NOT NULL)`),
      interleaving(site, heartbeatId(configuration, site.name), sites.length),
    ] : []),
  ].join('\n\n').concat('\n');
}

/**
 * What each statement that writes runs first. Writers share a lock of DBMS_LOCK until their transaction ends, for which
 * the switch waits; so the owner needs EXECUTE on it. An epoch is declared by
 * `DBMS_SESSION.SET_IDENTIFIER('dms.epoch=7')`.
 *
 * The row is read in a transaction of its own, so that an isolation level with one snapshot does not show an old one.
 */
function fenceProcedure(site: SiteConfiguration): string {
  const schema = quoted(site.schema);
  const user = replicationUserOf(site);
  return `CREATE OR REPLACE PROCEDURE ${schema}.DMS_FENCE_READ(IS_OPEN OUT NUMBER, CURRENT_EPOCH OUT NUMBER) IS
  PRAGMA AUTONOMOUS_TRANSACTION;
BEGIN
  SELECT CASE WHEN WRITABLE = 1 OR (KEPT = 0 AND SYS_EXTRACT_UTC(SYSTIMESTAMP) >= LAPSES_AT) THEN 1 ELSE 0 END, EPOCH
    INTO IS_OPEN, CURRENT_EPOCH FROM ${schema}.${FENCE} WHERE FENCE_ID = 1;
  COMMIT;
END;
/

CREATE OR REPLACE PROCEDURE ${schema}.DMS_FENCE_CHECK IS
  HANDLE VARCHAR2(128);
  OUTCOME INTEGER;
  IS_OPEN NUMBER;
  CURRENT_EPOCH NUMBER;
  DECLARED NUMBER := TO_NUMBER(REGEXP_SUBSTR(SYS_CONTEXT('USERENV', 'CLIENT_IDENTIFIER'), '${EPOCH_IDENTIFIER.replace('.', '\\.')}([0-9]+)', 1, 1, NULL, 1));
BEGIN
  IF SYS_CONTEXT('USERENV', 'SESSION_USER') = ${literal(user)} THEN RETURN; END IF;
  ${schema}.DMS_FENCE_LOCK(HANDLE);
  OUTCOME := DBMS_LOCK.REQUEST(HANDLE, DBMS_LOCK.S_MODE, DBMS_LOCK.MAXWAIT, TRUE);
  IF OUTCOME NOT IN (0, 4) THEN RAISE_APPLICATION_ERROR(-${ORACLE_FENCED}, 'the lock of the fence cannot be had: ' || OUTCOME); END IF;
  ${schema}.DMS_FENCE_READ(IS_OPEN, CURRENT_EPOCH);
  IF IS_OPEN = 0 THEN
    RAISE_APPLICATION_ERROR(-${ORACLE_FENCED}, ${literal(`site ${site.name} is fenced: read the site map again, and write to the site that it names`)});
  END IF;
  IF DECLARED < CURRENT_EPOCH THEN
    RAISE_APPLICATION_ERROR(-${ORACLE_STALE}, ${literal(`site ${site.name} has a newer epoch: read the site map again, and declare its epoch`)});
  END IF;
END;
/`.replace('CREATE OR REPLACE PROCEDURE', `CREATE OR REPLACE PROCEDURE ${schema}.DMS_FENCE_LOCK(HANDLE OUT VARCHAR2) IS
  PRAGMA AUTONOMOUS_TRANSACTION;
BEGIN
  -- Naming a lock commits, which must not be the transaction of the application.
  DBMS_LOCK.ALLOCATE_UNIQUE(${literal(`DMS_FENCE.${site.schema}`)}, HANDLE);
  COMMIT;
END;
/

CREATE OR REPLACE PROCEDURE`);
}

/** A statement trigger on each table. Oracle runs none for TRUNCATE, to which applications must have no right. */
const fenceTriggers = (site: SiteConfiguration, configuration: TwoWayConfiguration): string => `BEGIN
  FOR T IN (SELECT TABLE_NAME, '${TRIGGER_PREFIX}' || STANDARD_HASH(TABLE_NAME, 'MD5') AS FULL_NAME FROM ALL_TABLES
             WHERE OWNER = ${literal(site.schema)} AND TEMPORARY = 'N' AND ${isReplicated(configuration, 'TABLE_NAME')})
  LOOP
    EXECUTE IMMEDIATE 'CREATE OR REPLACE TRIGGER ${quoted(site.schema)}.' || SUBSTR(T.FULL_NAME, 1, 30)
      || ' BEFORE INSERT OR UPDATE OR DELETE ON ${quoted(site.schema)}."' || T.TABLE_NAME || '" BEGIN ${quoted(site.schema)}.DMS_FENCE_CHECK; END;';
  END LOOP;
END;
/`;

/** Every n-th number, or block of numbers, as in PostgreSQL. Nobody may take numbers meanwhile. */
const interleaving = (site: SiteConfiguration, position: number, sites: number): string => `DECLARE
  STEP NUMBER;
  WIDTH NUMBER;
  DISTANCE NUMBER;
BEGIN
  FOR S IN (SELECT SEQUENCE_NAME, INCREMENT_BY, LAST_NUMBER FROM ALL_SEQUENCES
             WHERE SEQUENCE_OWNER = ${literal(site.schema)} AND CYCLE_FLAG = 'N')
  LOOP
    INSERT INTO ${quoted(site.schema)}.${STEPS} SELECT S.SEQUENCE_NAME, S.INCREMENT_BY FROM DUAL
     WHERE NOT EXISTS (SELECT 1 FROM ${quoted(site.schema)}.${STEPS} WHERE SEQUENCE_NAME = S.SEQUENCE_NAME);
    SELECT X.STEP INTO STEP FROM ${quoted(site.schema)}.${STEPS} X WHERE X.SEQUENCE_NAME = S.SEQUENCE_NAME;
    WIDTH := ABS(STEP) * ${sites};
    DISTANCE := MOD(MOD(1 + ${position - 1} * ABS(STEP) - S.LAST_NUMBER * SIGN(STEP), WIDTH) + WIDTH, WIDTH);
    IF S.INCREMENT_BY <> STEP * ${sites} OR DISTANCE <> 0 THEN
      EXECUTE IMMEDIATE 'ALTER SEQUENCE ${quoted(site.schema)}."' || S.SEQUENCE_NAME || '" INCREMENT BY ' || TO_CHAR(STEP * ${sites})
        || ' RESTART START WITH ' || TO_CHAR(S.LAST_NUMBER + DISTANCE * SIGN(STEP));
    END IF;
  END LOOP;
  COMMIT;
END;
/`;

/** Takes everything away that the preparation has made. The site is writable then, whether the map says so or not. */
export function tearDownScript({ schema: name }: SiteConfiguration): string {
  const schema = quoted(name);
  const drop = (what: string): string => `BEGIN EXECUTE IMMEDIATE ${literal(`DROP ${what}`)}; EXCEPTION WHEN OTHERS THEN NULL; END;\n/`;
  return [
    `BEGIN
  FOR T IN (SELECT TRIGGER_NAME FROM ALL_TRIGGERS WHERE OWNER = ${literal(name)} AND TRIGGER_NAME LIKE '${TRIGGER_PREFIX.replaceAll('_', '\\_')}%' ESCAPE '\\')
  LOOP
    EXECUTE IMMEDIATE 'DROP TRIGGER ${schema}."' || T.TRIGGER_NAME || '"';
  END LOOP;
END;
/`,
    ...['DMS_FENCE_CHECK', 'DMS_FENCE_READ', 'DMS_FENCE_LOCK'].map((procedure) => drop(`PROCEDURE ${schema}.${procedure}`)),
    ...[FENCE, HEARTBEAT].map((table) => drop(`TABLE ${schema}.${table}`)),
  ].join('\n').concat('\n');
}

/** What a switch does to the fence: for an operator, or a function of one's own. Each is a transaction. */
export function fenceStatements(site: SiteConfiguration): Readonly<Record<'fence' | 'keep' | 'passOn' | 'open' | 'reopen' | 'marker' | 'position', string>> {
  const schema = quoted(site.schema);
  const fence = `${schema}.${FENCE}`;
  const now = 'SYS_EXTRACT_UTC(SYSTIMESTAMP)';
  const lapsed = `(KEPT = 0 AND ${now} >= LAPSES_AT)`;
  const change = (assignments: string, condition: string, refused: string): string =>
    `  UPDATE ${fence} SET ${assignments}, CHANGED_AT = ${now} WHERE ${condition};
  IF SQL%ROWCOUNT = 0 THEN RAISE_APPLICATION_ERROR(-${ORACLE_FENCED}, ${literal(refused)}); END IF;
  COMMIT;`;
  const excluding = (seconds: string, body: string): string => `DECLARE
  HANDLE VARCHAR2(128);
  STARTED TIMESTAMP := ${now};
BEGIN
  ${schema}.DMS_FENCE_LOCK(HANDLE);
  IF DBMS_LOCK.REQUEST(HANDLE, DBMS_LOCK.X_MODE, ${seconds}, TRUE) NOT IN (0, 4) THEN
    RAISE_APPLICATION_ERROR(-${ORACLE_FENCED}, 'WritersRemain: transactions have written and do not end');
  END IF;
${body}
END;
/`;
  const plain = (body: string): string => `BEGIN\n${body}\nEND;\n/`;
  const writable = `WRITABLE = 1, KEPT = 0, PASSED_ON = 0, LAPSES_AT = NULL, EPOCH = :EPOCH`;
  return {
    fence: excluding('TRUNC(:LIMIT_SECONDS / 2)', change(
      `WRITABLE = 0, KEPT = 0, PASSED_ON = 0, EPOCH = :EPOCH, LAPSES_AT = STARTED + NUMTODSINTERVAL(:LIMIT_SECONDS, 'SECOND')`,
      `EPOCH < :EPOCH AND (WRITABLE = 1 OR ${lapsed})`, 'the site is fenced already, or of a newer epoch')),
    keep: excluding('TRUNC(:LIMIT_SECONDS) + 1', change(
      'KEPT = 1, LAPSES_AT = NULL', `EPOCH = :EPOCH AND WRITABLE = 0 AND NOT ${lapsed}`, 'FenceLapsed: the fence is not there any more')),
    passOn: plain(change('PASSED_ON = 1', 'EPOCH = :EPOCH AND KEPT = 1', 'FenceLapsed: the fence is not kept')),
    open: plain(change(writable, 'EPOCH <= :EPOCH', 'StaleEpoch: the site is of a newer epoch')),
    reopen: plain(change(writable, '(EPOCH = :EPOCH AND PASSED_ON = 0) OR (EPOCH < :EPOCH AND KEPT = 0)',
      'SitePassedOn or StaleEpoch: the other site may be open')),
    marker: plain(`  UPDATE ${schema}.${HEARTBEAT} SET DESCRIPTION = :MARKER, LAST_UPDATE_DT = ${now} WHERE LAST_UPDATE_SITE = ${literal(site.name)}
    AND EXISTS (SELECT 1 FROM ${fence} WHERE EPOCH <= :EPOCH);
  COMMIT;`),
    // Transactions that are open have begun before it: the site is fenced, so there are none but those of replication.
    position: 'SELECT TO_CHAR(CURRENT_SCN) FROM V$DATABASE;',
  };
}

/** Triggers and foreign keys for a site that applications write to; `disarm`ed for one that replication writes to. */
export function triggerStatements(site: SiteConfiguration, configuration: TwoWayConfiguration, how: 'arm' | 'disarm'): string {
  const verb = how === 'arm' ? 'ENABLE' : 'DISABLE';
  const owner = literal(site.schema);
  return `BEGIN
  FOR T IN (SELECT TRIGGER_NAME FROM ALL_TRIGGERS WHERE OWNER = ${owner} AND TRIGGER_NAME NOT LIKE '${TRIGGER_PREFIX.replaceAll('_', '\\_')}%' ESCAPE '\\'
               AND TABLE_OWNER = ${owner} AND ${isReplicated(configuration, 'TABLE_NAME')})
  LOOP
    EXECUTE IMMEDIATE 'ALTER TRIGGER ${quoted(site.schema)}."' || T.TRIGGER_NAME || '" ${verb}';
  END LOOP;
  FOR C IN (SELECT TABLE_NAME, CONSTRAINT_NAME FROM ALL_CONSTRAINTS
             WHERE OWNER = ${owner} AND CONSTRAINT_TYPE = 'R' AND ${isReplicated(configuration, 'TABLE_NAME')})
  LOOP
    EXECUTE IMMEDIATE 'ALTER TABLE ${quoted(site.schema)}."' || C.TABLE_NAME || '" ${verb}${how === 'arm' ? ' NOVALIDATE' : ''} CONSTRAINT "' || C.CONSTRAINT_NAME || '"';
  END LOOP;
END;
/`;
}

function replicationUserOf({ name, replicationUser }: SiteConfiguration): string {
  if (replicationUser === undefined) {
    throw new Error(`site ${name} has no replicationUser: name the user of DMS, as V$SESSION spells it, whom the fence has to let through`);
  }
  return replicationUser;
}
