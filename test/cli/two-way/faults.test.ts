import { setTimeout as sleep } from 'node:timers/promises';
import { Application } from '../../../cli/two-way/demo/application';
import { proofOf } from '../../../cli/two-way/demo/proof';
import { drive } from '../../../cli/two-way/local/driver';
import { newRunId } from '../../../cli/two-way/local/guardian';
import { otherSite } from '../../../cli/two-way/world';
import type { SwitchRequest } from '../../../lambda/two-way-control/steps/request';
import type { StepName } from '../../../lib/two-way/switch/switch-steps';
import { PairUnderTest, type SiteName } from './pair-under-test';
import { WriteMonitor } from './write-monitor';

/** Seconds; and what a machine with too much to do adds. */
const PAUSE_LIMIT = 8;
const ALLOWANCE = 2;

const pair = new PairUnderTest({ pauseLimit: PAUSE_LIMIT });
let application: Application;
let monitor: WriteMonitor;
let isWriting = true;

beforeAll(() => {
  application = pair.application(4, 25);
  monitor = new WriteMonitor(pair.urls, async () => (await pair.authority()).activeSite);
});

beforeEach(async () => {
  await pair.running();
  if (isWriting) await application.hasWritten(4);
  monitor.reset();
});

/** Who is killed. The database of the old side, the one of the new side, the legs, or who drives the switch. */
type Victim = 'driver' | 'engine' | 'old database' | 'new database';

interface Fault {
  readonly step: StepName;
  readonly victim: Victim;
}

/** Until the fence is kept, a switch that is not driven any more goes back. */
const FORWARD: readonly StepName[] = ['OpenSite', 'Record'];
const STEPS: readonly StepName[] = [
  'CheckReplication', 'CheckDatabases', 'FenceMap', 'FenceSite', 'WriteMarker', 'AwaitMarker', 'Validate',
  'CapturePosition', 'StopLeg', 'HandOver', 'StartReturnLeg', 'WriteProbe', 'AwaitProbe', 'KeepFence', ...FORWARD,
];
const VICTIMS: readonly Victim[] = ['driver', 'engine', 'old database', 'new database'];

/** Every victim at every step takes minutes: `DMS_FAULTS=all` tests them all, and otherwise each step has one. */
const FAULTS: readonly Fault[] = STEPS.flatMap((step, index) => VICTIMS
  .filter((_, victim) => process.env.DMS_FAULTS === 'all' || victim === index % VICTIMS.length)
  .map((victim) => ({ step, victim })));

test.each(FAULTS)('the $victim is killed at $step', async ({ step, victim }) => {
  const { activeSite: from } = await pair.authority();
  const to = otherSite((await pair.world.pair()).configuration, from) as SiteName;
  await strikeAt(step, (abort) => strike(victim, from as SiteName, to, abort));

  const { activeSite } = await healed();
  if (victim === 'driver') expect(activeSite).toBe(FORWARD.includes(step) ? to : from);
  expect(monitor.longestNeither).toBeLessThan(PAUSE_LIMIT + ALLOWANCE);
}, 60_000);

/** What brings a run back that nobody drives any more. */
const RECOVERY: readonly (readonly [StepName, readonly StepName[]])[] = [
  ['AwaitProbe', ['Decide', 'ReopenSite', 'ReopenMap', 'StopReturnLeg', 'HandBack', 'ResumeLeg']],
  ['OpenSite', ['Decide', 'OpenSite', 'Record']],
];

test.each(RECOVERY)('the driver and the legs are killed at %s, and each recovery at its next step: %p', async (step, next) => {
  const { activeSite: from } = await pair.authority();
  await strikeAt(step, async (abort) => {
    abort();
    await pair.killEngine();
  });
  for (const recoveryStep of next) {
    await strikeAt(recoveryStep, (abort) => Promise.resolve(abort()), { id: newRunId('recover'), action: 'recover' });
  }
  pair.startEngine();

  const { activeSite } = await healed();
  expect(activeSite === from).toBe(step === 'AwaitProbe');
}, 60_000);

