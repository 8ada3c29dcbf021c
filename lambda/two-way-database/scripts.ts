import type { SiteConfiguration, TwoWayConfiguration } from '../../lib/two-way/two-way-api';
import * as mysql from './mysql/preparation-ddl';
import * as oracle from './oracle/statements';
import * as postgres from './postgres/preparation-ddl';
import type { Role } from './prepare';

/** What the handler applies, as a script to be read or to be run by hand. */
export function preparationScript(site: SiteConfiguration, configuration: TwoWayConfiguration, role: Role): string {
  switch (site.engine) {
    case 'postgres': return postgres.preparationScript(site, configuration, role);
    case 'mysql': return mysql.preparationScript(site, configuration, role, namedTables(site, configuration));
    case 'oracle': return oracle.preparationScript(site, configuration, role);
  }
}

/** Takes away what the preparation has made. The site is writable then, whether the map says so or not. */
export function tearDownScript(site: SiteConfiguration, configuration: TwoWayConfiguration): string {
  switch (site.engine) {
    case 'postgres': return postgres.tearDownScript(site);
    case 'mysql': return mysql.tearDownScript(site, namedTables(site, configuration));
    case 'oracle': return oracle.tearDownScript(site);
  }
}

/** MySQL makes no trigger in a loop, so a script for it has to know its tables. */
function namedTables(site: SiteConfiguration, { tables }: TwoWayConfiguration): readonly string[] {
  const patterns = tables.filter((table) => table.includes('%'));
  if (patterns.length === 0) return tables;
  throw new Error(`the tables of site ${site.name} are ${patterns.join(', ')}: a script for MySQL names each table; name them in the `
    + 'replication, or let the handler prepare the site');
}
