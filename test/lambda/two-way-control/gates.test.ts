import type { LegStatus, LegValidation } from '../../../lambda/two-way-control/ports';
import { controlSteps } from '../../../lambda/two-way-control/steps';
import type { Gate, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { at, BACKWARD, CHECKING, CONFIGURATION, FORWARD, RUN, RUNNING, scene, type Scene, VALID } from './pair';

const HOT: Partial<SwitchRun> = { mode: 'hot' };

async function gates(arrange: (context: Scene) => void, run: Partial<SwitchRun> = {}): Promise<readonly Gate[]> {
  const context = scene(CHECKING);
  arrange(context);
  return (await controlSteps.CheckReplication({ ...RUN, ...run }, context)).gates;
}

const failing = (found: readonly Gate[]): string[] => found.filter(({ holds }) => !holds).map(({ reason }) => reason);

test('a pair in good order passes every gate, and each says what was seen', async () => {
  expect(await gates(() => undefined)).toEqual([
    { id: 'leg', site: 'B', holds: true, reason: 'leg A → B is running' },
    { id: 'loaded', site: 'B', holds: true, reason: 'leg A → B has loaded its tables' },
    { id: 'lag', site: 'B', holds: true, reason: 'leg A → B is 2 s behind; allowed: 30 s' },
    { id: 'tables', site: 'B', holds: true, reason: 'leg A → B replicates all of its tables' },
    { id: 'validation', site: 'B', holds: true, reason: `leg A → B was validated at ${at(-60)}, and no record differs` },
    { id: 'return-leg', site: 'A', holds: true, reason: 'leg B → A is stopped' },
  ]);
});

test.each<[string, Partial<LegStatus>, string]>([
  ['stopped', { state: 'stopped', reason: 'NORMAL' }, 'leg A → B is stopped (NORMAL): it has to run; mend and resume it'],
  ['failed', { state: 'failed', reason: 'no slot' }, 'leg A → B is failed (no slot): it has to run; mend and resume it'],
  ['starting', { state: 'starting' }, 'leg A → B is starting: it has to run; mend and resume it'],
  ['still loading', { loaded: false }, 'leg A → B has not loaded all of its tables: wait until it has'],
  ['too late', { lagSeconds: 30.5 }, 'leg A → B is 30.5 s behind; allowed: 30 s: wait, or find what holds it up'],
  ['not measured', { lagSeconds: undefined },
    'nobody has measured the lag of leg A → B lately: see that it runs, and wait for its next measurement'],
])('a leg that is %s holds the switch up', async (_, status, reason) => {
  expect(failing(await gates(({ legs }) => legs.set(FORWARD, status)))).toEqual([reason]);
});

test('a lag of just the limit is allowed', async () => {
  expect(failing(await gates(({ legs }) => legs.set(FORWARD, { lagSeconds: 30 })))).toEqual([]);
});

test.each<[string, Partial<LegValidation>, string]>([
  ['is off', { enabled: false }, 'does not validate all of its tables: switch validation on'],
  ['has found differences', { failedRecords: 3 }, 'has 3 records that differ: look at awsdms_validation_failures_v1'],
  ['has given records up', { suspendedRecords: 2 }, 'could not compare 2 records'],
  ['was never made', { asOf: undefined }, 'has not validated its tables yet'],
  ['is a day and a second old', { asOf: at(-24 * 3600 - 1) }, `was validated last at ${at(-24 * 3600 - 1)}; allowed: 24 hours ago`],
])('a validation that %s holds the switch up', async (_, validation, reason) => {
  const [said, ...rest] = failing(await gates(({ legs }) => legs.validations.set('A→B', { ...VALID, ...validation })));
  expect(said).toContain(`leg A → B ${reason}`);
  expect(rest).toEqual([]);
});

test('records that wait for their validation do not: there are always some while somebody writes', async () => {
  expect(failing(await gates(({ legs }) => legs.validations.set('A→B', { ...VALID, pendingRecords: 9 })))).toEqual([]);
});

test('tables in error hold it up with and without validation, and are not listed without end', async () => {
  const tablesInError = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((table) => `shop.${table}`);
  const withoutValidation = await gates((context) => {
    const limits = { ...CONFIGURATION.gates, maxValidationAgeHours: 0 };
    Object.assign(context, { configuration: { ...CONFIGURATION, gates: limits } });
    context.legs.validations.set('A→B', { ...VALID, enabled: false, tablesInError });
  });
  expect(failing(withoutValidation)).toEqual([
    'leg A → B does not replicate shop.a, shop.b, shop.c, shop.d, shop.e and 2 more: mend and reload them',
  ]);
  expect(withoutValidation.map(({ id }) => id)).not.toContain('validation');
});

describe('the way back', () => {
  test.each<[LegStatus['state'], string]>([
    ['running', 'with the mode prepared only one leg runs: stop it and wait until it has'],
    ['starting', 'with the mode prepared only one leg runs: stop it and wait until it has'],
    ['stopping', 'with the mode prepared only one leg runs: stop it and wait until it has'],
    ['failed', 'the switch has to start it: mend it first'],
  ])('must not be %s in the prepared mode', async (state, advice) => {
    expect(failing(await gates(({ legs }) => legs.set(BACKWARD, { state })))).toEqual([`leg B → A is ${state}: ${advice}`]);
  });

  test('may never have been started', async () => {
    expect(failing(await gates(({ legs }) => legs.set(BACKWARD, { state: 'never-started' })))).toEqual([]);
  });

  test('has its connections tested before anybody waits for it', async () => {
    const found = await gates(({ legs }) => { legs.obstacle = 'its connections are being tested'; });
    expect(failing(found)).toEqual(['leg B → A cannot be started yet: its connections are being tested']);
  });

  test('has to run in the hot mode, and to be up to date', async () => {
    expect(failing(await gates(({ legs }) => legs.set(BACKWARD, { ...RUNNING, lagSeconds: 31 }), HOT))).toEqual([
      'leg B → A is 31 s behind; allowed: 30 s: wait, or find what holds it up',
    ]);
    expect(failing(await gates(() => undefined, HOT))).toEqual([
      'leg B → A is stopped: it has to run; mend and resume it',
      'nobody has measured the lag of leg B → A lately: see that it runs, and wait for its next measurement',
    ]);
  });
});

test('in the hot mode the return leg may not have been started before the first switch, which starts it', async () => {
  const found = await gates(({ legs }) => {
    legs.set(BACKWARD, { state: 'never-started' });
  }, HOT);
  expect(failing(found)).toEqual([]);
  expect(found.filter(({ id }) => id === 'return-leg')).toEqual([
    { id: 'return-leg', site: 'A', holds: true, reason: 'leg B → A is never-started' },
  ]);
});

test('complete only says what it ends', async () => {
  const found = await gates(({ legs }) => {
    legs.set(FORWARD, { state: 'failed' });
  }, { action: 'complete', from: 'B', to: 'A' });
  expect(found).toEqual([{
    id: 'legs', holds: true,
    reason: 'leg B → A is stopped, leg A → B is failed: both end, and cannot be resumed afterwards',
  }]);
});

test('a dry run looks without a lock, and gates add up', async () => {
  const earlier: Gate = { id: 'x', holds: true, reason: 'seen' };
  const context = scene(undefined);
  const run: SwitchRun = { ...RUN, dryRun: true, gates: [earlier] };
  const { gates: found, gatesHold } = await controlSteps.CheckReplication(run, context);
  expect(found[0]).toEqual(earlier);
  expect(found).toHaveLength(7);
  expect(gatesHold).toBeUndefined();
});
