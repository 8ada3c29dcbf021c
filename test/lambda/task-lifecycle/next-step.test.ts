import type { ReplicationTask } from '@aws-sdk/client-database-migration-service';
import type { Load, Wish } from '../../../lambda/task-lifecycle/event';
import { nextStep } from '../../../lambda/task-lifecycle/next-step';
import type { ReplicationView } from '../../../lambda/task-lifecycle/replication';
import { TASK_PHASES, viewOfTask } from '../../../lambda/task-lifecycle/task';
import { short } from './requests';

const ARN = 'arn:aws:dms:eu-west-1:111111111111:task:ORDERS';
const EARLIER = '2026-11-01T00:00:00.000Z';
const NOW = '2026-11-25T00:00:00.000Z';

const task = (Status: string, more: ReplicationTask = {}): ReplicationView =>
  viewOfTask({ ReplicationTaskArn: ARN, ReplicationTaskIdentifier: 'orders', Status, ...more });

const stopped: Wish = { state: 'stopped' };
const running = (load: Load, startedBefore?: string): Wish =>
  ({ state: 'running', load, startedBefore });

const RAN_BEFORE: ReplicationTask = { ReplicationTaskStats: { StartDate: new Date(EARLIER) } };
const RAN_SINCE: ReplicationTask = { ReplicationTaskStats: { StartDate: new Date(NOW) } };

type Row = Record<keyof typeof TASK_PHASES, string>;

const TABLE: [string, Wish, ReplicationTask, Row][] = [
  ['to be stopped', stopped, RAN_BEFORE, {
    creating: 'wait', ready: 'done', starting: 'wait', running: 'stop', stopping: 'wait', stopped: 'done', failed: 'done',
    modifying: 'wait', moving: 'wait', 'failed-move': 'done', testing: 'wait', deleting: 'done',
  }],
  ['to run, new', running('first'), {}, {
    creating: 'wait', ready: 'start-replication', starting: 'wait', running: 'done', stopping: 'wait',
    stopped: 'start-replication', failed: 'start-replication',
    modifying: 'wait', moving: 'wait', 'failed-move': 'fail', testing: 'wait', deleting: 'fail',
  }],
  ['to run, has run', running('first', EARLIER), RAN_BEFORE, {
    creating: 'wait', ready: 'resume-processing', starting: 'wait', running: 'done', stopping: 'wait',
    stopped: 'resume-processing', failed: 'resume-processing',
    modifying: 'wait', moving: 'wait', 'failed-move': 'fail', testing: 'wait', deleting: 'fail',
  }],
  ['to run, started in this request', running('first', EARLIER), RAN_SINCE, {
    creating: 'wait', ready: 'resume-processing', starting: 'wait', running: 'done', stopping: 'wait',
    stopped: 'fail', failed: 'fail',
    modifying: 'wait', moving: 'wait', 'failed-move': 'fail', testing: 'wait', deleting: 'fail',
  }],
  ['to run, has run, and may be reloaded', running('allowed', EARLIER), RAN_BEFORE, {
    creating: 'wait', ready: 'resume-processing', starting: 'wait', running: 'done', stopping: 'wait',
    stopped: 'resume-processing', failed: 'resume-processing',
    modifying: 'wait', moving: 'wait', 'failed-move': 'fail', testing: 'wait', deleting: 'fail',
  }],
  ['to be reloaded, has run', running('again', EARLIER), RAN_BEFORE, {
    creating: 'wait', ready: 'reload-target', starting: 'wait', running: 'stop', stopping: 'wait',
    stopped: 'reload-target', failed: 'reload-target',
    modifying: 'wait', moving: 'wait', 'failed-move': 'fail', testing: 'wait', deleting: 'fail',
  }],
  ['to be reloaded, started in this request', running('again', EARLIER), RAN_SINCE, {
    creating: 'wait', ready: 'reload-target', starting: 'wait', running: 'done', stopping: 'wait',
    stopped: 'fail', failed: 'fail',
    modifying: 'wait', moving: 'wait', 'failed-move': 'fail', testing: 'wait', deleting: 'fail',
  }],
  ['to be reloaded, new', running('again'), {}, {
    creating: 'wait', ready: 'start-replication', starting: 'wait', running: 'stop', stopping: 'wait',
    stopped: 'start-replication', failed: 'start-replication',
    modifying: 'wait', moving: 'wait', 'failed-move': 'fail', testing: 'wait', deleting: 'fail',
  }],
  ['to be put back', running('never', EARLIER), RAN_BEFORE, {
    creating: 'wait', ready: 'resume-processing', starting: 'wait', running: 'done', stopping: 'wait',
    stopped: 'resume-processing', failed: 'resume-processing',
    modifying: 'wait', moving: 'wait', 'failed-move': 'fail', testing: 'wait', deleting: 'done',
  }],
  ['to be put back, new', running('never'), {}, {
    creating: 'wait', ready: 'done', starting: 'wait', running: 'done', stopping: 'wait', stopped: 'done', failed: 'done',
    modifying: 'wait', moving: 'wait', 'failed-move': 'fail', testing: 'wait', deleting: 'done',
  }],
];

