/**
 * What DMS documents of table mappings, written once more and as plainly as can be, so that the engine can be compared
 * with it. It knows nothing of the engine's code.
 */

export type Rule = Readonly<Record<string, unknown>> & { readonly 'object-locator': Locator };
interface Locator {
  readonly 'schema-name': string;
  readonly 'table-name'?: string;
  readonly 'column-name'?: string;
}
interface Condition {
  readonly 'filter-operator': string;
  readonly 'value'?: string;
  readonly 'start-value'?: string;
  readonly 'end-value'?: string;
}
interface Filter {
  readonly 'column-name': string;
  readonly 'filter-conditions': readonly Condition[];
}

export type Value = number | string | null;
export type Row = Readonly<Record<string, Value>>;

/** A table of the source. Numbers and texts compare as such; the key tells rows apart. */
export interface SourceTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly key: string;
}

/** How a row comes into the lake. */
export type Event = 'load' | 'insert' | 'update' | 'delete';

/** What documents may ask for beyond what is the same for all. */
export interface Extensions {
  /** The value of an added column. */
  readonly evaluated?: (rule: Rule, row: Row, table: SourceTable, event: Event) => Value;
  /** The value of a column with a `change-data-type` or `data-masking-…` rule. */
  readonly changed?: (value: Value, rule: Rule) => Value;
}

/** What the lake has of a table, or why DMS and with it the engine cannot take the mappings. */
export interface PredictedTable {
  readonly source: SourceTable;
  readonly schema: string;
  readonly name: string;
  /** Names of the columns, in order. */
  readonly columns: readonly string[];
  /** Whether a row is replicated; of a row that was deleted only the key is known. */
  readonly takes: (row: Row, event: Event) => boolean;
  /** The values of a row in these columns. */
  readonly valuesOf: (row: Row, event: Event) => Value[];
}

export class Refused extends Error {}

/** `%` any characters, `_` one, `[ab]` and `[a-d]` one of those, everything else itself. */
export function matches(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const [first, ...rest] = [...pattern];
  const [head, ...tail] = [...name];
  const close = pattern.indexOf(']', 2);
  if (first === '%') return matches(rest.join(''), name) || (head !== undefined && matches(pattern, tail.join('')));
  if (head === undefined) return false;
  if (first === '[' && close > 0) {
    const set = pattern.slice(1, close);
    const inSet = set.length === 3 && set[1] === '-' ? set[0]! <= head && head <= set[2]! : set.includes(head);
    return inSet && matches(pattern.slice(close + 1), tail.join(''));
  }
  return (first === '_' || first === head) && matches(rest.join(''), tail.join(''));
}

/**
 * The tables that the mappings choose, in the order in which they load, and what they become.
 *
 * @throws {Refused} when nothing is chosen, an exact name is nowhere, or names collide or vanish
 */
export function predict(
  rules: readonly Rule[],
  tables: readonly SourceTable[],
  { evaluated = evaluatedHere, changed = masked }: Extensions = {},
): PredictedTable[] {
  const selections = rules.filter((rule) => rule['rule-type'] === 'selection');
  const excluded = selections.filter((rule) => rule['rule-action'] === 'exclude');
  const included = selections.filter((rule) => rule['rule-action'] !== 'exclude');
  const selects = (rule: Rule, { schema, name }: SourceTable): boolean => {
    const { 'schema-name': schemaName, 'table-name': tableName } = rule['object-locator'];
    return rule['rule-action'] === 'explicit'
      ? schemaName === schema && tableName === name
      : matches(schemaName, schema) && matches(tableName!, name);
  };
  const nowhere = included.find((rule) => {
    const locator = rule['object-locator'];
    const isExact = !/%|\[.+\]/.test(locator['schema-name'] + locator['table-name']!);
    return isExact && !tables.some((table) => selects(rule, table));
  });
  if (nowhere !== undefined) throw new Refused(`rule ${String(nowhere['rule-id'])} selects nothing`);
  const chosen = tables
    .filter((table) => included.some((rule) => selects(rule, table)) && !excluded.some((rule) => selects(rule, table)))
    .map((table) => ({ table, by: included.filter((rule) => selects(rule, table)) }));
  const orderOf = ({ by }: (typeof chosen)[number]): number => Math.max(...by.map((rule) => Number(rule['load-order'] ?? 0)));
  const title = ({ table }: (typeof chosen)[number]): string => `${table.schema}\0${table.name}`;
  chosen.sort((one, other) => orderOf(other) - orderOf(one) || (title(one) < title(other) ? -1 : 1));
  if (chosen.length === 0) throw new Refused('nothing is selected');
  const predicted = chosen.map(({ table, by }) => transformed(rules, table, by, { evaluated, changed }));
  const folders = predicted.map(({ schema, name }) => `${schema}/${name}`);
  if (new Set(folders).size < folders.length) throw new Refused('two tables would share a folder');
  return predicted;
}

