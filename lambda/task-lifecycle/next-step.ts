import type { Wish } from './event';
import { describe, hasRun, reachedItsEnd, stoppedByDesign, type TaskStatus, type TaskView } from './task';

export type StartType = 'start-replication' | 'resume-processing' | 'reload-target';

/** What to do now. After everything but `done` and `fail` the task is looked at again. */
export type Step =
  | { readonly do: 'done' }
  | { readonly do: 'wait' }
  | { readonly do: 'stop' }
  | { readonly do: 'start'; readonly type: StartType }
  | { readonly do: 'fail'; readonly message: string };

const DONE: Step = { do: 'done' };
const WAIT: Step = { do: 'wait' };
const STOP: Step = { do: 'stop' };
const start = (type: StartType): Step => ({ do: 'start', type });
const fail = (message: string): Step => ({ do: 'fail', message });

type RunningWish = Extract<Wish, { state: 'running' }>;

/** The next step from the state of a task towards a wish. There is no memory between calls: it is all in these two. */
export function nextStep(task: TaskView | undefined, taskArn: string, wish: Wish): Step {
  if (task === undefined) return withoutTask(taskArn, wish);
  const steps: Record<TaskStatus, () => Step> = wish.state === 'stopped' ? towardsStopped() : towardsRunning(task, wish);
  // A state that DMS has invented since: it may pass, and the time limit names it if it does not.
  return (steps as Partial<Record<string, () => Step>>)[task.status]?.() ?? WAIT;
}

function withoutTask(taskArn: string, wish: Wish): Step {
  // Gone is as good as stopped, and a task that somebody deleted is not put back by a rollback either.
  if (wish.state === 'stopped' || wish.load === 'never') return DONE;
  return fail(`replication task ${taskArn} does not exist: it was deleted outside CloudFormation; give its construct `
    + 'another id, so that a new one is created, which loads every table');
}

function towardsStopped(): Record<TaskStatus, () => Step> {
  return {
    creating: () => WAIT,
    ready: () => DONE,
    starting: () => WAIT, // DMS refuses to stop a task that is starting.
    running: () => STOP,
    stopping: () => WAIT,
    stopped: () => DONE,
    failed: () => DONE,
    modifying: () => WAIT,
    moving: () => WAIT,
    'failed-move': () => DONE,
    testing: () => WAIT,
    deleting: () => DONE,
  };
}

function towardsRunning(task: TaskView, wish: RunningWish): Record<TaskStatus, () => Step> {
  const startedSince = hasRun(task) && task.startedAt !== wish.startedBefore;
  return {
    creating: () => WAIT,
    ready: () => startOf(task, wish),
    starting: () => WAIT,
    // Somebody started it between its stop and this: what has to be loaded again is not loaded by that.
    running: () => (wish.load === 'again' && !startedSince ? STOP : DONE),
    stopping: () => WAIT,
    stopped: () => (startedSince ? verdict(task) : startOf(task, wish)),
    failed: () => (startedSince ? verdict(task) : startOf(task, wish)),
    modifying: () => WAIT,
    moving: () => WAIT,
    'failed-move': () => fail(`${describe(task)}: move it again or delete it, then deploy again`),
    testing: () => WAIT,
    deleting: () => (wish.load === 'never'
      ? DONE
      : fail(`${describe(task)}: somebody deletes it; wait until it is gone, give its construct another id and deploy again`)),
  };
}

/** How a task that does not run is started, if it is. */
function startOf(task: TaskView, wish: RunningWish): Step {
  if (!hasRun(task)) return wish.load === 'never' ? DONE : start('start-replication');
  if (wish.load === 'again') return start('reload-target');
  return task.status === 'stopped' && stoppedByDesign(task) ? DONE : start('resume-processing');
}

/** A task that was started in this request and does not run any more. */
function verdict(task: TaskView): Step {
  if (task.status === 'stopped' && (stoppedByDesign(task) || reachedItsEnd(task))) return DONE;
  return fail(`${describe(task)} right after its start: correct what it says, then deploy again`);
}
