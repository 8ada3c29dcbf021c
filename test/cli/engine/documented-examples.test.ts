import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { UsageError } from '../../../cli/errors';
import { mappingShape, wrapMapping } from '../../../lib/table-mappings/parse';
import { documentedExamples, type DocumentedExample } from '../../support/documented-examples';
import { taskOf } from '../../support/dms-template';
import { runEngine } from '../../support/engine-run';
import { exampleDatabase } from '../../support/example-tables';
import { readLake, sorted } from '../../support/lake-rows';
import { changesOf, definition, predictedChanges, predictedLoad } from '../../support/mapped-tables';
import { predict, type Extensions, type Rule, type Value } from '../../support/mapping-oracle';
import type { RandomType } from '../../support/random-types';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

/** Documents of other sources and targets: a task from PostgreSQL to S3 is refused for what they ask for. */
const ELSEWHERE: Readonly<Record<string, readonly [why: string, refusal: RegExp]>> = {
  '010': ['DynamoDB target', /rule-type "object-mapping" is for DynamoDB, Kafka and Kinesis targets/],
  '012': ['DynamoDB target', /rule-type "object-mapping" is for DynamoDB, Kafka and Kinesis targets/],
  '018': ['Kafka target', /rule-type "object-mapping" is for DynamoDB, Kafka and Kinesis targets/],
  '020': ['Kafka target', /rule-type "object-mapping" is for DynamoDB, Kafka and Kinesis targets/],
  '025': ['Kinesis target', /rule-type "object-mapping" is for DynamoDB, Kafka and Kinesis targets/],
  '057': ['Oracle source: PostgreSQL loads by ranges only', /parallel-load "partitions-auto"/],
  '059': ['Oracle source: PostgreSQL loads by ranges only', /parallel-load "partitions-list"/],
  '014': ['Kafka and Kinesis targets', /BeforeImageSettings/],
  '087': ['not for S3 targets here', /CharacterSetSettings/],
  '091': ['time travel is for PostgreSQL and MySQL targets', /TTSettings/],
  '106': ['Oracle and SQL Server sources', /ResyncSettings/],
  '134': ['two-way replication between databases', /LoopbackPreventionSettings/],
  '140': ['time travel is for PostgreSQL and MySQL targets', /TTSettings/],
  '143': ['Oracle and SQL Server sources', /ResyncSettings/],
  '151': ['batches are for targets that are databases; with S3 they may lose data', /TargetMetadata\.BatchApplyEnabled/],
};
const numberOf = ({ file }: DocumentedExample): string => /\/(\d+)-/.exec(file)![1]!;

const EXPRESSIONS: Readonly<Record<string, (text: (column: string) => string | null) => Value>> = {
  "$FIRST_NAME||'_'||$LAST_NAME": (text) =>
    (text('FIRST_NAME') === null || text('LAST_NAME') === null ? null : `${text('FIRST_NAME')}_${text('LAST_NAME')}`),
  "CASE WHEN round($emp_salary)>=20000 THEN 'SENIOR' ELSE 'JUNIOR' END": (text) =>
    (Math.round(Number(text('emp_salary') ?? 'NaN')) >= 20_000 ? 'SENIOR' : 'JUNIOR'),
  'round($emp_salary)': (text) => (text('emp_salary') === null ? null : Math.round(Number(text('emp_salary')))),
  'hash_sha256($emp_number)': (text) =>
    (text('emp_number') === null ? null : createHash('sha256').update(text('emp_number')!).digest('hex')),
};

/** What the documents ask for beyond names and filters. */
const EXTENSIONS: Extensions = {
  evaluated: (rule, row, table, event) => {
    const expression = String(rule['expression']).trim();
    // Which position it is nobody can foretell.
    if (expression === '$AR_H_STREAM_POSITION') return event === 'load' ? '' : '<LSN>';
    if (expression === '$AR_M_SOURCE_SCHEMA') return table.schema;
    const value = EXPRESSIONS[expression]!((column) => row[column] as string | null);
    const { length } = rule['data-type'] as { length?: number };
    return typeof value === 'string' && length !== undefined ? value.slice(0, length) : value;
  },
  changed: (value, rule) => {
    // Random digits are shown as the same ones.
    if (rule['rule-action'] === 'data-masking-digits-randomize') {
      return value === null ? null : String(value).replaceAll(/\d/g, '0');
    }
    const type = (rule['data-type'] as { type: string } | undefined)?.type;
    return type === 'int8' && value !== null ? Math.round(Number(value)) : value;
  },
};

