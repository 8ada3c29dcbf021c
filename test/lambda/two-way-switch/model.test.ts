import * as fc from 'fast-check';
import * as fenceRules from '../../../lambda/two-way-database/fence-rules';
import { SWITCH_STEPS, type SwitchStep } from '../../../lib/two-way/switch/switch-steps';
import type { SwitchAction, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { walk, type WalkEnd } from '../../../lib/two-way/switch/walk';
import { execute } from '../../support/local-state-machine';
import { holdsFor, propertyTimeout } from '../../support/property-runs';
import { type Accident, type FenceRules, SITES, type SiteName, SwitchModel } from '../../support/switch-model';

/** Ten minutes of patience look like a few attempts more. */
const STEPS: Readonly<Record<string, SwitchStep>> = Object.fromEntries(
  Object.entries<SwitchStep>(SWITCH_STEPS).map(([name, step]) =>
    [name, step.retries === undefined ? step : { ...step, retries: Math.min(step.retries, 4) }]));

/** Somebody who runs the machine: from when on, for how many attempts, and which steps they do not wait for. */
interface Driver {
  readonly action: SwitchAction;
  /** After how many moments. */
  readonly begins: number;
  /** After how many attempts the driver dies; the step that runs goes on without it. */
  readonly attempts: number;
  /** For how many moments an attempt is waited for. What takes longer has timed out, and goes on. */
  readonly patience: readonly number[];
}

interface Story {
  readonly drivers: readonly Driver[];
  readonly accidents: readonly Accident[];
  /** Which of the calls that wait takes place next. */
  readonly order: readonly number[];
  /** Sites that do not answer from one moment to another. */
  readonly outages: readonly { readonly site: SiteName; readonly from: number; readonly moments: number }[];
}

/** Mostly nothing, so that a run comes far; now and then something. */
function rarely<T>(usual: T, unusual: fc.Arbitrary<T>, places: number, most: number): fc.Arbitrary<T[]> {
  return fc.array(fc.tuple(fc.nat(places - 1), unusual), { maxLength: most }).map((spots) => {
    const all = Array.from({ length: places }, () => usual);
    for (const [place, what] of spots) all[place] = what;
    return all;
  });
}

const drivers: fc.Arbitrary<Driver> = fc.record({
  action: fc.constantFrom<SwitchAction>('switch', 'switch', 'recover'),
  begins: fc.nat(120),
  attempts: fc.oneof(fc.constant(1_000), fc.integer({ min: 1, max: 25 })),
  patience: rarely(1_000, fc.nat(6), 40, 4),
});

const stories: fc.Arbitrary<Story> = fc.record({
  drivers: fc.array(drivers, { minLength: 1, maxLength: 4 }),
  accidents: rarely<Accident>({ seconds: 0, fate: 'works' }, fc.record({
    seconds: fc.oneof({ weight: 3, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.integer({ min: 10, max: 90 }) }),
    fate: fc.constantFrom('works', 'request lost', 'answer lost'),
  }), 150, 6),
  order: rarely(0, fc.nat(5), 250, 60),
  outages: fc.array(fc.record({
    site: fc.constantFrom(...SITES), from: fc.nat(150), moments: fc.integer({ min: 1, max: 40 }),
  }), { maxLength: 2 }),
});

/** The calls that wait, and who is next: the whole order of what happens is the story's. */
class Moments {
  private readonly waiting: { readonly due: number; readonly go: () => void }[] = [];
  public now = 0;

  public constructor(private readonly order: readonly number[]) {}

  /** Waits for a moment, this one or a later one. */
  public readonly wait = (moments = 0): Promise<void> => new Promise((go) => {
    this.waiting.push({ due: this.now + moments, go });
  });

  /** Lets one thing after another happen, until nothing is left. */
  public async pass(each: (moment: number) => void): Promise<void> {
    for (;;) {
      // Everybody who can has to have come to the next call.
      await new Promise((resolve) => { setImmediate(resolve); });
      if (this.waiting.length === 0) return;
      each(this.now);
      const ready = this.waiting.filter(({ due }) => due <= this.now);
      const next = ready[(this.order[this.now] ?? 0) % Math.max(1, ready.length)];
      this.now += 1;
      if (next === undefined) continue;
      this.waiting.splice(this.waiting.indexOf(next), 1);
      next.go();
    }
  }
}

interface Told {
  readonly model: SwitchModel;
  /** How each driver's walk ended; none of one that died. */
  readonly ends: readonly (WalkEnd | undefined)[];
  /** The recovery that somebody starts when all has passed. */
  readonly recovery: WalkEnd | undefined;
}

async function tell(story: Story, rules?: FenceRules): Promise<Told> {
  const moments = new Moments(story.order);
  const model = new SwitchModel(() => moments.wait(), story.accidents.values(), rules);
  const ends = story.drivers.map((driver, index) => drive(driver, index, model, moments));
  await moments.pass((moment) => {
    model.down.clear();
    for (const { site, from, moments: long } of story.outages) {
      if (moment >= from && moment < from + long) model.down.add(site);
    }
  });
  model.down.clear();
  model.calm = true;
  const ended = await Promise.all(ends);

  // What was left in the middle is recovered, as the rule does it, and nothing goes wrong any more.
  const authority = await model.map.authority();
  const recovering = authority?.run === undefined ? Promise.resolve(undefined) : walk(STEPS, request('recover', 'last'), {
    perform: model.perform, sleep: () => Promise.resolve(model.tick(1)),
  });
  await moments.pass(() => undefined);
  return { model, ends: ended, recovery: await recovering };
}

async function drive(
  { action, begins, attempts, patience }: Driver, index: number, model: SwitchModel, moments: Moments,
): Promise<WalkEnd | undefined> {
  await moments.wait(begins);
  const dies = new AbortController();
  let made = 0;
  const walking = walk(STEPS, request(action, `run-${index}`), {
    signal: dies.signal,
    sleep: async () => { await moments.wait(); model.tick(1); },
    perform: (step, run) => {
      made += 1;
      const working = model.perform(step, run);
      working.catch(() => undefined);
      if (made >= attempts) {
        dies.abort();
        return Promise.reject(new Error('the driver died'));
      }
      return Promise.race([working, timeOut(moments, patience[made] ?? 1_000)]);
    },
  });
  return await walking.catch((error: unknown) => {
    if (!dies.signal.aborted) throw error;
    return undefined;
  });
}

async function timeOut(moments: Moments, patience: number): Promise<never> {
  if (patience >= 1_000) return await new Promise(() => undefined);
  await moments.wait(patience);
  throw Object.assign(new Error('no answer in time'), { name: 'States.Timeout' });
}

const request = (action: SwitchAction, id: string): SwitchRun => ({ id, action }) as unknown as SwitchRun;

test('a switch that nothing happens to opens the other site, and the next one opens the first again', async () => {
  const driver = { action: 'switch' as const, attempts: 1_000, patience: [] };
  const { model, ends } = await tell({
    drivers: [{ ...driver, begins: 0 }, { ...driver, begins: 200 }], accidents: [], order: [], outages: [],
  });
  expect(ends.map((end) => [end?.outcome, end?.run.from, end?.run.to])).toEqual([
    ['Completed', 'SITEA', 'SITEB'], ['Completed', 'SITEB', 'SITEA'],
  ]);
  expect({ open: model.writableSites, broken: model.broken }).toEqual({ open: ['SITEA'], broken: undefined });
});

test('whatever happens to whom, never are both sites writable, and in the end exactly the mapped one is', async () => {
  const seen = new Map<string, number>();
  await holdsFor(stories, 400, async (story) => {
    const { model, ends, recovery } = await tell(story);
    for (const end of [...ends, recovery]) seen.set(end?.outcome ?? 'none', (seen.get(end?.outcome ?? 'none') ?? 0) + 1);
    expect(model.broken).toBeUndefined();
    // A fence that a zombie left behind lapses, and the map gives the site back a little later.
    model.tick(10_000);
    expect(model.broken).toBeUndefined();
    expect(model.writableSites).toHaveLength(1);
    expect(await model.mapped()).toBe(model.writableSites[0]);
    expect((await model.map.authority())?.state).toBe('steady');
  });
  expect([...seen.keys()].sort()).toEqual(['Completed', 'Failed', 'Refused', 'RolledBack', 'none']);
}, propertyTimeout);

describe('the state machine with the real steps', () => {
  const undisturbed = (): SwitchModel => new SwitchModel(() => Promise.resolve(), [].values());
  const run = (model: SwitchModel, action: SwitchAction, name: string): ReturnType<typeof execute> =>
    execute(STEPS, { action }, model.perform, name);

  test('switches, switches back, and completes', async () => {
    const model = undisturbed();
    const there = await run(model, 'switch', 'there');
    expect(there).toMatchObject({ outcome: 'Completed', run: { from: 'SITEA', to: 'SITEB', epoch: 2 } });
    expect(model.writableSites).toEqual(['SITEB']);
    expect(await run(model, 'switch', 'back')).toMatchObject({ outcome: 'Completed', run: { to: 'SITEA', epoch: 3 } });
    expect(model.writableSites).toEqual(['SITEA']);
    expect((await run(model, 'complete', 'end')).outcome).toBe('Completed');
    expect(await run(model, 'switch', 'late')).toMatchObject({ status: 'FAILED', outcome: 'Refused' });
    expect({ open: model.writableSites, broken: model.broken }).toEqual({ open: ['SITEA'], broken: undefined });
  });

  test('refuses to begin while the other side does not answer, and says so', async () => {
    const model = undisturbed();
    model.down.add('SITEB');
    const { outcome, cause } = await run(model, 'switch', 'early');
    expect(outcome).toBe('Refused');
    expect(cause).toContain('site SITEB does not answer');
    expect((await model.map.authority())?.state).toBe('steady');
  });

  test.each(['FenceSite', 'AwaitMarker', 'StopLeg', 'AwaitProbe'])(
    'is recovered when it was aborted after %s: the old side is open', async (last) => {
      const model = await abortedAfter(last);
      expect(model.writableSites).toEqual([]);
      expect(await run(model, 'recover', 'again')).toMatchObject({ status: 'SUCCEEDED', outcome: 'RolledBack' });
      expect(model.writableSites).toEqual(['SITEA']);
    });

  test.each(['KeepFence', 'OpenSite'])('is recovered when it was aborted after %s: the new side is open', async (last) => {
    const model = await abortedAfter(last);
    expect(await run(model, 'recover', 'again')).toMatchObject({ status: 'SUCCEEDED', outcome: 'Completed' });
    expect({ open: model.writableSites, mapped: await model.mapped() }).toEqual({ open: ['SITEB'], mapped: 'SITEB' });
  });

  /** What has to fail as well for a step to be taken at all. */
  const BEFORE: Readonly<Record<string, string>> = {
    Release: 'CheckReplication', OpenSiteForSure: 'OpenSite', Decide: 'AwaitProbe', ReopenSite: 'AwaitProbe', ReopenMap: 'AwaitProbe',
    StopReturnLeg: 'AwaitProbe', HandBack: 'AwaitProbe', ResumeLeg: 'AwaitProbe', RecordRollback: 'AwaitProbe',
  };
  const COMPLETING = ['EndReplication', 'CloseOldSite', 'RecordCompletion'];

  test.each(Object.keys(STEPS).filter((step) => step !== 'Approve'))(
    'ends when %s fails at every attempt, and one site is open when it works again', async (step) => {
      const model = undisturbed();
      const isEnd = COMPLETING.includes(step);
      const { outcome, states } = await execute(STEPS, { action: isEnd ? 'complete' : 'switch' }, (name, state) => (
        name === step || name === BEFORE[step] ? Promise.reject(new Error('it does not work')) : model.perform(name, state)), 'broken');
      expect(states).toContain(step);
      // What is asked once more, whatever became of it, gets through.
      expect(outcome === 'Completed').toBe(step === 'OpenSite');
      // Of the two sides at most one was ever open.
      expect(model.broken).toBeUndefined();

      const isLeft = (await model.map.authority())?.run !== undefined;
      expect(isLeft).toBe(outcome === 'Failed' && step !== 'Plan');
      if (isLeft) await run(model, isEnd ? 'complete' : 'recover', 'mended');
      expect(model.writableSites).toEqual([await model.mapped()]);
    });

  /** A switch that somebody aborts when this step has succeeded. */
  async function abortedAfter(last: string): Promise<SwitchModel> {
    const model = undisturbed();
    const abort = new AbortController();
    const walking = walk(STEPS, request('switch', 'aborted'), {
      perform: model.perform, sleep: () => Promise.resolve(), signal: abort.signal,
      onStep: ({ kind, step }) => { if (kind === 'left' && step === last) abort.abort(new Error('aborted')); },
    });
    await expect(walking).rejects.toThrow('aborted');
    return model;
  }
});

describe('stories find a rule of the fence that is left out', () => {
  type Broken = Partial<FenceRules>;
  test.each<[string, Broken]>([
    ['a fence that has lapsed is kept', {
      mayKeep: (site, state, epoch) => fenceRules.mayKeep(site, { ...state, writable: false }, epoch),
    }],
    ['an interrupted switch goes back although its fence is kept', {
      whichWay: (site, state, epoch) => fenceRules.whichWay(site, { ...state, kept: false, passedOn: false }, epoch),
    }],
  ])('%s', async (_, broken) => {
    const rules: FenceRules = { ...fenceRules, ...broken };
    const details = await fc.check(fc.asyncProperty(stories, async (story) => {
      const { model } = await tell(story, rules);
      model.tick(10_000);
      return model.broken === undefined && model.writableSites.length === 1;
    }), { numRuns: 1_500, endOnFailure: true, seed: 7 });
    expect(details.failed).toBe(true);
  }, propertyTimeout);
});
