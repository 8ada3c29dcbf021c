import { escapeIdentifier } from 'pg';
import type { Gate } from '../../../lib/two-way/switch/switch-run';
import type { GateLimits, SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { refuseOlder, refuseOpened } from '../fence-rules';
import { FencedSite } from '../fenced-site';
import { HEARTBEAT_TABLE, heartbeatId } from '../names';
import type { PreparableSite, Role } from '../prepare';
import type { SiteDatabase } from '../site-database';
import { PostgresFence } from './fence';
import { postgresGates } from './gates';
import { preparationScript } from './preparation-ddl';
import { raiseSequences, readSequences } from './sequences';
import type { PostgresSession } from './session';
import { capturePosition, dropSlot } from './slot';

/** How long the preparation waits for a table: whoever writes to it waits behind. */
const PREPARATION_LOCK_MILLISECONDS = 10_000;

/** A PostgreSQL database as a site. */
export class PostgresSite extends FencedSite<PostgresFence> implements SiteDatabase, PreparableSite {
  public constructor(
    public readonly site: SiteConfiguration,
    private readonly configuration: TwoWayConfiguration,
    private readonly session: PostgresSession,
  ) {
    super(new PostgresFence(session, site));
  }

  public writeMarker(marker: string, epoch: number): Promise<void> {
    const { name, schema } = this.site;
    return this.session.transaction(async () => {
      refuseOlder(name, await this.store.locked(), epoch);
      await this.session.rows(
        `INSERT INTO ${escapeIdentifier(schema)}.${HEARTBEAT_TABLE} (heartbeat_id, description, last_update_dt, last_update_site)
         VALUES ($1, $2, clock_timestamp() AT TIME ZONE 'UTC', $3)
         ON CONFLICT (heartbeat_id) DO UPDATE SET description = EXCLUDED.description,
           last_update_dt = EXCLUDED.last_update_dt, last_update_site = EXCLUDED.last_update_site`,
        [heartbeatId(this.configuration, name), marker, name],
      );
    });
  }

  public async readMarker(site: string): Promise<string | undefined> {
    const row = await this.session.row<{ description: string | null }>(
      `SELECT description FROM ${escapeIdentifier(this.site.schema)}.${HEARTBEAT_TABLE} WHERE heartbeat_id = $1`,
      [heartbeatId(this.configuration, site)],
    );
    return row?.description ?? undefined;
  }

  public async capturePosition(epoch: number): Promise<{ position: string; createdSlot: boolean }> {
    refuseOpened(this.site.name, await this.store.state(), epoch);
    return capturePosition(this.session, this.site);
  }

  public async dropPosition(): Promise<void> {
    if (this.site.slotName !== undefined) await dropSlot(this.session, this.site.slotName);
  }

  public async raiseSequences(other: SiteDatabase, epoch: number): Promise<void> {
    const taken = await other.sequences();
    await this.session.transaction(async () => {
      // Nobody opens this site until the end of the transaction, so nobody takes a number meanwhile.
      refuseOpened(this.site.name, await this.store.locked(), epoch);
      const own = await readSequences(this.session, this.site, this.configuration);
      await raiseSequences(this.session, own, taken, this.configuration.sequences);
    });
  }

  public async sequences(): Promise<ReadonlyMap<string, bigint>> {
    const sequences = await readSequences(this.session, this.site, this.configuration);
    return new Map(sequences.map(({ key, last }) => [key, last]));
  }

  /** Sessions of replication say themselves that neither triggers nor foreign keys apply to them. */
  public armTriggers(): Promise<void> {
    return Promise.resolve();
  }

  public disarmTriggers(): Promise<void> {
    return Promise.resolve();
  }

  public gates(role: 'from' | 'to', limits: GateLimits): Promise<readonly Gate[]> {
    return postgresGates({ session: this.session, site: this.site, configuration: this.configuration, role, limits });
  }

  public prepare(role: Role): Promise<void> {
    const script = preparationScript(this.site, this.configuration, role);
    return this.session.script(`SET lock_timeout = ${PREPARATION_LOCK_MILLISECONDS}; ${script} RESET lock_timeout`);
  }

  public close(): Promise<void> {
    return this.session.close();
  }
}
