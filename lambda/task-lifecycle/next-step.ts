import type { Wish } from './event';
import {
  describe, kindOf, type Phase, reachedItsEnd, type ReplicationView, type StartType, stoppedByDesign,
} from './replication';

/** What to do now. After everything but `done` and `fail` the replication is looked at again. */
export type Step =
  | { readonly do: 'done' }
  /** `enough`: when the time is up, this is as good as done. */
  | { readonly do: 'wait'; readonly enough?: true }
  | { readonly do: 'stop' }
  | { readonly do: 'start'; readonly type: StartType }
  | { readonly do: 'fail'; readonly message: string };

const DONE: Step = { do: 'done' };
const WAIT: Step = { do: 'wait' };
const STOP: Step = { do: 'stop' };
const start = (type: StartType): Step => ({ do: 'start', type });
const fail = (message: string): Step => ({ do: 'fail', message });

type RunningWish = Extract<Wish, { state: 'running' }>;

/** The next step from what is towards a wish. There is no memory between calls: it is all in these two. */
export function nextStep(replication: ReplicationView | undefined, arn: string, wish: Wish): Step {
  if (replication === undefined) return withoutReplication(arn, wish);
  return wish.state === 'stopped'
    ? TOWARDS_STOPPED[replication.phase]
    : towardsRunning(replication, wish)[replication.phase]();
}

function withoutReplication(arn: string, wish: Wish): Step {
  // Gone is as good as stopped, and what somebody deleted is not put back by a rollback either.
  if (wish.state === 'stopped' || wish.load === 'never') return DONE;
  return fail(`${kindOf(arn)} ${arn} does not exist: it was deleted outside CloudFormation; give its construct `
    + 'another id, so that a new one is created, which loads every table');
}

const TOWARDS_STOPPED: Readonly<Record<Phase, Step>> = {
  passing: WAIT,
  ready: DONE,
  preparing: STOP,
  provisioning: STOP,
  starting: WAIT,
  running: STOP,
  stopped: DONE,
  failed: DONE,
  stuck: DONE,
  leaving: DONE,
};

function towardsRunning(replication: ReplicationView, wish: RunningWish): Record<Phase, () => Step> {
  const startedSince = replication.lastStart !== undefined && replication.lastStart !== wish.startedBefore;
  const startOrVerdict = (): Step => (startedSince ? verdict(replication) : startOf(replication, wish));
  return {
    passing: () => WAIT,
    ready: () => startOf(replication, wish),
    preparing: () => WAIT,
    provisioning: () => ({ do: 'wait', enough: true }),
    starting: () => WAIT,
    // Somebody started it between its stop and this: what has to be loaded again is not loaded by that.
    running: () => (wish.load === 'again' && !startedSince ? STOP : DONE),
    stopped: startOrVerdict,
    failed: startOrVerdict,
    stuck: () => fail(`${describe(replication)}: move it again or delete it, then deploy again`),
    leaving: () => (wish.load === 'never'
      ? DONE
      : fail(`${describe(replication)}: somebody deletes it; wait until it is gone, give its construct another id and `
        + 'deploy again')),
  };
}

/** How what does not run is started, if it is. */
function startOf(replication: ReplicationView, wish: RunningWish): Step {
  if (!replication.hasRun) return wish.load === 'never' ? DONE : start('start-replication');
  if (wish.load === 'again') return start('reload-target');
  if (replication.phase === 'stopped' && stoppedByDesign(replication)) return DONE;
  if (replication.canResume) return start('resume-processing');
  if (wish.load === 'never') return DONE;
  return wish.load === 'allowed' ? start('reload-target') : fail(`${describe(replication)} for more than 48 hours: DMS `
    + 'has taken its capacity away, and cannot resume it. Deploy with onChange RELOAD to allow that every table is '
    + 'loaded again, or with startOnDeploy false to leave it stopped');
}

/** What was started in this request and does not run any more. */
function verdict(replication: ReplicationView): Step {
  if (replication.phase === 'stopped' && (stoppedByDesign(replication) || reachedItsEnd(replication))) return DONE;
  return fail(`${describe(replication)} right after its start: correct what it says, then deploy again`);
}
