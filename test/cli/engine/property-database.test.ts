import * as fc from 'fast-check';
import { escapeIdentifier } from 'pg';
import { SUPPORTED_VERSIONS } from '../../../cli/server/embedded-postgres';
import { copyDatabase, taskBetween } from '../../support/database-run';
import { selection } from '../../support/dms-template';
import { HISTORY } from '../../support/history';
import { holdsFor, propertyTimeout } from '../../support/property-runs';
import { Application, randomSteps, type Step } from '../../support/random-changes';
import { definitions, GENERATED, quoted, randomTables, type RandomTable } from '../../support/random-tables';
import { TYPE_DEFINITIONS } from '../../support/random-types';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

interface Scenario {
  readonly tables: readonly RandomTable[];
  readonly before: readonly Step[];
  readonly duringLoad: readonly Step[];
  readonly afterLoad: readonly Step[];
  /** Whether the target has the types that the source has made. */
  readonly hasTypes: boolean;
}

const scenario = (version: number): fc.Arbitrary<Scenario> => randomTables(version).chain((tables) => fc.record({
  tables: fc.constant(tables),
  before: randomSteps(tables, 15),
  duringLoad: randomSteps(tables, 15),
  afterLoad: randomSteps(tables, 40),
  hasTypes: fc.boolean(),
}));

const RULES = [selection('%', '%'), { ...selection(HISTORY, '%'), 'rule-id': '2', 'rule-name': '2', 'rule-action': 'exclude' }];

const folders = new TemporaryFolders();

describe.each([SUPPORTED_VERSIONS[0], SUPPORTED_VERSIONS.at(-1)!])('PostgreSQL %i', (version) => {
  const server = new SourceServer({ max_replication_slots: '10' }, version);

  test('random transactions on random tables: the target becomes what the source is', async () => {
    await holdsFor(scenario(version), 5, (random) => holds(server, random));
  }, propertyTimeout);
});

async function holds(server: SourceServer, scenario: Scenario): Promise<void> {
  const { tables, before, duringLoad, afterLoad, hasTypes } = scenario;
  const [source, target] = [await server.database(), await server.database()];
  await source.query(definitions(tables));
  if (hasTypes) await target.query(TYPE_DEFINITIONS);
  const application = await Application.open(source.url);
  const run = async (steps: readonly Step[]): Promise<void> => {
    await application.run(steps);
    await application.settle();
  };
  try {
    await run(before);
    const report = await copyDatabase(
      taskBetween({ rules: RULES }), { source: source.url, target: target.url, workdir: folders.create() }, {
        alongside: async (loaded) => {
          await run(duringLoad);
          await loaded;
          await run(afterLoad);
        },
      });
    // Of those without an identity, UPDATE and DELETE are not replicated.
    for (const table of tables.filter(({ identity }) => identity !== 'nothing' && identity !== 'no key')) {
      expect(await rowsOf(target, table)).toEqual(await rowsOf(source, table));
      const found = report.tables.find(({ schema, table: name }) => schema === table.schema && name === table.name)!;
      expect(found).toMatchObject({ validationState: table.identity === 'full' ? 'No primary key' : 'Validated' });
      expect(found.applyErrors ?? 0).toBe(0);
    }
    expect(await source.leftovers()).toEqual([]);
  } finally {
    await application.close();
    await source.close();
    await target.close();
  }
}

/** All rows as text, whatever their types are. */
async function rowsOf(database: SourceDatabase, table: RandomTable): Promise<unknown[]> {
  const names = [...table.columns.map(({ name }) => name), ...(table.generated ? [GENERATED] : [])];
  const texts = names.map((name) => `CASE WHEN ${escapeIdentifier(name)} IS DISTINCT FROM NULL THEN format('%s', ${escapeIdentifier(name)}) END`);
  return database.column(`SELECT ROW(${texts.join(', ')})::text FROM ${quoted(table)} ORDER BY 1`);
}
