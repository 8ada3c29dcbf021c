import * as fc from 'fast-check';
import { FIRST_STEP, NOT_SENT, OUTCOMES, SWITCH_STEPS, type SwitchStep } from '../../../lib/two-way/switch/switch-steps';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { walk, type WalkEvent } from '../../../lib/two-way/switch/walk';
import { execute } from '../../support/local-state-machine';
import { holdsFor, propertyTimeout } from '../../support/property-runs';
import { type Answer, type Script, scripted, UNKNOWN_ERROR } from '../../support/switch-script';

const STEPS: Readonly<Record<string, SwitchStep>> = SWITCH_STEPS;
/** Ten minutes of patience look like three attempts more. */
const IMPATIENT: Readonly<Record<string, SwitchStep>> = Object.fromEntries(Object.entries(STEPS).map(([name, step]) =>
  [name, step.retries === undefined ? step : { ...step, retries: Math.min(step.retries, 3) }]));
const REQUEST = {
  id: 'run-1', action: 'switch', from: 'SITEA', to: 'SITEB', pauseLimitSeconds: 60, gates: [],
} as unknown as SwitchRun;

const noSleep = (): Promise<void> => Promise.resolve();

const ERRORS = [
  UNKNOWN_ERROR, NOT_SENT, 'SitePassedOn', 'FenceLapsed', 'SwitchRefused', 'RunSuperseded', 'StaleEpoch',
  'PauseLimitExceeded', 'States.Timeout', 'Lambda.TooManyRequestsException',
];

const answers: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ error: fc.constantFrom(...ERRORS) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      adds: fc.record({
        done: fc.boolean(), decision: fc.constantFrom('forward', 'back'), gatesHold: fc.boolean(), dryRun: fc.boolean(),
        planned: fc.boolean(), needsApproval: fc.boolean(), approved: fc.boolean(), action: fc.constantFrom('switch', 'complete', 'recover'),
      }, { requiredKeys: [] }),
    }),
  },
);

const scripts: fc.Arbitrary<Script> = fc.record(Object.fromEntries(
  Object.keys(STEPS).map((name) => [name, fc.array(answers, { maxLength: 8 })] as const),
));

test('the state machine and the walk make the same attempts and come to the same end', async () => {
  await holdsFor(scripts, 150, async (script) => {
    const [onAws, here]: [string[], string[]] = [[], []];
    const execution = await execute(IMPATIENT, REQUEST, scripted(script, onAws));
    const { outcome, run } = await walk(IMPATIENT, REQUEST, { perform: scripted(script, here), sleep: noSleep });

    expect(here).toEqual(onAws);
    expect(outcome).toBe(execution.outcome);
    const { outcome: _, failure: theirs, ...after } = execution.run as SwitchRun & { readonly outcome?: string };
    const { failure: ours, ...ended } = run;
    expect(after).toEqual(ended);
    // Where only gates did not hold, AWS has a failure made of them.
    expect(theirs?.Error === 'GateDoesNotHold' ? undefined : theirs).toEqual(ours);
  });
}, propertyTimeout);

test('every walk ends in an outcome after a bounded number of attempts', async () => {
  // What a script can say, each step at its worst, and the loops that a script can force.
  const most = Object.keys(STEPS).length * 8 * 5;
  await holdsFor(scripts, 2_000, async (script) => {
    const attempts: string[] = [];
    const { outcome } = await walk(IMPATIENT, REQUEST, { perform: scripted(script, attempts), sleep: noSleep });
    expect(OUTCOMES).toContain(outcome);
    expect(attempts[0]).toBe(FIRST_STEP);
    expect(attempts.length).toBeLessThan(most);
  });
}, propertyTimeout);

test('a failure is tried again after the pause of its step, and not at all when it is final', async () => {
  const slept: number[] = [];
  const sleep = (seconds: number): Promise<void> => { slept.push(seconds); return Promise.resolve(); };
  const script: Script = {
    CheckReplication: [{ error: UNKNOWN_ERROR }, { error: UNKNOWN_ERROR }],
    AwaitMarker: [{ adds: { done: false } }, { error: UNKNOWN_ERROR }],
    ResumeLeg: [{ error: UNKNOWN_ERROR }, { adds: { done: false } }],
  };
  const { outcome } = await walk(STEPS, REQUEST, { perform: scripted(script, []), sleep });
  expect({ outcome, slept }).toEqual({ outcome: 'RolledBack', slept: [1, 1, 1, 5, 5] });

  const attempts: string[] = [];
  await walk(STEPS, REQUEST, { perform: scripted({ CheckReplication: [{ error: 'RunSuperseded' }] }, attempts), sleep });
  expect(attempts).toEqual(['Plan', 'CheckReplication', 'Release']);
});

test('tells what it does, step by step', async () => {
  const told: string[] = [];
  const onStep = ({ kind, step, to, failure }: WalkEvent): void => {
    told.push([kind, step, to ?? failure?.Cause].filter((part) => part !== undefined).join(' '));
  };
  const script: Script = {
    CheckReplication: [{ error: UNKNOWN_ERROR }], CheckDatabases: [{ adds: { gatesHold: false } }],
  };
  await walk(STEPS, REQUEST, { perform: scripted(script, []), sleep: noSleep, onStep });
  expect(told).toEqual([
    'attempt Plan', 'left Plan CheckReplication',
    'attempt CheckReplication', 'failed CheckReplication attempt 1 of CheckReplication', 'attempt CheckReplication',
    'left CheckReplication CheckDatabases',
    'attempt CheckDatabases', 'left CheckDatabases Release',
    'attempt Release', 'left Release Refused',
  ]);
});

test('stops before its next attempt when it is told to', async () => {
  const controller = new AbortController();
  const attempts: string[] = [];
  const perform = scripted({}, attempts);
  const walking = walk(STEPS, REQUEST, {
    signal: controller.signal, sleep: noSleep,
    perform: (step, run) => {
      if (step === 'FenceSite') controller.abort(new Error('the laptop was closed'));
      return perform(step, run);
    },
  });
  await expect(walking).rejects.toThrow('the laptop was closed');
  expect(attempts.at(-1)).toBe('FenceSite');
});
