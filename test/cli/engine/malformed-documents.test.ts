import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Client } from 'pg';
import type { TablePlan } from '../../../cli/engine/plan/table-plan';
import { planTables } from '../../../cli/engine/run/planning';
import { readReplicationTask } from '../../../cli/engine/task/replication-task';
import { openSession } from '../../../cli/engine/source/session';
import { checkDocument } from '../../../lib/rules';
import { readTemplate } from '../../../lib/rules/template';
import { runDms } from '../../support/dms';
import { selection, template, transformation } from '../../support/dms-template';
import { mutated, type Json } from '../../support/json-mutations';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();
let session: Client;

beforeAll(async () => {
  const db = await server.database();
  await db.query('CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint PRIMARY KEY, price numeric, card varchar)');
  session = await openSession(db.url);
});
afterAll(async () => {
  await session.end();
});

const filter = (column: string, ...conditions: object[]): object =>
  ({ 'filter-type': 'source', 'column-name': column, 'filter-conditions': conditions });
const locator = { 'schema-name': 'shop', 'table-name': 'orders' };

const MAPPINGS = {
  rules: [
    selection('shop', 'orders', {
      'load-order': '2',
      'filters': [filter('id', { 'filter-operator': 'between', 'start-value': '1', 'end-value': '9' }, { 'filter-operator': 'null' })],
    }),
    { ...selection('shop', '%', {}), 'rule-id': '2', 'rule-name': '2' },
    { ...selection('shop', 'secret[_]%'), 'rule-id': '3', 'rule-name': '3', 'rule-action': 'exclude' },
    transformation(4, 'rename', 'schema', { 'schema-name': 'shop', 'table-name': undefined }, { value: 'lake' }),
    transformation(5, 'replace-prefix', 'table', {}, { 'value': 'new_', 'old-value': 'old_' }),
    transformation(6, 'add-column', 'column', {}, { 'value': 'twice', 'expression': '$id * 2', 'data-type': { type: 'int8', length: '' } }),
    transformation(7, 'change-data-type', 'column', { 'column-name': 'price' }, { 'data-type': { type: 'numeric', precision: 10, scale: '2' } }),
    transformation(8, 'data-masking-hash-mask', 'column', { 'column-name': 'card' }),
    transformation(9, 'define-primary-key', 'table', locator, { 'primary-key-def': { name: 'k', columns: ['id'] } }),
    transformation(10, 'add-before-image-columns', 'column', { 'column-name': '%' }, { 'before-image-def': { 'column-prefix': 'BI_', 'column-suffix': '', 'column-filter': 'pk-only' } }),
    {
      'rule-type': 'table-settings', 'rule-id': '11', 'rule-name': '11', 'object-locator': locator,
      'parallel-load': { type: 'ranges', columns: ['id'], boundaries: [['10'], ['20']] },
    },
    { 'rule-type': 'post-processing', 'rule-id': '12', 'rule-name': '12', 'rule-action': 'add-tag', 'object-locator': locator, 'tag-set': [{ key: 'a', value: 'b' }] },
  ],
};
const SETTINGS = {
  TargetMetadata: { LobMaxSize: 64, SupportLobs: true, LimitedSizeLobMode: true },
  FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING', MaxFullLoadSubTasks: 4, CommitRate: 1000 },
  ErrorBehavior: { DataErrorPolicy: 'LOG_ERROR', TableErrorEscalationCount: 0 },
  ChangeProcessingDdlHandlingPolicy: { HandleSourceTableTruncated: false },
  ControlTablesSettings: { HistoryTimeslotInMinutes: 5 },
  Logging: { EnableLogging: true, LogComponents: [{ Id: 'SORTER', Severity: 'LOGGER_SEVERITY_DEFAULT' }] },
};
const S3 = {
  BucketFolder: 'a/b', CompressionType: 'GZIP', RowGroupLength: '100', CdcMinFileSize: 64, DatePartitionEnabled: true,
  DatePartitionSequence: 'yyyymmdd', DatePartitionTimezone: 'Europe/Berlin', TimestampColumnName: 'at', DataPageSize: 1024,
};
const TEMPLATE = plain(template({ rules: MAPPINGS.rules, settings: SETTINGS, s3: S3, source: { CaptureDdls: true, PluginName: 'no-preference' } }));

