import { type Client, escapeIdentifier, escapeLiteral } from 'pg';

/**
 * Creates the objects by which DMS hears of DDL, with the names and columns that it looks for. A row is written and
 * removed at once: DMS reads the log, where both stay, and the table does not grow.
 *
 * The function runs as whoever issues the DDL, so that it sees their `current_schema`, to which DMS relates names
 * without a schema. So everybody may write to the table.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
 */
export async function createDdlAudit(client: Client, username: string, schemaName: string): Promise<void> {
  const schema = escapeIdentifier(schemaName);
  const table = `${schema}.awsdms_ddl_audit`;
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await client.query(`CREATE TABLE IF NOT EXISTS ${table} (
    c_key bigserial PRIMARY KEY, c_time timestamp, c_user varchar(64), c_txn varchar(16), c_tag varchar(24), c_oid integer,
    c_name varchar(64), c_schema varchar(64), c_ddlqry text)`);
  await client.query(`CREATE OR REPLACE FUNCTION ${schema}.awsdms_intercept_ddl() RETURNS event_trigger
    LANGUAGE plpgsql AS ${escapeLiteral(bodyFor(table))}`);
  await client.query(`GRANT USAGE ON SCHEMA ${schema} TO PUBLIC`);
  await client.query(`GRANT SELECT, INSERT, DELETE ON ${table} TO PUBLIC`);
  await client.query(`GRANT USAGE ON SEQUENCE ${schema}.awsdms_ddl_audit_c_key_seq TO PUBLIC`);
  await client.query(`GRANT SELECT ON ${table} TO ${escapeIdentifier(username)}`);
  const { rows: [trigger] } = await client.query<{ schema: string }>(
    `SELECT n.nspname::text AS schema FROM pg_event_trigger t JOIN pg_proc p ON p.oid = t.evtfoid
       JOIN pg_namespace n ON n.oid = p.pronamespace WHERE t.evtname = 'awsdms_intercept_ddl'`,
  );
  if (trigger === undefined) {
    await client.query(`CREATE EVENT TRIGGER awsdms_intercept_ddl ON ddl_command_end
      EXECUTE FUNCTION ${schema}.awsdms_intercept_ddl()`);
  } else if (trigger.schema !== schemaName) {
    throw new Error(`the event trigger awsdms_intercept_ddl is there and belongs to schema ${trigger.schema}: a database `
      + `can have it once; set ddlArtifactsSchema to '${trigger.schema}', or drop the event trigger`);
  }
}

const bodyFor = (table: string): string => `
DECLARE
  recorded bigint;
BEGIN
  IF tg_tag IN ('CREATE TABLE', 'CREATE TABLE AS', 'ALTER TABLE', 'DROP TABLE') THEN
    INSERT INTO ${table} (c_time, c_user, c_txn, c_tag, c_oid, c_name, c_schema, c_ddlqry)
    VALUES (current_timestamp, current_user, pg_catalog.txid_current()::varchar(16), tg_tag, 0, '',
            pg_catalog.current_schema(), pg_catalog.current_query())
    RETURNING c_key INTO recorded;
    DELETE FROM ${table} WHERE c_key = recorded;
  END IF;
END`;