const examples = documentedExamples();
const folders = new TemporaryFolders();
const server = new SourceServer({ max_replication_slots: '10' });

if (examples !== undefined) {
  const isElsewhere = (example: DocumentedExample): boolean => numberOf(example) in ELSEWHERE;
  const valid = examples.filter(({ expected }) => expected === 'valid');
  const named = (list: readonly DocumentedExample[]): [string, DocumentedExample][] =>
    list.map((example) => [example.file, example]);

  test.each(named(valid.filter((example) => !isElsewhere(example))))('%s runs, and the lake has what it says', async (_, example) => {
    if (example.kind === 'task-settings') await runs([anyTable], example.document as object);
    else await runs(rulesOf(example), {});
  });

  test.each(named(valid.filter(isElsewhere)))('%s is refused: it is for other endpoints', (_, example) => {
    const [, refusal] = ELSEWHERE[numberOf(example)]!;
    const options = example.kind === 'task-settings' ? { settings: example.document as object } : { rules: rulesOf(example) };
    expect(() => taskOf(options)).toThrow(UsageError);
    expect(() => taskOf(options)).toThrow(refusal);
  });
} else {
  test('documented examples are not here (set DMS_EXAMPLES)', () => {
    expect(examples).toBeUndefined();
  });
}

const anyTable = {
  'rule-type': 'selection', 'rule-id': '990', 'rule-name': '990', 'rule-action': 'include',
  'object-locator': { 'schema-name': '%', 'table-name': '%' },
} as const;

/** The rules of a document; one that selects nothing, a single rule, is given something to select. */
function rulesOf({ document }: DocumentedExample): Rule[] {
  const { rules } = wrapMapping(document, mappingShape(document)!) as unknown as { rules: Rule[] };
  return rules.some((rule) => rule['rule-type'] === 'selection') ? rules : [anyTable, ...rules];
}

async function runs(rules: readonly Rule[], settings: object): Promise<void> {
  const { tables, sqlTypeOf } = exampleDatabase(rules as Parameters<typeof exampleDatabase>[0]);
  const predicted = predict(rules, tables, EXTENSIONS);
  // DMS has views in full-load tasks only.
  const hasViews = rules.some(({ 'object-locator': locator }) => 'table-type' in locator);
  const db = await server.database();
  const folder = folders.create();
  try {
    await db.query(tables.map((table) => definition(table, sqlTypeOf)).join(''));
    const { report, lake } = await runEngine(db.url, {
      rules, settings, ...(hasViews ? { migrationType: 'full-load' } : {}),
    }, { folder, changes: () => db.query(tables.map(changesOf).join('')) });
    expect(report.tables.map(({ schema, table, state }) => [schema, table, state]))
      .toEqual(predicted.map(({ source }) => [source.schema, source.name, 'Table completed']));
    for (const [i, table] of predicted.entries()) {
      const columns = table.columns.map((name) => ({ source: name, lake: name, type: AS_TEXT }));
      const found = await readLake(lake, `${table.schema}/${table.name}`, columns, join(folder, `table ${i}`));
      expect(found.types.map(([name]) => name)).toEqual(['Op', ...table.columns]);
      const random = rules.filter((rule) => rule['rule-action'] === 'data-masking-digits-randomize'
        && rule['object-locator']['table-name'] === table.source.name).map((rule) => rule['object-locator']['column-name']);
      const comparable = (text: string | null, column: number): string | null =>
        withoutChance(text, random.includes(table.columns[column]));
      expect(sorted(found.loaded.map(({ values }) => values.map(comparable)))).toEqual(predictedLoad(table));
      expect(found.changes.map(({ op, values }) => [op, ...values.map(comparable)]))
        .toEqual(hasViews ? [] : predictedChanges(table));
    }
    expect(await db.leftovers()).toEqual([]);
  } finally {
    await db.close();
  }
}

const AS_TEXT = { sql: 'text', lake: 'VARCHAR' } as RandomType;

/** A value of the lake without what nobody can foretell: positions of the log, and random digits. */
function withoutChance(text: string | null, hasRandomDigits: boolean): string | null {
  const known = hasRandomDigits ? text?.replaceAll(/\d/g, '0') : text;
  return known?.replace(/^[0-9A-F]+\/[0-9A-F]+$/, '<LSN>') ?? null;
}
