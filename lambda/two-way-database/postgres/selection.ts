import { escapeLiteral } from 'pg';
import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { DMS_TABLES, likePattern, OWN_TABLES } from '../names';

/** The condition under which a table of the catalog is replicated: text without values, since it is printed as well. */
export function isReplicated(
  { schema }: Pick<SiteConfiguration, 'schema'>, { tables }: Pick<TwoWayConfiguration, 'tables'>,
  table = 'c', namespace = 'n',
): string {
  const patterns = tables.map((pattern) => escapeLiteral(likePattern(pattern))).join(', ');
  return `${namespace}.nspname = ${escapeLiteral(schema)} AND ${table}.relkind IN ('r', 'p') `
    + `AND ${table}.relpersistence = 'p' AND lower(${table}.relname) LIKE ANY (ARRAY[${patterns}]) `
    + `AND lower(${table}.relname) NOT IN (${OWN_TABLES.map((name) => escapeLiteral(name)).join(', ')}) `
    + `AND lower(${table}.relname) NOT LIKE ${escapeLiteral(`${likePattern(DMS_TABLES)}%`)}`;
}