describe.each(TABLE)('a task %s', (_, wish, more, row) => {
  test.each(Object.entries(row))('that is %s: %s', (status, expected) => {
    expect(short(nextStep(task(status, more), ARN, wish))).toBe(expected);
  });

  test('in a state that nobody knows yet is waited for', () => {
    expect(nextStep(task('hibernating', more), ARN, wish)).toEqual({ do: 'wait' });
  });
});

describe('a load that is over', () => {
  test.each([
    'Stop Reason FULL_LOAD_ONLY_FINISHED', 'Stop Reason STOPPED_AFTER_FULL_LOAD', 'Stop Reason STOPPED_AFTER_CACHED_EVENTS',
  ])('%s: stays as it is, unless it is to be loaded again', (stopReason) => {
    const over = task('stopped', { ...RAN_BEFORE, StopReason: stopReason });
    const overSince = task('stopped', { ...RAN_SINCE, StopReason: stopReason });
    expect(nextStep(over, ARN, running('first', EARLIER))).toEqual({ do: 'done' });
    expect(nextStep(over, ARN, running('never', EARLIER))).toEqual({ do: 'done' });
    expect(nextStep(over, ARN, running('again', EARLIER))).toEqual({ do: 'start', type: 'reload-target' });
    expect(nextStep(overSince, ARN, running('again', EARLIER))).toEqual({ do: 'done' });
  });

  test.each(['Stop Reason STOPPED_AT_SERVER_TIME', 'Stop Reason STOPPED_AT_COMMIT_TIME'])(
    '%s: is resumed, as its stop position may be another now, and may stop there again', (stopReason) => {
      const over = task('stopped', { ...RAN_BEFORE, StopReason: stopReason });
      expect(nextStep(over, ARN, running('first', EARLIER))).toEqual({ do: 'start', type: 'resume-processing' });
      const overSince = task('stopped', { ...RAN_SINCE, StopReason: stopReason });
      expect(nextStep(overSince, ARN, running('first', EARLIER))).toEqual({ do: 'done' });
    },
  );
});

describe('a task that does not exist', () => {
  test('is as good as stopped, and is not put back', () => {
    expect(nextStep(undefined, ARN, stopped)).toEqual({ do: 'done' });
    expect(nextStep(undefined, ARN, running('never'))).toEqual({ do: 'done' });
  });

  test.each(['first', 'allowed', 'again'] as const)('cannot run (%s)', (load) => {
    expect(nextStep(undefined, ARN, running(load))).toEqual({
      do: 'fail',
      message: `replication task ${ARN} does not exist: it was deleted outside CloudFormation; give its construct another `
        + 'id, so that a new one is created, which loads every table',
    });
  });
});

test('a task that fails right after its start is named with all that DMS says of it', () => {
  const failed = task('failed', {
    ...RAN_SINCE, StopReason: 'Stop Reason FATAL_ERROR', LastFailureMessage: 'no such slot',
  });
  expect(nextStep(failed, ARN, running('first', EARLIER))).toEqual({
    do: 'fail',
    message: `replication task orders (${ARN}) is failed (StopReason: Stop Reason FATAL_ERROR; LastFailureMessage: no such `
      + 'slot) right after its start: correct what it says, then deploy again',
  });
});
