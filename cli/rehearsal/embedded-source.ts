import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskDefinition } from '../../lib/rules/template';
import type { ProgressSink } from '../output/progress';
import { ContinuousWriter } from '../seed/continuous-writer';
import { hasRows, loadSeed } from '../seed/load';
import { EmbeddedPostgres, SUPPORTED_VERSIONS, type PostgresVersion } from '../server/embedded-postgres';
import { parametersFor } from '../server/rds-parameters';

export interface EmbeddedSourceOptions {
  /** Kept until the rehearsal is finished, so that an interrupted one can go on. */
  readonly dataDirectory: string;
  readonly clients: number;
  readonly bookings: number;
  readonly progress: ProgressSink;
}

const SEED = 1;
/** Changes a second of the client that writes during the run. */
const RATE = 500;
/** How long it goes on after the full load, so that there are changes that no snapshot has seen. */
const SECONDS_AFTER_LOAD = 5;

/**
 * The database of a rehearsal without one: a real PostgreSQL of the template's version with the template's parameter
 * group, filled with the booking example.
 */
export class EmbeddedSource {
  private constructor(private readonly server: EmbeddedPostgres, private readonly progress: ProgressSink) {}

  public static async start(task: TaskDefinition, options: EmbeddedSourceOptions): Promise<EmbeddedSource> {
    const { progress, dataDirectory } = options;
    const version = versionOf(task);
    const group = task.sourceParameterGroup;
    const { parameters, notices } = parametersFor(record(group?.properties.Parameters), version);
    const origin = group === undefined ? 'default parameters' : `the parameters of ${group.logicalId}`;
    progress.message(`starting PostgreSQL ${version} with ${origin}`);
    notices.forEach((notice) => progress.message(notice));
    const server = await EmbeddedPostgres.start({ version, dataDirectory, parameters, database: databaseOf(task) });
    const source = new EmbeddedSource(server, progress);
    try {
      if (!(await hasRows(server.url))) await source.fill(options);
      return source;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  public get url(): string {
    return this.server.url;
  }

  /** Writes like an application from now on until some seconds after the load. */
  public async write(loaded: Promise<void>): Promise<void> {
    const writer = new ContinuousWriter(this.url, { seed: SEED, rate: RATE });
    writer.start();
    try {
      await Promise.race([loaded.then(() => sleep(SECONDS_AFTER_LOAD * 1000)), writer.finished()]);
    } finally {
      const { inserts, updates, deletes, transactions, rolledBack } = await writer.stop();
      this.progress.message(
        `the client committed ${inserts} inserts, ${updates} updates and ${deletes} deletes in ${transactions} transactions; ${rolledBack} more rolled back`,
      );
    }
  }

  public stop(): Promise<void> {
    return this.server.stop();
  }

  private async fill({ clients, bookings }: EmbeddedSourceOptions): Promise<void> {
    this.progress.message(`filling public.clients (${clients} rows) and public.bookings (${bookings} rows)`);
    await loadSeed(this.url, { clients, bookings, seed: SEED });
  }
}

/** The newest version that is here and not newer than the template's; the oldest when the template's is older still. */
function versionOf({ sourceDatabase, sourceParameterGroup }: TaskDefinition): PostgresVersion {
  const text = sourceDatabase?.properties.EngineVersion ?? sourceParameterGroup?.properties.Family;
  const wanted = Number(/\d+/.exec(String(text))?.[0] ?? SUPPORTED_VERSIONS[0]);
  return SUPPORTED_VERSIONS.findLast((version) => version <= wanted) ?? SUPPORTED_VERSIONS[0];
}

function databaseOf({ source, sourceDatabase }: TaskDefinition): string {
  const name = source?.properties.DatabaseName ?? sourceDatabase?.properties.DBName;
  return typeof name === 'string' ? name : 'postgres';
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
