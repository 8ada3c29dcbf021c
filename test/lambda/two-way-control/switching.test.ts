import type { LegStatus, LegValidation } from '../../../lambda/two-way-control/ports';
import { type ControlStepName, controlSteps } from '../../../lambda/two-way-control/steps';
import { reasonOf } from '../../../lambda/two-way-control/steps/reason';
import { writableSite } from '../../../lib/two-way/switch/site-map';
import type { Leg, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import {
  at, BACKWARD, CHECKING, CONFIGURATION, FENCED, FORWARD, NOW, RUN, RUNNING, scene, type Scene, SWITCHING, VALID,
} from './pair';

const JUST_BEFORE = 53;
const TOO_LATE = 54;

describe('the map', () => {
  test('gives the old side back later than its database does', async () => {
    const context = scene(CHECKING);
    await controlSteps.FenceMap(RUN, context);
    expect(await context.map.authority()).toEqual({
      ...CHECKING, version: 7, state: 'switching', epoch: 8, lapsesAt: at(150), updatedAt: NOW,
    });
  });

  test('does so also when the database was fenced late', async () => {
    const context = scene(SWITCHING);
    await controlSteps.Validate({ ...FENCED, fence: { since: at(90), lapsesAt: at(150) } }, context);
    expect((await context.map.authority())?.lapsesAt).toBe(at(180));
    expect(writableSite((await context.map.authority())!, new Date(at(179)))).toBeUndefined();
  });

  test('is not written when it is late enough', async () => {
    const context = scene(SWITCHING);
    await controlSteps.Validate(FENCED, context);
    expect(context.map.changes).toBe(0);
  });
});

test('a rollback tells applications at once that the old side is open, and keeps its lock', async () => {
  const context = scene(SWITCHING);
  await controlSteps.ReopenMap(FENCED, context);
  const authority = (await context.map.authority())!;
  expect(authority).toEqual({ ...SWITCHING, version: SWITCHING.version + 1, lapsesAt: NOW, updatedAt: NOW });
  expect(writableSite(authority, new Date(NOW))).toEqual({ site: 'A', epoch: 8 });
});

describe('validation', () => {
  const validate = (change: Partial<LegValidation>, seconds = 0, configuration = CONFIGURATION): Promise<SwitchRun> => {
    const context = scene(SWITCHING, configuration, seconds);
    context.legs.validations.set('A→B', { ...VALID, ...change });
    return controlSteps.Validate(FENCED, context);
  };
  const NOT_ASKED_FOR = { ...CONFIGURATION, gates: { ...CONFIGURATION.gates, maxValidationAgeHours: 0 } };

  test('is done when nothing is pending', async () => {
    expect(await validate({})).toEqual({ ...FENCED, done: true, lastStep: 'Validate' });
  });

  test('is waited for while something is', async () => {
    expect(await validate({ pendingRecords: 4 }, JUST_BEFORE)).toEqual({ ...FENCED, done: false });
  });

  test('is not waited for into the lapse of the fence', async () => {
    await expect(validate({ pendingRecords: 4 }, TOO_LATE)).rejects.toMatchObject({
      name: 'PauseLimitExceeded',
      message: `nobody can write since ${at(-5)}, the limit of 60 s is up, and still waited for is the validation of 4 records `
        + 'of leg A → B',
    });
  });

  test.each<[string, Partial<LegValidation>, string]>([
    ['records differ', { failedRecords: 1 }, 'leg A → B has 1 records that differ'],
    ['records were given up', { suspendedRecords: 1 }, 'leg A → B could not compare 1 records'],
    ['a table does not arrive', { tablesInError: ['shop.orders'] }, 'leg A → B does not replicate shop.orders'],
    ['it was switched off', { enabled: false }, 'leg A → B does not validate any more'],
  ])('ends the switch when %s', async (_, change, message) => {
    await expect(validate({ ...change, pendingRecords: 4 })).rejects.toMatchObject({
      name: 'ValidationFailed', message: expect.stringContaining(message) as string,
    });
  });

  test('is skipped when nobody asked for it', async () => {
    expect(await validate({ failedRecords: 1, enabled: false }, 0, NOT_ASKED_FOR)).toMatchObject({ done: true });
  });
});

describe('the legs', () => {
  type Case = [ControlStepName, SwitchRun['mode'], Leg, LegStatus['state'], boolean | 'LegFailed', string[]];
  const WAIT = false;

  test.each<Case>([
    ['StopLeg', 'prepared', FORWARD, 'running', WAIT, ['stop A→B']],
    ['StopLeg', 'prepared', FORWARD, 'starting', WAIT, []],
    ['StopLeg', 'prepared', FORWARD, 'stopping', WAIT, []],
    ['StopLeg', 'prepared', FORWARD, 'stopped', true, []],
    ['StopLeg', 'prepared', FORWARD, 'failed', 'LegFailed', []],
    ['StopLeg', 'prepared', FORWARD, 'never-started', 'LegFailed', []],
    ['StopLeg', 'hot', FORWARD, 'running', true, []],
    ['StopLeg', 'hot', FORWARD, 'starting', WAIT, []],
    ['StopLeg', 'hot', FORWARD, 'stopped', 'LegFailed', []],
    ['StopLeg', 'hot', FORWARD, 'failed', 'LegFailed', []],
    ['StartReturnLeg', 'prepared', BACKWARD, 'never-started', WAIT, ['start B→A at 0/16B3748']],
    ['StartReturnLeg', 'prepared', BACKWARD, 'stopped', WAIT, ['start B→A at 0/16B3748']],
    ['StartReturnLeg', 'prepared', BACKWARD, 'starting', WAIT, []],
    ['StartReturnLeg', 'prepared', BACKWARD, 'running', true, []],
    ['StartReturnLeg', 'prepared', BACKWARD, 'failed', 'LegFailed', []],
    ['StartReturnLeg', 'hot', BACKWARD, 'running', true, []],
    ['StartReturnLeg', 'hot', BACKWARD, 'never-started', WAIT, ['start B→A at 0/16B3748']],
    ['StartReturnLeg', 'hot', BACKWARD, 'starting', WAIT, []],
    ['StartReturnLeg', 'hot', BACKWARD, 'stopped', 'LegFailed', []],
    ['StopReturnLeg', 'prepared', BACKWARD, 'running', WAIT, ['stop B→A']],
    ['StopReturnLeg', 'prepared', BACKWARD, 'starting', WAIT, []],
    ['StopReturnLeg', 'prepared', BACKWARD, 'stopping', WAIT, []],
    ['StopReturnLeg', 'prepared', BACKWARD, 'stopped', true, []],
    ['StopReturnLeg', 'prepared', BACKWARD, 'never-started', true, []],
    ['StopReturnLeg', 'prepared', BACKWARD, 'failed', true, ['stop B→A']],
    ['StopReturnLeg', 'hot', BACKWARD, 'running', true, []],
    ['ResumeLeg', 'prepared', FORWARD, 'stopping', WAIT, []],
    ['ResumeLeg', 'prepared', FORWARD, 'stopped', WAIT, ['start A→B']],
    ['ResumeLeg', 'prepared', FORWARD, 'failed', WAIT, ['start A→B']],
    ['ResumeLeg', 'prepared', FORWARD, 'starting', WAIT, []],
    ['ResumeLeg', 'prepared', FORWARD, 'running', true, []],
    ['ResumeLeg', 'hot', FORWARD, 'running', true, []],
  ])('%s (%s) with %j that is %s: %s', async (name, mode, leg, state, done, asked) => {
    const context = scene(SWITCHING);
    context.legs.set(leg, { ...RUNNING, state });
    const after = await controlSteps[name]({ ...FENCED, mode, done: true }, context).catch((error: Error) => error);
    expect(after instanceof Error ? after.name : after.done).toBe(done);
    expect(context.legs.asked).toEqual(asked);
    if (!(after instanceof Error)) expect(after.lastStep).toBe(done === true ? name : undefined);
  });

  test.each<[SwitchRun['mode'], LegStatus['state'], boolean]>([
    ['prepared', 'never-started', false],
    ['prepared', 'stopped', true],
    ['prepared', 'failed', true],
    ['hot', 'never-started', false],
    ['hot', 'running', true],
  ])('a rollback (%s) notes whether a return leg that is %s has ever run: %s', async (mode, state, ran) => {
    const context = scene(SWITCHING);
    context.legs.set(BACKWARD, { state });
    expect((await controlSteps.StopReturnLeg({ ...FENCED, mode }, context)).returnLegRan).toBe(ran);
  });

  test.each<[ControlStepName, Leg, LegStatus['state'], string]>([
    ['StopLeg', FORWARD, 'stopping', 'the stop of leg A → B, which is stopping (says DMS)'],
    ['StartReturnLeg', BACKWARD, 'starting', 'the start of leg B → A, which is starting (says DMS)'],
  ])('%s does not wait into the lapse of the fence', async (name, leg, state, waitingFor) => {
    const context = scene(SWITCHING, {}, TOO_LATE);
    context.legs.set(leg, { state, reason: 'says DMS' });
    await expect(controlSteps[name](FENCED, context)).rejects.toMatchObject({
      name: 'PauseLimitExceeded', message: expect.stringContaining(waitingFor) as string,
    });
  });

  test('a leg that fails again and again is not started for ever', async () => {
    const late = scene(SWITCHING, {}, 1_791);
    late.legs.set(FORWARD, { state: 'failed', reason: 'no slot' });
    await expect(controlSteps.ResumeLeg(FENCED, late)).rejects.toThrow('leg A → B is failed (no slot): mend it');
    expect(late.legs.asked).toEqual([]);
    const inTime = scene(SWITCHING, {}, 1_790);
    inTime.legs.set(FORWARD, { state: 'failed' });
    expect((await controlSteps.ResumeLeg(FENCED, inTime)).done).toBe(false);
  });

  test('both end for good', async () => {
    const context = scene({ ...CHECKING, run: { ...CHECKING.run!, to: 'B' } });
    const run: SwitchRun = { ...RUN, action: 'complete' };
    expect((await controlSteps.EndReplication(run, context)).done).toBe(false);
    expect(context.legs.asked).toEqual(['stop A→B']);
    context.legs.set(FORWARD, { state: 'stopped' });
    expect((await controlSteps.EndReplication(run, context)).done).toBe(true);
  });
});

describe('the end', () => {
  const history = async ({ map }: Scene): Promise<unknown> => (await map.history(1))[0];
  const ENDED = { epoch: 8, id: 'run-1', from: 'A', to: 'B', startedAt: at(-20), endedAt: NOW };

  test('of a switch is recorded with its pause', async () => {
    const context = scene(SWITCHING);
    expect(await controlSteps.Record(FENCED, context)).toEqual({ ...FENCED, pauseSeconds: 5, lastStep: 'Record' });
    expect(await history(context)).toEqual({ ...ENDED, outcome: 'completed', pauseSeconds: 5 });
    expect(await context.map.authority()).toEqual({
      version: 7, activeSite: 'B', epoch: 8, state: 'steady', updatedAt: NOW,
    });
  });

  test('keeps the pause that the databases measured', async () => {
    const context = scene(SWITCHING);
    await controlSteps.Record({ ...FENCED, pauseSeconds: 3.2 }, context);
    expect(await history(context)).toMatchObject({ pauseSeconds: 3.2 });
  });

  test('of a rollback is recorded with its reason', async () => {
    const context = scene(SWITCHING);
    const Cause = JSON.stringify({ errorType: 'LegFailed', errorMessage: 'leg A → B is failed', trace: ['at …'] });
    await controlSteps.RecordRollback({ ...FENCED, failure: { Error: 'LegFailed', Cause } }, context);
    expect(await history(context)).toEqual({ ...ENDED, outcome: 'rolled-back', reason: 'leg A → B is failed' });
    expect(await context.map.authority()).toEqual({
      version: 7, activeSite: 'A', epoch: 8, state: 'steady', updatedAt: NOW,
    });
  });

  test('is not recorded twice, also when the next switch has begun meanwhile', async () => {
    const context = scene(SWITCHING);
    const first = await controlSteps.Record({ ...FENCED, pauseSeconds: 5 }, context);
    await controlSteps.Plan({ ...RUN, id: 'run-2', from: 'B', to: 'A' }, context);
    expect(await controlSteps.Record({ ...FENCED, pauseSeconds: 5 }, context)).toEqual(first);
    expect(await context.map.history(9)).toHaveLength(1);
    expect((await context.map.authority())?.run?.id).toBe('run-2');
  });

  test('of the replication leaves the epoch alone', async () => {
    const context = scene({ ...CHECKING, run: { id: 'run-1', to: 'A', startedAt: at(-20) } });
    await controlSteps.RecordCompletion({ ...RUN, action: 'complete', from: 'B', to: 'A', epoch: 7 }, context);
    expect(await history(context)).toEqual({ ...ENDED, epoch: 7, from: 'B', to: 'A', outcome: 'ended' });
    expect(await context.map.authority()).toEqual({
      version: 7, activeSite: 'A', epoch: 7, state: 'completed', updatedAt: NOW,
    });
  });

  test('of a dry run is a plan only when its gates hold and nothing failed', async () => {
    const dry: SwitchRun = { ...RUN, dryRun: true, gatesHold: true };
    const planned = async (run: SwitchRun): Promise<unknown> =>
      (await controlSteps.Release(run, scene(CHECKING))).planned;
    expect(await planned(dry)).toBe(true);
    expect(await planned({ ...dry, gatesHold: false })).toBe(false);
    expect(await planned({ ...dry, gatesHold: undefined })).toBe(false);
    expect(await planned({ ...dry, failure: { Error: 'x', Cause: 'y' } })).toBe(false);
    expect(await planned({ ...RUN, gatesHold: true })).toBe(false);
  });
});

describe('the reason of a rollback', () => {
  test.each<[string, SwitchRun['failure'], string]>([
    ['what a handler says', { Error: 'X', Cause: '{"errorMessage":"the lag grew","errorType":"X"}' }, 'the lag grew'],
    ['what was said without JSON', { Error: 'X', Cause: 'the lag grew' }, 'the lag grew'],
    ['JSON of somebody else', { Error: 'X', Cause: '{"a":1}' }, '{"a":1}'],
    ['JSON that is nothing', { Error: 'X', Cause: 'null' }, 'null'],
    ['a time-out', { Error: 'States.Timeout', Cause: '' }, 'a step did not answer in time'],
    ['a name, when nothing was said', { Error: 'Lambda.Strange', Cause: '' }, 'Lambda.Strange'],
    ['nothing at all', undefined, 'nobody said why: look at the log of the run'],
  ])('is %s', (_, failure, reason) => {
    expect(reasonOf({ ...RUN, failure })).toBe(reason);
  });

  test('is the recovery, when there was nobody left to say', () => {
    expect(reasonOf({ ...RUN, action: 'recover', id: 'rescue' })).toBe('it was interrupted, and ended by the recovery rescue');
  });

  test('is not longer than people read', () => {
    expect(reasonOf({ ...RUN, failure: { Error: 'X', Cause: 'x'.repeat(5_000) } })).toHaveLength(1_001);
  });
});
