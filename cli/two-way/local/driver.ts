import { setTimeout as wait } from 'node:timers/promises';
import { controlSteps } from '../../../lambda/two-way-control/steps';
import type { SwitchRequest } from '../../../lambda/two-way-control/steps/request';
import type { ControlContext } from '../../../lambda/two-way-control/ports';
import type { DatabaseContext } from '../../../lambda/two-way-database/site-database';
import { openPostgresSite } from '../../../lambda/two-way-database/postgres/open';
import { databaseSteps } from '../../../lambda/two-way-database/steps';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { SWITCH_STEPS } from '../../../lib/two-way/switch/switch-steps';
import { walk, type WalkEnd, type WalkEvent } from '../../../lib/two-way/switch/walk';
import { rm } from 'node:fs/promises';
import { WorkFolderLock } from '../../engine/run/work-folder-lock';
import { LocalLegs } from '../leg/local-legs';
import { siteOf, type World } from '../world';

export interface DriveOptions {
  readonly onStep?: (event: WalkEvent) => void;
  readonly log?: (text: string) => void;
  /** Ends the walk where it is: another one recovers the run. */
  readonly signal?: AbortSignal;
}

/** A look at something near costs little, and nobody can write while it is waited for. */
const LOOK_SECONDS = 0.02;
/** What failed may come back soon; and when it does not, nobody is hurt by slower attempts. */
const SOON = { attempts: 20, seconds: 0.1 };

type Step = (run: SwitchRun) => Promise<SwitchRun>;

/**
 * Walks through a switch on this machine. For as long as it lives this process holds the folder of the run; when it is
 * killed, whoever runs the legs sees that nobody does any more, and recovers the run.
 */
export async function drive(world: World, request: SwitchRequest, options: DriveOptions = {}): Promise<WalkEnd> {
  const { onStep, signal, log = (): void => undefined } = options;
  const folder = world.runFolder(request.id);
  const steps = await stepsOf(world, log);
  const lock = await WorkFolderLock.acquire(folder);
  let failures = 0;
  try {
    return await walk(SWITCH_STEPS, request as SwitchRun, {
      signal,
      perform: (step, run) => steps(step)(run),
      onStep: (event) => {
        if (event.kind !== 'attempt') failures = event.kind === 'failed' ? failures + 1 : 0;
        onStep?.(event);
      },
      sleep: async (usual) => {
        const seconds = failures === 0 ? LOOK_SECONDS : failures <= SOON.attempts ? SOON.seconds : usual;
        await wait(seconds * 1000, undefined, { signal }).catch(() => undefined);
      },
    });
  } finally {
    await lock.release();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What each step does here: the handlers of AWS, with the map and the legs of this machine. */
async function stepsOf(world: World, log: (text: string) => void): Promise<(name: string) => Step> {
  const { configuration } = await world.pair();
  const now = (): Date => new Date();
  const control: ControlContext = {
    configuration, map: world.map, legs: new LocalLegs(world, configuration), now, log,
  };
  const database: DatabaseContext = {
    configuration, now, log,
    open: async (name) => openPostgresSite(siteOf(configuration, name), configuration, {
      connectionString: (await world.urls())[name],
    }),
  };
  const all = new Map<string, Step>([
    ...Object.entries(controlSteps).map(([name, step]): [string, Step] => [name, (run) => step(run, control)]),
    ...Object.entries(databaseSteps).map(([name, step]): [string, Step] => [name, (run) => step(run, database)]),
    // Whoever starts a switch on this machine is the one who would be asked.
    ['Approve', (run): Promise<SwitchRun> => Promise.resolve(run)],
  ]);
  return (name) => {
    const step = all.get(name);
    if (step === undefined) throw new Error(`nothing does the step ${name}`);
    return step;
  };
}
