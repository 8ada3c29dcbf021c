import type { Replication } from '@aws-sdk/client-database-migration-service';
import type { Load, Wish } from '../../../lambda/task-lifecycle/event';
import { nextStep } from '../../../lambda/task-lifecycle/next-step';
import type { ReplicationView } from '../../../lambda/task-lifecycle/replication';
import { SERVERLESS_PHASES, viewOfServerless } from '../../../lambda/task-lifecycle/serverless-replication';
import { CONFIG_ARN as ARN, short } from './requests';

const EARLIER = new Date('2026-11-01T00:00:00Z');
const NOW = new Date('2026-11-25T00:00:00Z');

const replication = (Status: string, more: Replication = {}): ReplicationView =>
  viewOfServerless({ ReplicationConfigArn: ARN, ReplicationConfigIdentifier: 'orders', Status, ...more });

const ranAt = (date: Date): Replication => ({ ReplicationStats: { StartDate: date, FreshStartDate: EARLIER } });
const RAN_BEFORE = ranAt(EARLIER);
const RAN_SINCE = ranAt(NOW);
const BEFORE = replication('stopped', RAN_BEFORE).lastStart;
const FAILED_BEFORE = replication('failed', RAN_BEFORE).lastStart;
const DEPROVISIONED: Replication = { ProvisionData: { ProvisionState: 'deprovisioned' } };

const stopped: Wish = { state: 'stopped' };
const running = (load: Load, startedBefore?: string): Wish => ({ state: 'running', load, startedBefore });

type Row = Record<keyof typeof SERVERLESS_PHASES, string>;

/** On its way to run, nobody does anything; once both connections are tested, that is enough when the time is up. */
const UNDER_WAY = {
  initializing: 'wait', preparing_metadata_resources: 'wait', testing_connection: 'wait', fetching_metadata: 'enough',
  calculating_capacity: 'enough', provisioning_capacity: 'enough', replication_starting: 'enough',
};
const PASSING = { creating: 'wait', stopping: 'wait', modifying: 'wait', deprovisioning: 'wait' };

const TABLE: [string, Wish, Replication, Row][] = [
  ['to be stopped', stopped, RAN_BEFORE, {
    ...PASSING, created: 'done', ready: 'done', initializing: 'stop', preparing_metadata_resources: 'stop',
    testing_connection: 'stop', fetching_metadata: 'stop', calculating_capacity: 'stop', provisioning_capacity: 'stop',
    replication_starting: 'stop', running: 'stop', stopped: 'done', deprovisioned: 'done', failed: 'done',
    failed_provision: 'done', deleting: 'done',
  }],
  ['to run, new', running('first'), {}, {
    ...PASSING, ...UNDER_WAY, created: 'start-replication', ready: 'start-replication', running: 'done',
    // What stops has been started; its dates may be lost.
    stopped: 'resume-processing', deprovisioned: 'fail',
    // Nothing was there as the request began: what has failed now was started by it.
    failed: 'fail', failed_provision: 'fail', deleting: 'fail',
  }],
  ['to run, has run', running('first', BEFORE), RAN_BEFORE, {
    ...PASSING, ...UNDER_WAY, created: 'resume-processing', ready: 'resume-processing', running: 'done',
    stopped: 'resume-processing', deprovisioned: 'fail', failed: 'fail', failed_provision: 'fail',
    deleting: 'fail',
  }],
  ['to run, had failed before', running('first', FAILED_BEFORE), RAN_BEFORE, {
    ...PASSING, ...UNDER_WAY, created: 'resume-processing', ready: 'resume-processing', running: 'done',
    stopped: 'fail', deprovisioned: 'fail', failed: 'resume-processing', failed_provision: 'resume-processing',
    deleting: 'fail',
  }],
  ['to run, started in this request', running('first', BEFORE), RAN_SINCE, {
    ...PASSING, ...UNDER_WAY, created: 'resume-processing', ready: 'resume-processing', running: 'done',
    stopped: 'fail', deprovisioned: 'fail', failed: 'fail', failed_provision: 'fail', deleting: 'fail',
  }],
  ['to run, and may be reloaded', running('allowed', BEFORE), RAN_BEFORE, {
    ...PASSING, ...UNDER_WAY, created: 'resume-processing', ready: 'resume-processing', running: 'done',
    stopped: 'resume-processing', deprovisioned: 'reload-target', failed: 'fail', failed_provision: 'fail',
    deleting: 'fail',
  }],
  ['to be reloaded, has run', running('again', BEFORE), RAN_BEFORE, {
    ...PASSING, ...UNDER_WAY, created: 'reload-target', ready: 'reload-target', running: 'stop',
    stopped: 'reload-target', deprovisioned: 'reload-target', failed: 'fail', failed_provision: 'fail', deleting: 'fail',
  }],
  ['to be reloaded, started in this request', running('again', BEFORE), RAN_SINCE, {
    ...PASSING, ...UNDER_WAY, created: 'reload-target', ready: 'reload-target', running: 'done',
    stopped: 'fail', deprovisioned: 'fail', failed: 'fail', failed_provision: 'fail', deleting: 'fail',
  }],
  ['to be put back', running('never', BEFORE), RAN_BEFORE, {
    ...PASSING, ...UNDER_WAY, created: 'resume-processing', ready: 'resume-processing', running: 'done',
    stopped: 'resume-processing', deprovisioned: 'done', failed: 'fail', failed_provision: 'fail',
    deleting: 'done',
  }],
  ['to be put back, new', running('never'), {}, {
    ...PASSING, ...UNDER_WAY, created: 'done', ready: 'done', running: 'done',
    stopped: 'resume-processing', deprovisioned: 'done', failed: 'fail', failed_provision: 'fail',
    deleting: 'done',
  }],
];