/** As it is after it was written and read. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function withTask(change: (properties: Record<string, Json>) => void): Json {
  const copy = plain(TEMPLATE) as { Resources: { Task: { Properties: Record<string, Json> } } };
  change(copy.Resources.Task.Properties);
  return copy;
}

/** Templates with mistakes in one of their parts. */
const TEMPLATES: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  'template': mutated(TEMPLATE),
  'table mappings': mutated(plain(MAPPINGS)).map((mappings) =>
    withTask((properties) => (properties.TableMappings = JSON.stringify(mappings)))),
  'table mappings as an object': mutated(plain(MAPPINGS)).map((mappings) => withTask((properties) => (properties.TableMappings = mappings))),
  'table mappings as broken text': fc.tuple(fc.nat(), fc.string({ maxLength: 3 })).map(([at, text]) => withTask((properties) => {
    const whole = JSON.stringify(MAPPINGS);
    properties.TableMappings = whole.slice(0, at % whole.length) + text + whole.slice((at % whole.length) + 1);
  })),
  'task settings': mutated(plain(SETTINGS)).map((settings) =>
    withTask((properties) => (properties.ReplicationTaskSettings = JSON.stringify(settings)))),
  'S3Settings': mutated(plain(S3)).map((s3) => {
    const copy = plain(TEMPLATE) as { Resources: { Target: { Properties: { S3Settings: Json } } } };
    copy.Resources.Target.Properties.S3Settings = typeof s3 === 'object' && s3 !== null && !Array.isArray(s3) ? { DataFormat: 'parquet', ...s3 } : s3;
    return copy;
  }),
};

/** An error that the command line tells as it is; anything else is a mistake of ours. */
function expectSentence(error: unknown): void {
  expect(error).toBeInstanceOf(Error);
  const { name, message } = error as Error;
  expect([name, message]).toEqual([expect.stringMatching(/^(UsageError|Error)$/), expect.stringMatching(/\S/)]);
}

/** Reads a template as a rehearsal does before it changes anything. */
async function prepare(document: Json): Promise<TablePlan[][]> {
  const tasks = readTemplate(document).tasks.map((definition) => readReplicationTask(definition));
  return Promise.all(tasks.map((task) => planTables(session, task)));
}

test('the document that the mistakes are made in is a good one', async () => {
  const [plans] = await prepare(TEMPLATE);
  expect(plans!.map(({ schema, name, copied, computed }) => [schema, name, copied.length, computed.length]))
    .toEqual([['lake', 'orders', 3, 1]]);
});

test.each(Object.entries(TEMPLATES))('a rehearsal of a %s with mistakes is prepared or refused with a sentence', async (_, templates) => {
  await fc.assert(fc.asyncProperty(templates, async (document) => {
    await prepare(document).catch(expectSentence);
  }), { numRuns: 150 });
});

test.each(Object.entries({ ...TEMPLATES, mappings: mutated(plain(MAPPINGS)), settings: mutated(plain(SETTINGS)) }))(
  'a check of a %s with mistakes finds something or refuses with a sentence', (_, documents) => {
    fc.assert(fc.property(documents, (document) => {
      try {
        checkDocument(document);
      } catch (error) {
        expectSentence(error);
      }
    }), { numRuns: 100 });
  });

test('the built commands tell mistakes in a line and never with a stack trace', async () => {
  const file = join(folders.create(), 'template.json');
  await fc.assert(fc.asyncProperty(fc.oneof(...Object.values(TEMPLATES)), async (document) => {
    writeFileSync(file, JSON.stringify(document));
    // Nothing listens there: who takes the template for a good one says that.
    const source = ['--source', 'postgres://nobody@127.0.0.1:1/none', '--workdir', folders.create()];
    for (const { exitCode, stderr, stdout } of await Promise.all([runDms(['rehearse', file, ...source]), runDms(['check', file])])) {
      expect([0, 1, 2]).toContain(exitCode);
      expect(`${stderr}${stdout}`).not.toMatch(/^\s+at |unexpected|\bTypeError\b/m);
    }
  }), { numRuns: 5, endOnFailure: true });
}, 60_000);
