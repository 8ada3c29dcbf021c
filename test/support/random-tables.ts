import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { escapeIdentifier } from 'pg';
import { CHANGE, HISTORY, HISTORY_DEFINITIONS, historyTriggers } from './history';
import { RANDOM_TYPES, TYPE_DEFINITIONS, type RandomType } from './random-types';

export interface RandomColumn {
  readonly name: string;
  readonly type: RandomType;
}

/** How the source tells rows apart in UPDATE and DELETE. */
export type Identity = 'primary key' | 'primary key, full' | 'unique index' | 'full' | 'nothing' | 'no key';

export interface RandomTable {
  readonly schema: string;
  readonly name: string;
  /** Those of the key first. */
  readonly columns: readonly RandomColumn[];
  readonly keyLength: number;
  readonly identity: Identity;
  /** A column that the source computes from the number of the last change. */
  readonly generated: boolean;
}

export const GENERATED = 'made of change';
/** Schema, folder and column names that break whatever is not quoted, escaped or counted in bytes. */
const ODD_NAMES = [
  'plain', 'UPPER', 'Mixed Case', 'quo"te', "it's", 'back\\slash', 'select', 'ünïcødé', '名前', '😀', '%', '_', 'a%b', '[ab]',
  'star*', 'what?', '{brace}', '$1', ' leading', 'trailing ', 'new\nline', 'tab\t', ';--', '.hidden', 'a.b', 'filename',
  'key', 'source', 'lake', 'rows', 'dms file', 'é'.repeat(31), 'n'.repeat(63), '#', '-', 'a,b', '(x)', '&amp;', '<b>', '~',
];

/** A name that PostgreSQL takes, not longer than its 63 bytes, that can be a folder and is not taken by the test. */
export const oddName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD_NAMES) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }) },
).filter((name) => name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0')
  && Buffer.byteLength(name) <= 63 && !name.startsWith('pg_')
  && !['op', 'file_row_number', CHANGE, GENERATED, HISTORY].includes(name.toLowerCase()));

/** DuckDB, which reads the lake, takes names that differ only in case for one. */
export const oddNames = (minLength: number, maxLength: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(oddName, { minLength, maxLength, selector: (name) => name.toLowerCase() });

const IDENTITIES: readonly (readonly [Identity, number])[] = [
  ['primary key', 6], ['primary key, full', 2], ['unique index', 2], ['full', 1], ['nothing', 1], ['no key', 1],
];

const randomTable = (schema: string, name: string, version: number): fc.Arbitrary<RandomTable> =>
  fc.constantFrom(...IDENTITIES.flatMap(([identity, weight]) => Array.from({ length: weight }, () => identity)))
    .chain((identity) => {
      const keyTypes = ['full', 'no key'].includes(identity) ? [] : RANDOM_TYPES.filter(({ identifies }) => identifies);
      return fc.tuple(
        keyTypes.length === 0
          ? fc.constant([])
          : fc.array(fc.constantFrom(...keyTypes), { minLength: 1, maxLength: 3 }),
        fc.array(fc.constantFrom(...RANDOM_TYPES), { maxLength: 6 }),
        oddNames(9, 9),
        fc.boolean(),
      ).map(([key, others, names, generated]): RandomTable => ({
        schema, name, identity,
        // The engine refuses those: PostgreSQL itself would refuse UPDATE and DELETE of them while they are published.
        generated: generated && !(version >= 18 && identity.includes('full')),
        columns: [...key, ...others].map((type, i) => ({ name: names[i]!, type })),
        keyLength: key.length,
      }));
    });

/** One to four tables in one or two schemas. */
export const randomTables = (version: number): fc.Arbitrary<RandomTable[]> =>
  fc.tuple(oddNames(2, 2), oddNames(1, 4)).chain(([schemas, names]) =>
    fc.tuple(...names.map((name, i) => randomTable(schemas[i % 2]!, name, version))));

export const quoted = ({ schema, name }: Pick<RandomTable, 'schema' | 'name'>): string =>
  `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;

export const keyOf = ({ columns, keyLength }: RandomTable): readonly RandomColumn[] => columns.slice(0, keyLength);

/** SQL that makes the tables, with the triggers that number every change and write the history. */
export function definitions(tables: readonly RandomTable[]): string {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return [
    TYPE_DEFINITIONS,
    HISTORY_DEFINITIONS,
    ...schemas.map((schema) => `CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)};`),
    ...tables.map(definition),
  ].join('\n');
}

function definition(table: RandomTable): string {
  const key = keyOf(table).map(({ name }) => escapeIdentifier(name)).join(', ');
  const columns = table.columns.map(({ name, type }, i) =>
    `${escapeIdentifier(name)} ${type.sql}${i < table.keyLength ? ' NOT NULL' : ''}`);
  const made = table.generated
    ? [`${escapeIdentifier(GENERATED)} text GENERATED ALWAYS AS (left(md5(${CHANGE}::text), 5)) STORED`]
    : [];
  const primary = table.keyLength > 0 && table.identity !== 'unique index' ? [`PRIMARY KEY (${key})`] : [];
  const name = quoted(table);
  // Tables of one schema may not share it.
  const index = `identity_${createHash('md5').update(table.name).digest('hex')}`;
  const identities: Partial<Record<Identity, string>> = {
    'primary key, full': `ALTER TABLE ${name} REPLICA IDENTITY FULL;`,
    'full': `ALTER TABLE ${name} REPLICA IDENTITY FULL;`,
    'nothing': `ALTER TABLE ${name} REPLICA IDENTITY NOTHING;`,
    'unique index': `CREATE UNIQUE INDEX ${index} ON ${name} (${key});
      ALTER TABLE ${name} REPLICA IDENTITY USING INDEX ${index};`,
  };
  return `
    CREATE TABLE ${name} (${[...columns, `${CHANGE} bigint`, ...made, ...primary].join(', ')});
    ${identities[table.identity] ?? ''}
    ${historyTriggers(name, keyOf(table).map((column) => column.name))}`;
}
