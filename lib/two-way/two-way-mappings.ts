import { NameChange, TableMappings, type TableMappingRule, TableSelection, Transformation } from '../table-mappings';
import { keepsUpperCase, type ITwoWaySite } from './two-way-site';

/** The table that carries the marker rows of the switch: always replicated. */
export const HEARTBEAT_TABLE = 'dms_heartbeat';
/** Tables that belong to one site: its fence, and what DMS writes for itself, by which it knows its own writes. */
export const LOCAL_TABLES = ['dms_fence', 'awsdms_%'];

const TABLE = /^[a-z0-9_$#%]+$/;

type MappedSite = Pick<ITwoWaySite, 'engine' | 'schema'>;

/**
 * The mappings of one leg. Those of the other leg are the same with the sites swapped: every name that goes there and
 * back is the same name again, because names are in one case at each site.
 */
export function legMappings(from: MappedSite, to: MappedSite, tables: readonly string[]): TableMappings {
  const spelled = (name: string): string => literal(keepsUpperCase(from) ? name.toUpperCase() : name);
  const schema = literal(from.schema);
  const selected = tables.includes('%') ? ['%'] : [...new Set([...tables, HEARTBEAT_TABLE])];
  return TableMappings.of(
    ...selected.map((table) => TableSelection.include(schema, spelled(table))),
    ...localTables(from).map((table) => TableSelection.exclude(schema, literal(table))),
    ...schemaChange(from, to),
    ...caseChange(from, to),
  );
}

/** @throws when a table is no name in lower case, or there is none */
export function checkTables(tables: readonly string[]): void {
  if (tables.length === 0) {
    throw new Error('tables is empty: name the tables in lower case, such as orders or shop_%, or leave it out for all of '
      + 'the schema');
  }
  const wrong = tables.filter((table) => !TABLE.test(table));
  if (wrong.length > 0) {
    throw new Error(`tables holds ${wrong.map((table) => JSON.stringify(table)).join(', ')}: give names in lower case, `
      + 'without their schema, in which % stands for any characters');
  }
}

/** DMS creates its tables in Oracle by whichever spelling: both are left out. */
const localTables = (site: MappedSite): string[] => (keepsUpperCase(site)
  ? [...LOCAL_TABLES.map((table) => table.toUpperCase()), ...LOCAL_TABLES.filter((table) => table.startsWith('awsdms'))]
  : LOCAL_TABLES);

/** In a selection `_` is any character, and here it is itself. */
const literal = (name: string): string => name.replaceAll('_', '[_]');

function schemaChange(from: MappedSite, to: MappedSite): TableMappingRule[] {
  if (from.schema === to.schema) return [];
  // One rule for one object: a rename says the case as well.
  return from.schema.toLowerCase() === to.schema.toLowerCase()
    ? [Transformation.changeSchemaNames(from.schema, nameChange(to))]
    : [Transformation.renameSchema(from.schema, to.schema)];
}

function caseChange(from: MappedSite, to: MappedSite): TableMappingRule[] {
  if (keepsUpperCase(from) === keepsUpperCase(to)) return [];
  return [
    Transformation.changeTableNames(from.schema, '%', nameChange(to)),
    Transformation.changeColumnNames(from.schema, '%', '%', nameChange(to)),
  ];
}

const nameChange = (to: MappedSite): NameChange =>
  (keepsUpperCase(to) ? NameChange.uppercase() : NameChange.lowercase());
