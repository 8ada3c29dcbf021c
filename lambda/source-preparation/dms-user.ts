import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { Credentials } from './login';
import { scramVerifier } from './scram';
import type { Tables } from './tables';

/** How a role of ours is told from one that an application already uses. */
const MARK = 'Login of AWS DMS, managed by cdk-dms-pipelines';

interface RoleRow {
  readonly is_superuser: boolean;
  readonly mark: string | null;
}

/**
 * Creates the user of DMS, or gives it the password of its secret. It may log in and replicate, and nothing else.
 *
 * @throws when the user is the login itself, or one that was not created here
 */
export async function createUser(client: Client, login: Credentials, user: Credentials): Promise<void> {
  const { username } = user;
  if (username === login.username) {
    throw new Error(`the user to create is ${username}, with whom the preparation logs in: give createUser another user`);
  }
  const { rows: [role] } = await client.query<RoleRow>(
    `SELECT rolsuper AS is_superuser, shobj_description(oid, 'pg_authid') AS mark FROM pg_roles WHERE rolname = $1`,
    [username],
  );
  const name = escapeIdentifier(username);
  if (role === undefined) {
    await client.query(`CREATE ROLE ${name}`);
    await client.query(`COMMENT ON ROLE ${name} IS ${escapeLiteral(MARK)}`);
  } else if (role.mark !== MARK || role.is_superuser) {
    throw new Error(`user ${username} exists and was not created here: its password is left alone; name another user in `
      + `the secret of createUser, or hand this one over with COMMENT ON ROLE ${name} IS '${MARK}'`);
  }
  await client.query(`ALTER ROLE ${name} LOGIN PASSWORD ${escapeLiteral(scramVerifier(user.password))}`);
  const { rows: [rds] } = await client.query<object>("SELECT FROM pg_roles WHERE rolname = 'rds_replication'");
  await client.query(rds === undefined ? `ALTER ROLE ${name} REPLICATION` : `GRANT rds_replication TO ${name}`);
  const { rows: [database] } = await client.query<{ name: string }>('SELECT current_database()::text AS name');
  await client.query(`GRANT CONNECT ON DATABASE ${escapeIdentifier(database!.name)} TO ${name}`);
}

/** Lets the user read the selected tables, and those that are not selected any more no longer. */
export async function grantTables(client: Client, username: string, { selected }: Tables): Promise<void> {
  const name = escapeIdentifier(username);
  const closed = new Set(selected.filter(({ mayEnterSchema }) => !mayEnterSchema).map(({ schema }) => schema));
  for (const schema of closed) {
    await client.query(`GRANT USAGE ON SCHEMA ${escapeIdentifier(schema)} TO ${name}`);
  }
  for (const { schema, name: table } of selected.filter(({ mayRead }) => !mayRead)) {
    await client.query(`GRANT SELECT ON ${escapeIdentifier(schema)}.${escapeIdentifier(table)} TO ${name}`);
  }
  const wanted = new Set(selected.map(({ oid }) => oid));
  const { rows: granted } = await client.query<{ oid: string; schema: string; table: string }>(
    `SELECT c.oid::int8 AS oid, n.nspname::text AS schema, c.relname::text AS table
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       CROSS JOIN LATERAL aclexplode(c.relacl) AS a
      WHERE a.grantee = (SELECT oid FROM pg_roles WHERE rolname = $1) AND a.privilege_type = 'SELECT'
        AND c.relowner <> a.grantee AND c.relname NOT LIKE 'awsdms\\_%'`,
    [username],
  );
  for (const { schema, table } of granted.filter(({ oid }) => !wanted.has(Number(oid)))) {
    await client.query(`REVOKE SELECT ON ${escapeIdentifier(schema)}.${escapeIdentifier(table)} FROM ${name}`);
  }
}

/** A schema in which the user may create the table of the heartbeat. */
export async function createHeartbeatSchema(client: Client, username: string, schema: string): Promise<void> {
  const name = escapeIdentifier(schema);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${name}`);
  await client.query(`GRANT USAGE, CREATE ON SCHEMA ${name} TO ${escapeIdentifier(username)}`);
}
