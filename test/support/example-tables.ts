import type { Row, Rule, Value } from './mapping-oracle';
import type { MappedTable } from './mapped-tables';

/** A rule of a documented example, with the keys that tell what its database has to be like. */
type ExampleRule = Rule & {
  readonly 'rule-type': string;
  readonly 'filters'?: readonly { readonly 'column-name': string; readonly 'filter-conditions': readonly Record<string, string>[] }[];
  readonly 'expression'?: string;
  readonly 'parallel-load'?: { readonly columns?: readonly string[]; readonly boundaries?: readonly (readonly string[])[] };
  readonly 'primary-key-def'?: { readonly columns: readonly string[] };
};

export interface ExampleDatabase {
  readonly tables: readonly MappedTable[];
  readonly sqlTypeOf: (column: string) => string;
}

const KEY = 'row number';
/** Columns of every table: one that no rule is about, and one with a prefix that a rule replaces. */
const OTHERS = ['remark', 'Pre_remark'];
const ROWS = 6;

/** The database that a documented mapping is about: its schemas and tables, a table more, its columns, and rows. */
export function exampleDatabase(rules: readonly ExampleRule[]): ExampleDatabase {
  const columns = new Map<string, string[]>();
  rules.forEach((rule) => columnsOf(rule).forEach(([name, values]) =>
    columns.set(name, [...(columns.get(name) ?? []), ...values])));
  const isAmount = (name: string): boolean => /salary|amount/i.test(name);
  const isCompared = (name: string): boolean => (columns.get(name) ?? []).some((value) => /^\d+$/.test(value));
  const locators = rules.map((rule) => rule['object-locator']);
  const schemas = unique(locators.map((locator) => concrete(locator['schema-name'], 'some schema')));
  const names = unique([...locators.map((locator) => concrete(locator['table-name'] ?? '%', 'some table')), 'another table']);
  const all = [KEY, ...unique([...columns.keys(), ...OTHERS])];
  const valueOf = (name: string, i: number): Value => {
    if (isAmount(name)) return 19_998.5 + i;
    return isCompared(name) ? integerNear(columns.get(name)!, i) : textNear(columns.get(name) ?? [], name, i);
  };
  const row = (i: number): Row => Object.fromEntries(all.map((name) => [name, name === KEY ? i : valueOf(name, i)]));
  const loaded = Array.from({ length: ROWS }, (_, i) => row(i + 1));
  return {
    sqlTypeOf: (name) => (isAmount(name) ? 'numeric(12,1)' : name === KEY || isCompared(name) ? 'integer' : 'varchar(60)'),
    tables: schemas.flatMap((schema) => names.map((name): MappedTable => ({
      schema, name, columns: all, key: KEY, rows: loaded,
      changes: [
        { kind: 'insert', row: row(ROWS + 1) },
        { kind: 'update', row: { ...row(2), remark: 'changed' } },
        { kind: 'delete', row: loaded[2]! },
      ],
    }))),
  };
}

/** Names of columns that a rule is about, each with the values that it compares them with. */
function columnsOf(rule: ExampleRule): [string, readonly string[]][] {
  const located = rule['object-locator']['column-name'];
  const references = [...(rule.expression ?? '').matchAll(/\$(\w+)/g)].map((match) => match[1]!).filter((name) => !/^AR_/.test(name));
  const { columns = [], boundaries = [] } = rule['parallel-load'] ?? {};
  return [
    ...(located === undefined || located === '%' ? [] : [concrete(located, '')]).map((name): [string, string[]] => [name, []]),
    ...references.map((name): [string, string[]] => [name, []]),
    ...(rule['primary-key-def']?.columns ?? []).map((name): [string, string[]] => [name, []]),
    ...columns.map((name, i): [string, string[]] => [name, boundaries.map((boundary) => boundary[i]!)]),
    ...(rule.filters ?? []).map((filter): [string, string[]] =>
      [filter['column-name'], filter['filter-conditions'].flatMap(({ 'filter-operator': _, ...values }) => Object.values(values))]),
  ];
}

/** A name that a pattern matches. */
function concrete(pattern: string, anything: string): string {
  return pattern === '%' ? anything : pattern.replaceAll('%', ' 1');
}

/** Around the numbers that a rule names. */
function integerNear(named: readonly string[], i: number): number {
  return Number(named[i % named.length]) + [0, -1, 1][(i * 2) % 3]!;
}

/** Texts before, at and after those that a rule names; some null when it names none. */
function textNear(named: readonly string[], name: string, i: number): string | null {
  if (named.length > 0) return named[i % named.length]! + (i % 2 === 0 ? '' : 'x');
  return i % 4 === 0 ? null : `${name} ${i * 1037}`;
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];
