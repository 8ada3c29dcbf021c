import { rehearse } from '../../cli/engine/run/rehearsal';
import type { RehearsalOptions } from '../../cli/engine/run/run';
import type { TaskReport } from '../../cli/engine/run/report';
import type { ProgressSink } from '../../cli/output/progress-sink';
import { taskOf, type TemplateOptions } from './dms-template';
import { Lake } from './lake';

/** Tells nobody. */
export const SILENT: ProgressSink = {
  message: () => undefined,
  tableStarted: () => undefined,
  tableProgress: () => undefined,
  tableFinished: () => undefined,
  tableFailed: () => undefined,
  capture: () => undefined,
  stop: () => undefined,
};

export interface EngineRun {
  readonly report: TaskReport;
  readonly lake: Lake;
}

export interface EngineRunOptions extends Partial<Pick<RehearsalOptions, 'until' | 'signal' | 'previous' | 'progress' | 'partBytes'>> {
  /** An empty folder, or that of the run that goes on. */
  readonly folder: string;
  /** What an application does while the load runs. */
  readonly duringLoad?: () => Promise<unknown>;
  /** What an application does after the load: all of it is captured. */
  readonly changes?: () => Promise<unknown>;
}

/** Runs the engine in this process until it has caught up. */
export async function runEngine(url: string, task: TemplateOptions, options: EngineRunOptions): Promise<EngineRun> {
  const { folder, duringLoad, changes } = options;
  const report = await rehearse(taskOf(task), {
    until: 'caught-up',
    previous: undefined,
    progress: SILENT,
    signal: new AbortController().signal,
    ...options,
    sourceUrl: url,
    target: { kind: 'folder', path: `${folder}/lake` },
    workdir: `${folder}/work`,
    alongside: async (loaded) => {
      await duringLoad?.();
      await loaded;
      await changes?.();
    },
  });
  return { report, lake: new Lake(`${folder}/lake`) };
}