test('everything but the old side is killed for good: it can be written to again when the limit is over', async () => {
  const { activeSite: from } = await pair.authority();
  const to = otherSite((await pair.world.pair()).configuration, from) as SiteName;
  await strikeAt('AwaitMarker', async (abort) => {
    abort();
    pair.killServer(to);
    await pair.killEngine();
  }, { id: newRunId('switch'), action: 'switch', pauseLimitSeconds: 2 });
  expect(await pair.fence(from as SiteName)).toMatchObject({ writable: false, kept: false });

  const since = performance.now();
  while (!(await pair.fence(from as SiteName)).writable) await sleep(50);
  expect((performance.now() - since) / 1000).toBeLessThan(2 + ALLOWANCE);
  expect(monitor.both).toBe(0);
  expect(monitor.longestNeither).toBeLessThan(2 + ALLOWANCE);

  await pair.startServer(to);
  pair.startEngine();
  await healed();
}, 60_000);

test('of all that was acknowledged in spite of that, nothing is lost or doubled', async () => {
  isWriting = false;
  await application.stop();
  await monitor.stop();
  expect(application.acknowledged.length).toBeGreaterThan(100);
  expect(await proofOf(application, pair.urls)).toMatchObject({
    lost: [], doubled: [], strange: [], collisions: 0, different: [], miscounted: 0,
  });
}, 60_000);

test('a complete that is interrupted at every step is done to its end by the pair', async () => {
  const { activeSite } = await pair.authority();
  await pair.killEngine();
  for (const step of ['EndReplication', 'CloseOldSite', 'RecordCompletion'] as const) {
    await strikeAt(step, (abort) => Promise.resolve(abort()), { id: newRunId('complete'), action: 'complete' });
  }
  pair.startEngine();
  while ((await pair.authority()).state !== 'completed') await sleep(20);
  expect(await pair.authority()).toMatchObject({ activeSite });
  const passive = otherSite((await pair.world.pair()).configuration, activeSite) as SiteName;
  expect(await pair.fence(activeSite as SiteName)).toMatchObject({ writable: true });
  expect(await pair.fence(passive)).toMatchObject({ writable: false, kept: true });
}, 60_000);

/** Drives a run, and strikes as soon as it tries a step. */
async function strikeAt(
  step: StepName, strikes: (abort: () => void) => Promise<void>,
  request: SwitchRequest = { id: newRunId('switch'), action: 'switch' },
): Promise<void> {
  const controller = new AbortController();
  let struck: Promise<void> | undefined;
  const stop = new Error('the driver is killed');
  let end: unknown;
  try {
    end = await drive(pair.world, request, {
      signal: controller.signal,
      onStep: ({ kind, step: at }) => {
        if (kind === 'attempt' && at === step) struck ??= strikes(() => controller.abort(stop));
        controller.signal.throwIfAborted();
      },
    });
  } catch (error) {
    if (error !== stop) throw error;
  }
  // A run that never came to the step says why.
  if (struck === undefined) throw new Error(`the run has not come to ${step}: ${JSON.stringify(end)}`);
  await struck;
}

/** Kills, and starts again what does not come back by itself. A driver does not: the guardian has to see it. */
async function strike(victim: Victim, from: SiteName, to: SiteName, abort: () => void): Promise<void> {
  switch (victim) {
    case 'driver':
      abort();
      return;
    case 'engine':
      await pair.killEngine();
      await sleep(200);
      pair.startEngine();
      return;
    default: {
      const site = victim === 'old database' ? from : to;
      pair.killServer(site);
      await sleep(200);
      await pair.startServer(site);
    }
  }
}

/** Waits until the switch has ended, one way or the other, and everything goes on. */
async function healed(): Promise<{ readonly activeSite: string }> {
  const authority = await pair.steady();
  await pair.running();
  await application.hasWritten(4);
  const { activeSite, epoch, state } = await pair.authority();
  expect(state).toBe('steady');
  const passive = otherSite((await pair.world.pair()).configuration, activeSite) as SiteName;
  expect(await pair.fence(activeSite as SiteName)).toMatchObject({ writable: true, epoch });
  expect(await pair.fence(passive)).toMatchObject({ writable: false, kept: true });
  expect(monitor.both).toBe(0);
  expect(monitor.samples).toBeGreaterThan(0);
  return authority;
}
