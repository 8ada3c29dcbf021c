import type { ConnectionOptions } from 'node:tls';
import type { SiteConfiguration, TwoWayConfiguration } from '../../lib/two-way/two-way-api';
import { tlsFor } from '../source-preparation/database';
import { loginOf } from '../source-preparation/login';
import { openPostgresSite } from './postgres/open';
import type { PreparableSite } from './prepare';
import { type SiteDatabase, SiteNotReached } from './site-database';

/** @throws {SiteNotReached} when it cannot be reached, or its secret cannot be read */
export async function openSite(
  name: string, configuration: TwoWayConfiguration,
): Promise<SiteDatabase & PreparableSite> {
  const site = configuration.sites.find((candidate) => candidate.name === name);
  if (site === undefined) {
    throw new Error(`'${name}' is not a site: choose ${configuration.sites.map((known) => known.name).join(' or ')}`);
  }
  switch (site.engine) {
    case 'postgres': {
      const { host, port, user, password, database, ssl } = await connectionOf(site);
      return openPostgresSite(site, configuration, { host, port, user, password, database, ssl });
    }
    case 'mysql': {
      const { host, port, user, password, ssl } = await connectionOf(site);
      const { openMySqlSite } = await import('./mysql.bundle.js');
      return openMySqlSite(site, configuration, { host, port, user, password, ssl });
    }
    case 'oracle': {
      const { openRemoteSite } = await import('./remote.bundle.js');
      return openRemoteSite(site, configuration);
    }
  }
}

interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly ssl: ConnectionOptions;
}

async function connectionOf(site: SiteConfiguration): Promise<Connection> {
  const { secretArn, sslMode = 'require', certificateAuthority } = site;
  if (secretArn === undefined) throw new Error(`site ${site.name} has no secretArn: give it the secret of its login`);
  const login = await loginOf(secretArn).catch((error: Error) => {
    throw new SiteNotReached(`the login of site ${site.name} cannot be read: ${error.name}: ${error.message}`, { cause: error });
  });
  const database = login.database ?? site.databaseName;
  if (database === undefined) {
    throw new Error(`nobody says which database site ${site.name} is: give the secret a dbname, or the site a databaseName`);
  }
  return {
    host: login.host,
    port: login.port,
    user: login.username,
    password: login.password,
    database,
    ssl: tlsFor(login.host, sslMode, certificateAuthority),
  };
}
