import type { Client } from 'pg';
import { surroundings } from '../surroundings';
import { OnProblems, type PreparationProperties, WARNINGS } from './api';
import { withDatabase } from './database';
import { createDdlAudit } from './ddl-audit';
import { createHeartbeatSchema, createUser, grantTables } from './dms-user';
import type { Answer, PreparationEvent } from './event';
import { type Login, userOf } from './login';
import { type Problem, summary } from './problems';
import { parseSelection } from './selection';
import { readServer, type Server } from './server';
import { checkServer, type Wish } from './server-checks';
import { namedSlotId } from './slot-clean-up';
import { checkTables } from './table-checks';
import { readTables } from './tables';

const isTrue = (text: string): boolean => text === 'true';

/** Makes what was asked for, then looks at all that DMS needs. Does it again with every update. */
export async function prepare(event: PreparationEvent): Promise<Answer> {
  const properties = event.ResourceProperties as unknown as PreparationProperties;
  const selection = properties.TableMappings.map(parseSelection);
  const wish = wishOf(properties, event.RequestType === 'Update');
  return withDatabase(properties, async (client, login) => {
    const user = await makeWhatWasAskedFor(client, login, properties);
    const server = await readServer(client, {
      user, ddlArtifactsSchema: properties.DdlArtifactsSchema, heartbeatSchema: properties.HeartbeatSchema,
    });
    const tables = await readTables(client, selection, user);
    const problems = [...checkServer(server, wish), ...checkTables(tables, server.user, wish)];
    surroundings.log({ request: event.RequestType, user, tables: tables.selected.length, problems });
    return answer(event, properties, server, problems);
  });
}

function wishOf(properties: PreparationProperties, hasTasks: boolean): Wish {
  const tasks = Number(properties.Tasks);
  return {
    capturesChanges: tasks > 0,
    tasks,
    hasTasks,
    plugin: properties.Plugin,
    slotName: properties.SlotName,
    captureDdls: isTrue(properties.CaptureDdls),
    ddlArtifactsSchema: properties.DdlArtifactsSchema,
    heartbeat: isTrue(properties.Heartbeat),
    heartbeatSchema: properties.HeartbeatSchema,
  };
}

/** All of it or nothing: PostgreSQL takes back what it did of DDL. Returns the user of DMS. */
async function makeWhatWasAskedFor(client: Client, login: Login, properties: PreparationProperties): Promise<string> {
  const { DmsUserSecretArn: secretArn, CreateHeartbeatSchema, CreateDdlAudit } = properties;
  const created = secretArn === undefined ? undefined : await userOf(secretArn);
  const user = created?.username ?? login.username;
  if (created === undefined && !isTrue(CreateHeartbeatSchema) && !isTrue(CreateDdlAudit)) return user;
  await client.query('BEGIN');
  try {
    if (created !== undefined) {
      await createUser(client, login, created);
      await grantTables(client, user, await readTables(client, properties.TableMappings.map(parseSelection), user));
    }
    if (isTrue(CreateHeartbeatSchema)) await createHeartbeatSchema(client, user, properties.HeartbeatSchema);
    if (isTrue(CreateDdlAudit)) await createDdlAudit(client, user, properties.DdlArtifactsSchema);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  return user;
}

/** @throws with all problems, when there are errors and they are to fail the deployment */
function answer(
  event: PreparationEvent, properties: PreparationProperties, server: Server, problems: readonly Problem[],
): Answer {
  if (problems.some(({ severity }) => severity === 'error') && properties.OnProblems === OnProblems.FAIL) {
    throw new Error(summary(`The database ${properties.DatabaseName} is not ready for DMS.`, problems));
  }
  return {
    PhysicalResourceId: namedSlotId(event, properties.SlotName, server.slots),
    Data: { [WARNINGS]: problems.length === 0 ? '' : summary(`The database ${properties.DatabaseName}:`, problems) },
  };
}
