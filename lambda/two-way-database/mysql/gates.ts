import type { Gate } from '../../../lib/two-way/switch/switch-run';
import type { GateLimits, SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import {
  fenceGate, fenceInstalledGate, gate, heartbeatGate, listed, openTransactionsGate, primaryKeyGate,
} from '../gates';
import { FENCE_TABLE, HEARTBEAT_TABLE, heartbeatId } from '../names';
import { MySqlFence } from './fence';
import { quoted } from './preparation-ddl';
import type { MySqlSession } from './session';
import { type MySqlTable, readTables } from './tables';

export interface MySqlLook {
  readonly session: MySqlSession;
  readonly site: SiteConfiguration;
  readonly configuration: TwoWayConfiguration;
  readonly role: 'from' | 'to';
  readonly limits: GateLimits;
}

/** What has to hold in a MySQL database before a switch. Changes nothing. */
export async function mysqlGates(look: MySqlLook): Promise<readonly Gate[]> {
  const { session, site, configuration, role } = look;
  const prepared = await preparedGate(look);
  if (!prepared.holds) return [prepared];
  const tables = await readTables(session, site, configuration);
  const named = (condition: (table: MySqlTable) => boolean): string[] =>
    tables.filter(condition).map(({ name }) => name);
  const rows = await session.rows<{ id: number }>(
    `SELECT heartbeat_id AS id FROM ${quoted(site.schema)}.${HEARTBEAT_TABLE} WHERE heartbeat_id <= ?`, [configuration.sites.length],
  );
  return [
    prepared,
    fenceGate(site, role, await new MySqlFence(session, site).state()),
    fenceInstalledGate(site, tables.length, named(({ unfenced }) => unfenced.length > 0)),
    primaryKeyGate(site, named(({ hasKey }) => !hasKey)),
    engineGate(site, named(({ engine }) => engine !== 'InnoDB')),
    heartbeatGate(site, rows.map(({ id }) => id), configuration.sites.length),
    await countersGate(look),
    await transactionsGate(look),
    await binaryLogGate(look),
  ];
}

async function preparedGate({ session, site }: MySqlLook): Promise<Gate> {
  const found = await session.rows<{ name: string }>(
    'SELECT TABLE_NAME AS name FROM information_schema.tables WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (?, ?)',
    [site.schema, FENCE_TABLE, HEARTBEAT_TABLE],
  );
  const missing = [FENCE_TABLE, HEARTBEAT_TABLE].filter((name) => !found.some((table) => table.name === name));
  return gate('prepared', site, missing.length === 0 ? undefined : `${listed(missing)} of schema ${site.schema} do not exist: run the `
    + 'preparation of the two-way replication', 'the site is prepared');
}

const engineGate = (site: SiteConfiguration, others: readonly string[]): Gate =>
  gate('storage-engine', site, others.length === 0 ? undefined : `${listed(others)} are not of InnoDB, so nobody can wait for their writers: `
    + 'ALTER TABLE … ENGINE = InnoDB', 'every table has transactions');

/** Columns that count up share two numbers of the server. */
async function countersGate({ session, site, configuration }: MySqlLook): Promise<Gate> {
  const { sequences, sites } = configuration;
  if (sequences.kind === 'resynchronised') return gate('sequences', site, undefined, `AUTO_INCREMENT is raised at the switch, by ${sequences.gap}`);
  const [count, position] = [sites.length, heartbeatId(configuration, site.name)];
  const found = await session.row<{ step: string; first: string }>(
    'SELECT @@GLOBAL.auto_increment_increment AS step, @@GLOBAL.auto_increment_offset AS first',
  );
  const shown = `auto_increment_increment is ${found!.step} and auto_increment_offset ${found!.first}`;
  const holds = Number(found!.step) === count && Number(found!.first) === position;
  return gate('sequences', site, holds ? undefined : `${shown}: set them to ${count} and ${position}, in the parameter group of the server, and let `
    + 'applications connect anew', shown);
}

async function transactionsGate({ session, site, limits: { maxTransactionSeconds } }: MySqlLook): Promise<Gate> {
  const found = await session.rows<{ id: string; user: string | null; seconds: string }>(
    `SELECT t.trx_mysql_thread_id AS id, p.USER AS user, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) AS seconds
       FROM information_schema.innodb_trx t LEFT JOIN information_schema.processlist p ON p.ID = t.trx_mysql_thread_id
      WHERE t.trx_mysql_thread_id <> CONNECTION_ID() AND (t.trx_rows_modified > 0 OR t.trx_rows_locked > 0)
        AND TIMESTAMPDIFF(MICROSECOND, t.trx_started, NOW(6)) >= ? * 1000000`, [maxTransactionSeconds],
  );
  return openTransactionsGate(site, maxTransactionSeconds, found.map(({ id, user, seconds }) =>
    `connection ${id} (${user ?? 'unknown user'}, ${seconds} s)`));
}

async function binaryLogGate({ session, site }: MySqlLook): Promise<Gate> {
  const found = await session.row<{ log: string; format: string; image: string }>(
    'SELECT @@GLOBAL.log_bin AS log, @@GLOBAL.binlog_format AS format, @@GLOBAL.binlog_row_image AS image',
  );
  const shown = `log_bin is ${Number(found!.log) === 1 ? 'ON' : 'OFF'}, binlog_format ${found!.format}, binlog_row_image ${found!.image}`;
  const holds = Number(found!.log) === 1 && found!.format === 'ROW' && found!.image === 'FULL';
  return gate('binary-log', site, holds ? undefined : `${shown}: the leg away from here needs ON, ROW and FULL`, shown);
}
