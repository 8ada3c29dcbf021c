import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveStatus } from '../../cli/engine/run/live-status';
import { previousRun } from '../../cli/engine/run/previous-run';
import { rehearse } from '../../cli/engine/run/rehearsal';
import type { TaskReport } from '../../cli/engine/run/report';
import type { RehearsalOptions } from '../../cli/engine/run/run';
import { type DatabaseTask, readReplicationTask } from '../../cli/engine/task/replication-task';
import { EVERYTHING } from './dms-template';
import { SILENT } from './engine-run';

export interface DatabaseTaskOptions {
  readonly id?: string;
  readonly migrationType?: 'full-load' | 'cdc' | 'full-load-and-cdc';
  readonly rules?: readonly object[];
  readonly settings?: object;
}

/** A task from PostgreSQL to PostgreSQL with values of any length, unless the options say otherwise. */
export function taskBetween({ id = 'Task', migrationType = 'full-load-and-cdc', rules = [EVERYTHING], settings }: DatabaseTaskOptions): DatabaseTask {
  const endpoint = { logicalId: 'Endpoint', type: 'AWS::DMS::Endpoint', properties: { EngineName: 'postgres' } };
  return readReplicationTask({
    logicalId: id,
    properties: {
      MigrationType: migrationType,
      TableMappings: JSON.stringify({ rules }),
      ReplicationTaskSettings: JSON.stringify({
        TargetMetadata: { FullLobMode: true, LimitedSizeLobMode: false }, ...settings,
      }),
    },
    source: endpoint,
    target: endpoint,
  }) as DatabaseTask;
}

export type Place = Pick<RehearsalOptions, 'workdir'> & { readonly source: string; readonly target: string };

/** Runs a task to its end; what is given happens at the source after the load. */
export function copyDatabase(
  task: DatabaseTask, { source, target, workdir }: Place,
  options: Partial<RehearsalOptions> & { readonly changes?: () => Promise<unknown> } = {},
): Promise<TaskReport> {
  const { changes, ...rest } = options;
  return rehearse(task, {
    sourceUrl: source, target: { kind: 'postgres', url: target }, workdir,
    until: 'caught-up', previous: undefined, progress: SILENT, signal: new AbortController().signal,
    alongside: async (loaded) => {
      await loaded;
      await changes?.();
    },
    ...rest,
  });
}

/** A task that runs until it is stopped. */
export class Leg {
  public status: LiveStatus | undefined;
  public readonly ended: Promise<TaskReport>;
  private readonly controller = new AbortController();
  private failure: unknown;

  private constructor(task: DatabaseTask, { source, target, workdir }: Place, options: Partial<RehearsalOptions>) {
    this.ended = rehearse(task, {
      sourceUrl: source, target: { kind: 'postgres', url: target }, workdir,
      until: 'interrupted', previous: undefined, progress: SILENT, signal: this.controller.signal,
      onStatus: (status) => (this.status = status),
      ...options,
    });
    this.ended.catch((error: unknown) => (this.failure = error));
  }

  public static start(task: DatabaseTask, place: Place, options: Partial<RehearsalOptions> = {}): Leg {
    return new Leg(task, place, options);
  }

  public static async resume(task: DatabaseTask, place: Place): Promise<Leg> {
    return new Leg(task, place, { previous: await previousRun(place.workdir, task, true) });
  }

  /** Waits until it follows changes and nothing is left that it could apply. */
  public async caughtUp(): Promise<void> {
    await this.until(() => this.status?.state === 'running' && this.status.lagSeconds === 0);
  }

  public async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const limit = Date.now() + 20_000; !(await holds()); await sleep(5)) {
      if (this.failure !== undefined) throw this.failure as Error;
      if (Date.now() > limit) throw new Error(`still ${JSON.stringify(this.status)}`);
    }
  }

  public async stop(): Promise<TaskReport> {
    this.controller.abort();
    return this.ended;
  }
}