describe.each(TABLE)('a serverless replication %s', (_, wish, more, row) => {
  test.each(Object.entries(row))('that is %s: %s', (status, expected) => {
    expect(short(nextStep(replication(status, more), ARN, wish))).toBe(expected);
  });

  test('in a state that nobody knows yet is waited for', () => {
    expect(nextStep(replication('hibernating', more), ARN, wish)).toEqual({ do: 'wait' });
  });
});

test('a state means the same in the spelling of the guide', () => {
  expect(replication('Testing Connection').phase).toBe('preparing');
  expect(replication('FAILED_PROVISION').phase).toBe('failed');
});

describe('a serverless replication whose capacity is taken away', () => {
  test.each(['stopped', 'failed'])('%s, and not done yet, is waited for, whatever is to become of it', (status) => {
    const leaving = replication(status, { ...RAN_BEFORE, ProvisionData: { ProvisionState: 'deprovisioning' } });
    [stopped, running('first', BEFORE), running('again', BEFORE), running('never', BEFORE)].forEach((wish) =>
      expect(nextStep(leaving, ARN, wish)).toEqual({ do: 'wait' }));
  });

  test.each<[Load, string]>([
    ['first', 'fail'], ['never', 'done'], ['allowed', 'reload-target'], ['again', 'reload-target'],
  ])('is never taken for a new one, and does not resume (%s)', (load, expected) => {
    // The dates are lost with the capacity.
    const before = replication('failed', DEPROVISIONED).lastStart;
    expect(short(nextStep(replication('stopped', DEPROVISIONED), ARN, running(load)))).toBe(expected);
    expect(short(nextStep(replication('failed', DEPROVISIONED), ARN, running(load, before)))).toBe(expected);
  });

  test('is told how to go on', () => {
    expect(nextStep(replication('stopped', DEPROVISIONED), ARN, running('first'))).toEqual({
      do: 'fail',
      message: `serverless replication orders (${ARN}) is stopped for more than 48 hours: DMS has taken its capacity `
        + 'away, and cannot resume it. Deploy with onChange RELOAD to allow that every table is loaded again, or with '
        + 'startOnDeploy false to leave it stopped',
    });
  });

  test('stays as it is when its load is over', () => {
    const over = replication('stopped', { ...DEPROVISIONED, StopReason: 'Stop Reason FULL_LOAD_ONLY_FINISHED' });
    expect(nextStep(over, ARN, running('first'))).toEqual({ do: 'done' });
    expect(nextStep(over, ARN, running('again'))).toEqual({ do: 'start', type: 'reload-target' });
  });
});

test('one that failed before anything was loaded starts from scratch, in a later request', () => {
  const failed = replication('failed', { FailureMessages: ['no route to host'] });
  expect(nextStep(failed, ARN, running('first', failed.lastStart))).toEqual({ do: 'start', type: 'start-replication' });
  expect(nextStep(failed, ARN, running('first'))).toEqual({
    do: 'fail',
    message: `serverless replication orders (${ARN}) is failed (FailureMessages: no route to host) right after its `
      + 'start: correct what it says, then deploy again',
  });
});

test('one that does not exist is named as what it is', () => {
  expect(nextStep(undefined, ARN, stopped)).toEqual({ do: 'done' });
  expect(nextStep(undefined, ARN, running('first'))).toEqual({
    do: 'fail',
    message: expect.stringMatching(/^serverless replication arn:.* does not exist: it was deleted/) as string,
  });
});