function transformed(
  rules: readonly Rule[],
  table: SourceTable,
  selectedBy: readonly Rule[],
  { evaluated, changed }: Required<Extensions>,
): PredictedTable {
  const own = rules
    .filter((rule) => rule['rule-type'] === 'transformation')
    .filter(({ 'object-locator': locator }) => matches(locator['schema-name'], table.schema)
      && (locator['table-name'] === undefined || matches(locator['table-name'], table.name)))
    // The lower id wins.
    .sort((one, other) => Number(one['rule-id']) - Number(other['rule-id']));
  const firstFor = (target: string): Rule | undefined =>
    own.find((rule) => rule['rule-target'] === target && rule['rule-action'] !== 'define-primary-key');
  const ofColumns = own.filter((rule) => rule['rule-target'] === 'column');
  const isFor = (column: string) => (rule: Rule): boolean => matches(rule['object-locator']['column-name'] ?? '%', column);
  const kept = ofColumns.filter((rule) => rule['rule-action'] === 'include-column');
  const columns = table.columns
    .filter((column) => kept.length === 0 || kept.some(isFor(column)))
    .flatMap((column) => {
      const matching = ofColumns.filter(isFor(column));
      const naming = matching.find((rule) => !/^(include-column|add-column|add-before|data-masking)/.test(String(rule['rule-action'])));
      const mask = matching.find((rule) => String(rule['rule-action']).startsWith('data-masking'));
      if (naming?.['rule-action'] === 'remove-column') return [];
      const changes = [naming, mask].flatMap((rule) => rule ?? [])
        .sort((one, other) => Number(one['rule-id']) - Number(other['rule-id']));
      return [{ name: renamed(column, naming), of: (row: Row): Value => changes.reduce(changed, row[column]!) }];
    });
  const added = ofColumns.filter((rule) => rule['rule-action'] === 'add-column')
    .map((rule) => ({
      name: String(rule['value']), of: (row: Row, event: Event): Value => evaluated(rule, row, table, event),
    }));
  const names = [...columns, ...added].map(({ name }) => name);
  const [schema, name] = [renamed(table.schema, firstFor('schema')), renamed(table.name, firstFor('table'))];
  if (new Set(names).size < names.length) throw new Refused('two columns would have one name');
  if ([...names, schema, name].includes('') || names.includes('Op')) throw new Refused('a name would vanish or is taken');
  const filters = selectedBy.map((rule) => (rule['filters'] ?? []) as readonly Filter[]);
  const keyOnly = (row: Row): Row =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, column === table.key ? value : null]));
  return {
    source: table, schema, name, columns: names,
    takes: (row, event) => filters.some((group) => group.length === 0) || filters.some((group) =>
      group.every((filter) => (event !== 'delete' || filter['column-name'] === table.key)
        && filter['filter-conditions'].some((condition) => holds(row[filter['column-name']]!, condition)))),
    valuesOf: (row, event) => [...columns, ...added].map(({ of }) => of(event === 'delete' ? keyOnly(row) : row, event)),
  };
}

function renamed(name: string, rule: Rule | undefined): string {
  const text = (key: string): string => (typeof rule?.[key] === 'string' ? rule[key] : '');
  const [value, old] = [text('value'), text('old-value')];
  const withoutEnd = (ending: string): string => name.slice(0, name.length - ending.length);
  switch (rule?.['rule-action']) {
    case 'rename': return value;
    case 'convert-lowercase': return name.toLowerCase();
    case 'convert-uppercase': return name.toUpperCase();
    case 'add-prefix': return `${value}${name}`;
    case 'add-suffix': return `${name}${value}`;
    case 'remove-prefix': return name.startsWith(value) ? name.slice(value.length) : name;
    case 'remove-suffix': return name.endsWith(value) ? withoutEnd(value) : name;
    case 'replace-prefix': return name.startsWith(old) ? value + name.slice(old.length) : name;
    case 'replace-suffix': return name.endsWith(old) ? withoutEnd(old) + value : name;
    default: return name;
  }
}

function masked(value: Value, rule: Rule): Value {
  return rule['rule-action'] === 'data-masking-digits-mask' && typeof value === 'string'
    ? value.replaceAll(/\d/g, String(rule['value']))
    : value;
}

/** The few expressions that random rules have. */
function evaluatedHere(rule: Rule, row: Row): Value {
  const expression = String(rule['expression']);
  const constant = /^'([^']*)'$/.exec(expression);
  if (constant !== null) return constant[1]!;
  const marked = /^\$(\w+) \|\| '!'$/.exec(expression);
  const value = row[(marked ?? /^\$(\w+)$/.exec(expression))![1]!]!;
  return value === null ? null : `${value}${marked === null ? '' : '!'}`;
}

function holds(value: Value, condition: Condition): boolean {
  const operator = condition['filter-operator'];
  if (operator === 'null') return value === null;
  if (value === null) return false;
  const compared = (other: string | undefined): number => {
    const same = typeof value === 'number' ? Number(other) : other!;
    return value === same ? 0 : value < same ? -1 : 1;
  };
  const isBetween = (): boolean => compared(condition['start-value']) >= 0 && compared(condition['end-value']) <= 0;
  switch (operator) {
    case 'notnull': return true;
    case 'eq': return compared(condition.value) === 0;
    case 'noteq': return compared(condition.value) !== 0;
    case 'gte': return compared(condition.value) >= 0;
    case 'lte':
    case 'ste': return compared(condition.value) <= 0;
    case 'between': return isBetween();
    case 'notbetween': return !isBetween();
    default: throw new Error(`${operator} is no operator of DMS`);
  }
}
