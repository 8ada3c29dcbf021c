import { type ControlStep, type ControlStepName, controlSteps } from '../../../lambda/two-way-control/steps';
import type { Authority } from '../../../lib/two-way/switch/site-map';
import type { SwitchAction, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { SWITCH_STEPS } from '../../../lib/two-way/switch/switch-steps';
import { at, CHECKING, FENCED, scene, type Scene, STEADY, SWITCHING } from './pair';

const OTHER = { id: 'run-2', to: 'B', startedAt: at(-30) };
const COMPLETING = { id: 'run-1', to: 'A', startedAt: at(-20) };

/** Every state that the map can be in, for `run-1`. */
const STATES = {
  empty: undefined,
  steady: STEADY,
  'locked by us': CHECKING,
  'locked by another': { ...CHECKING, run: OTHER },
  'fenced by us': SWITCHING,
  'fenced by another': { ...SWITCHING, run: OTHER },
  'completing by us': { ...CHECKING, run: COMPLETING },
  'completing by another': { ...CHECKING, run: { ...COMPLETING, id: 'run-2' } },
  completed: { ...STEADY, state: 'completed' },
} satisfies Record<string, Authority | undefined>;
type State = keyof typeof STATES;

/** The map afterwards: who is written to, the epoch, the state and whose it is. Or the name of an error. */
type Expected = 'as it was' | 'Error' | 'SwitchRefused' | 'RunSuperseded' | `A ${string}` | `B ${string}`;
type Row = Readonly<Record<State, Expected>>;

const refusing: Row = {
  empty: 'Error',
  steady: 'RunSuperseded',
  'locked by us': 'RunSuperseded',
  'locked by another': 'RunSuperseded',
  'fenced by us': 'RunSuperseded',
  'fenced by another': 'RunSuperseded',
  'completing by us': 'RunSuperseded',
  'completing by another': 'RunSuperseded',
  completed: 'RunSuperseded',
};
const refused: Row = {
  empty: 'Error',
  steady: 'SwitchRefused',
  'locked by us': 'SwitchRefused',
  'locked by another': 'SwitchRefused',
  'fenced by us': 'SwitchRefused',
  'fenced by another': 'SwitchRefused',
  'completing by us': 'SwitchRefused',
  'completing by another': 'SwitchRefused',
  completed: 'SwitchRefused',
};
const whileSwitching: Row = { ...refusing, 'fenced by us': 'as it was' };
const rollingBack: Row = { ...whileSwitching, 'locked by us': 'as it was', 'completing by us': 'as it was' };

const TABLE: Readonly<Record<string, Row>> = {
  'Plan switch': { ...refused, steady: 'A 7 checking run-1', 'locked by us': 'as it was' },
  'Plan complete': {
    ...refused, steady: 'A 7 checking run-1', 'completing by us': 'as it was', 'completing by another': 'A 7 checking run-1',
  },
  'Plan recover': {
    ...refused,
    'locked by us': 'A 8 switching run-1',
    'locked by another': 'A 8 switching run-1',
    'fenced by us': 'as it was',
    'fenced by another': 'A 8 switching run-1',
  },
  CheckReplication: { ...refusing, 'locked by us': 'as it was', 'completing by us': 'as it was' },
  Release: {
    ...refusing,
    steady: 'as it was',
    'locked by us': 'A 7 steady',
    'locked by another': 'as it was',
    'fenced by another': 'as it was',
    'completing by us': 'A 7 steady',
    'completing by another': 'as it was',
    completed: 'as it was',
  },
  FenceMap: {
    ...refusing, 'locked by us': 'A 8 switching run-1', 'completing by us': 'A 8 switching run-1', 'fenced by us': 'as it was',
  },
  Validate: whileSwitching,
  StopLeg: whileSwitching,
  StartReturnLeg: whileSwitching,
  Record: { ...refusing, 'fenced by us': 'B 8 steady' },
  ReopenMap: { ...rollingBack, 'fenced by us': 'A 8 switching run-1' },
  StopReturnLeg: rollingBack,
  ResumeLeg: rollingBack,
  RecordRollback: {
    ...refusing, 'locked by us': 'A 8 steady', 'fenced by us': 'A 8 steady', 'completing by us': 'A 8 steady',
  },
  EndReplication: { ...refusing, 'locked by us': 'as it was', 'completing by us': 'as it was' },
  RecordCompletion: { ...refusing, 'locked by us': 'A 7 completed', 'completing by us': 'A 7 completed' },
};

const CELLS = Object.entries(TABLE).flatMap(([name, row]) =>
  (Object.keys(STATES) as State[]).map((state): [string, State, Expected] => [name, state, row[state]]));

/** The step of a row, and the run that it is given. */
function stepOf(row: string): { step: ControlStep; run: SwitchRun } {
  const [name, action = 'switch'] = row.split(' ') as [ControlStepName, SwitchAction?];
  const isEnd = name === 'EndReplication' || name === 'RecordCompletion';
  const run = name === 'Plan'
    ? { id: 'run-1', action } as SwitchRun
    : isEnd ? { ...FENCED, action: 'complete' as const, from: 'B', to: 'A', epoch: 7 } : FENCED;
  return { step: controlSteps[name], run };
}

async function look({ map }: Scene): Promise<string> {
  const { activeSite, epoch, state, run } = (await map.authority())!;
  return [activeSite, epoch, state, run?.id].filter(Boolean).join(' ');
}

const attempt = (step: ControlStep, run: SwitchRun, context: Scene): Promise<SwitchRun | Error> =>
  step(run, context).catch((error: Error) => error);

test('the table has every control step', () => {
  const steps = new Set(Object.keys(TABLE).map((row) => row.split(' ')[0]));
  const control = Object.entries(SWITCH_STEPS).filter(([, { by }]) => by === 'control').map(([name]) => name);
  expect([...steps].sort()).toEqual(control.sort());
  expect(Object.keys(controlSteps).sort()).toEqual(control.sort());
});

test.each(CELLS)('%s with a map that is %s: %s', async (row, state, expected) => {
  const { step, run } = stepOf(row);
  const context = scene(STATES[state]);
  const after = await attempt(step, run, context);
  if (after instanceof Error) {
    expect(after.name).toBe(expected);
    expect(context.map.changes).toBe(0);
    expect(context.legs.asked).toEqual([]);
    return;
  }
  expect(context.map.changes === 0 ? 'as it was' : await look(context)).toBe(expected);
});

test.each(CELLS.filter(([, , expected]) => /^[AB] /.test(expected)))(
  '%s with a map that is %s answers the same when its answer was lost, and changes nothing again', async (row, state) => {
    const { step, run } = stepOf(row);
    const context = scene(STATES[state]);
    const first = await step(run, context);
    expect(context.map.changes).toBe(1);
    expect(await step(run, context)).toEqual(first);
    expect(context.map.changes).toBe(1);
  },
);
