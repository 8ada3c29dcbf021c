import type { Gate } from '../../../lib/two-way/switch/switch-run';
import type { GateLimits, SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { refuseOlder, refuseOpened } from '../fence-rules';
import { FencedSite } from '../fenced-site';
import { HEARTBEAT_TABLE, heartbeatId } from '../names';
import type { PreparableSite, Role } from '../prepare';
import { type SiteDatabase, SiteNotReached } from '../site-database';
import { MySqlFence } from './fence';
import { mysqlGates } from './gates';
import { fenceTrigger, preparationStatements, quoted } from './preparation-ddl';
import { type MySqlConnection, MySqlSession } from './session';
import { lastNumbers, raiseNumbers, readTables } from './tables';

/** MySQL 8.4 has renamed `SHOW MASTER STATUS`; which of the two a server knows, it tells by refusing the other. */
const POSITIONS = ['SHOW MASTER STATUS', 'SHOW BINARY LOG STATUS'] as const;

/** @throws {SiteNotReached} when it cannot be reached */
export async function openMySqlSite(
  site: SiteConfiguration, configuration: TwoWayConfiguration, connection: MySqlConnection,
): Promise<MySqlSite> {
  try {
    return new MySqlSite(site, configuration, await MySqlSession.open(connection));
  } catch (error) {
    throw new SiteNotReached(`site ${site.name} cannot be reached: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * A MySQL database as a site. It has no triggers for statements, so its fence looks at each row; TRUNCATE runs no
 * trigger, so applications must not have the right to it (DROP).
 */
export class MySqlSite extends FencedSite<MySqlFence> implements SiteDatabase, PreparableSite {
  public constructor(
    public readonly site: SiteConfiguration,
    private readonly configuration: TwoWayConfiguration,
    private readonly session: MySqlSession,
  ) {
    super(new MySqlFence(session, site));
  }

  public writeMarker(marker: string, epoch: number): Promise<void> {
    const { name, schema } = this.site;
    return this.session.transaction(async () => {
      refuseOlder(name, await this.store.locked(), epoch);
      await this.session.rows(
        `INSERT INTO ${quoted(schema)}.${HEARTBEAT_TABLE} (heartbeat_id, description, last_update_dt, last_update_site)
         VALUES (?, ?, UTC_TIMESTAMP(6), ?) ON DUPLICATE KEY UPDATE description = VALUES(description),
           last_update_dt = VALUES(last_update_dt), last_update_site = VALUES(last_update_site)`,
        [heartbeatId(this.configuration, name), marker, name],
      );
    });
  }

  public async readMarker(site: string): Promise<string | undefined> {
    const row = await this.session.row<{ description: string | null }>(
      `SELECT description FROM ${quoted(this.site.schema)}.${HEARTBEAT_TABLE} WHERE heartbeat_id = ?`,
      [heartbeatId(this.configuration, site)],
    );
    return row?.description ?? undefined;
  }

  /** Nothing holds the log back: the server has to keep it for as long as a leg may stand still. */
  public async capturePosition(epoch: number): Promise<{ position: string; createdSlot: boolean }> {
    refuseOpened(this.site.name, await this.store.state(), epoch);
    let refused: unknown;
    for (const statement of POSITIONS) {
      try {
        const row = await this.session.row<{ File: string; Position: string }>(statement);
        if (row === undefined) throw new Error(`site ${this.site.name} has no binary log: turn log_bin on`);
        return { position: `${row.File}:${row.Position}`, createdSlot: false };
      } catch (error) {
        refused = error;
      }
    }
    throw refused;
  }

  public dropPosition(): Promise<void> {
    return Promise.resolve();
  }

  public async raiseSequences(other: SiteDatabase, epoch: number): Promise<void> {
    const strategy = this.configuration.sequences;
    const taken = await other.sequences();
    refuseOpened(this.site.name, await this.store.state(), epoch);
    const tables = await readTables(this.session, this.site, this.configuration);
    await raiseNumbers(this.session, this.site, tables, taken, strategy.kind === 'resynchronised' ? BigInt(strategy.gap) : 0n);
  }

  public async sequences(): Promise<ReadonlyMap<string, bigint>> {
    const tables = await readTables(this.session, this.site, this.configuration);
    return lastNumbers(this.session, this.site, tables);
  }

  /** MySQL cannot turn triggers off; its sessions of replication do without foreign keys (`foreign_key_checks`). */
  public armTriggers(): Promise<void> {
    return Promise.resolve();
  }

  public disarmTriggers(): Promise<void> {
    return Promise.resolve();
  }

  public gates(role: 'from' | 'to', limits: GateLimits): Promise<readonly Gate[]> {
    return mysqlGates({ session: this.session, site: this.site, configuration: this.configuration, role, limits });
  }

  public async prepare(role: Role): Promise<void> {
    const { site, configuration, session } = this;
    for (const statement of preparationStatements(site, configuration, role)) await session.rows(statement);
    for (const { name, unfenced } of await readTables(session, site, configuration)) {
      for (const event of unfenced) await session.rows(fenceTrigger(site, name, event));
    }
  }

  public close(): Promise<void> {
    return this.session.close();
  }
}
