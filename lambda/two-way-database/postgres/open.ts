import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { SiteNotReached } from '../site-database';
import { PostgresSite } from './postgres-site';
import { type PostgresConnection, PostgresSession } from './session';

export type { PostgresConnection } from './session';

/** @throws {SiteNotReached} when it cannot be reached */
export async function openPostgresSite(
  site: SiteConfiguration, configuration: TwoWayConfiguration, connection: PostgresConnection,
): Promise<PostgresSite> {
  try {
    return new PostgresSite(site, configuration, await PostgresSession.open(connection));
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const why = code === undefined || message.includes(code) ? message : `${code}: ${message}`;
    throw new SiteNotReached(`site ${site.name} cannot be reached: ${why}`, { cause: error });
  }
}
