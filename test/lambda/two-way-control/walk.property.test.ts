import * as fc from 'fast-check';
import type { LegState } from '../../../lambda/two-way-control/ports';
import { type ControlStep, controlSteps } from '../../../lambda/two-way-control/steps';
import type { SwitchRequest } from '../../../lambda/two-way-control/steps/request';
import type { Leg, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { NOT_SENT, type Outcome, SWITCH_STEPS, type SwitchStep } from '../../../lib/two-way/switch/switch-steps';
import { walk, type WalkEnd } from '../../../lib/two-way/switch/walk';
import { holdsFor, propertyTimeout } from '../../support/property-runs';
import { type Scene, ScriptedLegs, scene, STEADY } from './pair';

const named = (name: string): Error => Object.assign(new Error(`${name} happened`), { name });

/** Legs that take a while for everything, and that may fail. */
class SlowLegs extends ScriptedLegs {
  public failing = 0;

  public override async status(leg: Leg): ReturnType<ScriptedLegs['status']> {
    const status = await super.status(leg);
    const NEXT: Partial<Record<LegState, LegState>> = {
      starting: this.failing-- > 0 ? 'failed' : 'running', stopping: 'stopped',
    };
    this.set(leg, { state: NEXT[status.state] ?? status.state });
    return status;
  }

  public override async start(leg: Leg, position: string | undefined): Promise<void> {
    await super.start(leg, position);
    this.set(leg, { state: 'starting' });
  }

  public override async stop(leg: Leg): Promise<void> {
    await super.stop(leg);
    this.set(leg, { state: 'stopping' });
  }
}

/** The two databases, as far as the switch can tell: who is open, and whether the fence of the old side is kept. */
class Databases {
  public old: 'open' | 'fenced' | 'kept' | 'passed on' = 'open';
  public isNewOpen = false;
  public lapsesAt = Infinity;

  public constructor(private readonly now: () => number) {}

  public get areBothOpen(): boolean {
    return this.isNewOpen && (this.old === 'open' || (this.old === 'fenced' && this.now() >= this.lapsesAt));
  }

  public perform(step: string, run: SwitchRun): SwitchRun {
    const after = { ...run, done: true, lastStep: step };
    switch (step) {
      case 'CheckDatabases': return { ...after, gatesHold: run.gates.every(({ holds }) => holds) };
      case 'FenceSite':
        this.old = 'fenced';
        this.lapsesAt = this.now() + run.pauseLimitSeconds * 1000;
        return { ...after, fence: { since: iso(this.now()), lapsesAt: iso(this.lapsesAt) } };
      case 'CapturePosition': return { ...after, position: '0/1' };
      case 'KeepFence':
        if (this.old === 'open' || (this.old === 'fenced' && this.now() >= this.lapsesAt)) throw named('FenceLapsed');
        if (this.old === 'fenced') this.old = 'kept';
        return after;
      case 'OpenSite':
      case 'OpenSiteForSure':
        if (this.old !== 'kept' && this.old !== 'passed on') throw named('FenceLapsed');
        this.old = 'passed on';
        this.isNewOpen = true;
        return after;
      case 'Decide': {
        const forward = this.old === 'kept' || this.old === 'passed on';
        this.old = forward ? 'passed on' : 'open';
        return { ...after, decision: forward ? 'forward' : 'back' };
      }
      case 'ReopenSite':
        if (this.old === 'passed on') throw named('SitePassedOn');
        this.old = 'open';
        return after;
      default: return after;
    }
  }
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** What befalls an attempt: nothing, a failure before it, a lost answer after it, a long wait, the driver's death. */
const fate = fc.oneof(
  { weight: 12, arbitrary: fc.constant('fine') },
  fc.constantFrom('before', 'after', 'slow', 'dies', NOT_SENT),
);
const scenarios = fc.record({
  fates: fc.array(fate, { maxLength: 40 }),
  mode: fc.constantFrom('prepared' as const, 'hot' as const),
  legsFail: fc.integer({ min: 0, max: 2 }),
  lagSeconds: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.constant(31)),
});

class Dead extends Error {}

interface World {
  readonly violations: string[];
  readonly context: Scene;
  readonly databases: Databases;
  readonly pass: (milliseconds: number) => void;
}

function world(mode: 'prepared' | 'hot', legsFail: number, lagSeconds: number): World {
  let time = Date.parse('2026-11-25T12:00:00Z');
  const legs = new SlowLegs();
  legs.failing = legsFail;
  legs.set({ from: 'A', to: 'B' }, { lagSeconds });
  if (mode === 'hot') legs.set({ from: 'B', to: 'A' }, { state: 'running', lagSeconds: 1 });
  const context: Scene = { ...scene(STEADY, { mode }), legs, now: () => new Date(time) };
  const pass = (milliseconds: number): void => { time += milliseconds; };
  return { context, databases: new Databases(() => time), pass, violations: [] };
}

/** Walks with misfortunes; the steps of the control side are the real ones. Nothing comes back when the driver dies. */
async function drive(one: World, request: SwitchRequest, fates: readonly string[]): Promise<WalkEnd | undefined> {
  const { context, databases, pass } = one;
  const left = [...fates];
  const life = new AbortController();
  const perform = async (step: string, state: SwitchRun): Promise<SwitchRun> => {
    const is = left.shift() ?? 'fine';
    pass(is === 'slow' ? 45_000 : 50);
    if (is === 'dies') life.abort(new Dead());
    if (is === 'before') throw named('Trouble');
    if (is === NOT_SENT && step === 'OpenSite') throw named(NOT_SENT);
    const control = (controlSteps as Partial<Record<string, ControlStep>>)[step];
    const after = control === undefined ? databases.perform(step, state) : await control(state, context);
    if (databases.areBothOpen) one.violations.push(`both sites are open after ${step}`);
    if (is === 'after') throw named('LostAnswer');
    return after;
  };
  const sleep = (seconds: number): Promise<void> => Promise.resolve(pass(seconds * 1000));
  const steps: Readonly<Record<string, SwitchStep>> = SWITCH_STEPS;
  try {
    return await walk(steps, request as SwitchRun, { perform, sleep, signal: life.signal });
  } catch (error) {
    if (error instanceof Dead) return undefined;
    throw error;
  }
}

/** How it ended, after somebody has looked after what was left in the middle. */
async function settled(one: World, end: WalkEnd | undefined): Promise<Outcome> {
  if (end !== undefined && end.outcome !== 'Failed') return end.outcome;
  one.pass(10 * 60_000);
  const { state, run, activeSite, epoch } = (await one.context.map.authority())!;
  // It has ended, and only nobody heard of it; or it had not begun.
  if (run === undefined) return activeSite === 'B' ? 'Completed' : epoch === 8 ? 'RolledBack' : 'Refused';
  expect(['checking', 'switching']).toContain(state);
  return (await drive(one, { id: 'rescue', action: 'recover', of: run.id }, []))!.outcome;
}

const WRITTEN: Partial<Record<Outcome, string>> = { Completed: 'completed', RolledBack: 'rolled-back' };

test('whatever befalls a switch, it or its recovery ends with one open site, and a map that says which', async () => {
  const seen = new Set<string>();
  await holdsFor(scenarios, 400, async ({ fates, mode, legsFail, lagSeconds }) => {
    const one = world(mode, legsFail, lagSeconds);
    const end = await drive(one, { id: 'run-1', action: 'switch' }, fates);
    seen.add(end?.outcome ?? 'died');
    const outcome = await settled(one, end);
    const { activeSite, state, run, epoch } = (await one.context.map.authority())!;
    const isForward = outcome === 'Completed';
    expect([one.databases.old, one.databases.isNewOpen]).toEqual(isForward ? ['passed on', true] : ['open', false]);
    expect([activeSite, state, run]).toEqual([isForward ? 'B' : 'A', 'steady', undefined]);
    const written = WRITTEN[outcome];
    const history = await one.context.map.history(9);
    expect(history.map((item) => item.outcome)).toEqual(written === undefined ? [] : [written]);
    expect(epoch).toBe(written === undefined ? 7 : 8);
    expect(one.violations).toEqual([]);
  });
  expect([...seen].sort()).toEqual(expect.arrayContaining(['Completed', 'Refused', 'RolledBack', 'died']));
}, propertyTimeout);
