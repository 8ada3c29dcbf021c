import { databaseSteps, type DatabaseStepName } from '../../../lambda/two-way-database/steps';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { SourceDatabase } from '../../support/source-server';
import { failure, type Pair, run, TwoSites } from './two-sites';

/** What a leg does with the heartbeat: brings one row to the other site. */
async function arrive(from: SourceDatabase, to: SourceDatabase, id: 1 | 2): Promise<void> {
  const { rows: [row] } = await from.query('SELECT * FROM dms_heartbeat WHERE heartbeat_id = $1', [id]);
  await to.query('SET session_replication_role = replica');
  await to.query('UPDATE dms_heartbeat SET description = $2 WHERE heartbeat_id = $1', [id, row!.description]);
  await to.query('SET session_replication_role = origin');
}

const slots = (pair: Pair): Promise<unknown[]> =>
  pair.a.column(`SELECT slot_name::text FROM pg_replication_slots WHERE slot_name = '${pair.configuration.sites[1].slotName}'`);

describe('the steps of a switch', () => {
  const sites = new TwoSites(18);
  let pair: Pair;
  beforeEach(async () => {
    pair = await sites.pair();
  });

  const step = (name: DatabaseStepName, given: SwitchRun = run()): Promise<SwitchRun> =>
    databaseSteps[name](given, pair.context);
  /** Both fences, without the time. */
  const fences = async (): Promise<unknown[]> =>
    [await pair.siteA.fenceState(), await pair.siteB.fenceState()].map(({ now: _, ...state }) => state);
  const writes = async (): Promise<[a: boolean, b: boolean]> => {
    const write = 'INSERT INTO orders (note) VALUES (\'x\')';
    return [await failure(pair.a.query(write)) === 'done', await failure(pair.b.query(write)) === 'done'];
  };
  /** The steps up to a kept fence. */
  const untilKept = async (given: SwitchRun = run()): Promise<SwitchRun> => {
    const fenced = await step('FenceSite', given);
    await step('KeepFence', fenced);
    return fenced;
  };

  test('go through in their order, each a second time as well, and leave one side writable', async () => {
    let state = run();
    const twice = async (name: DatabaseStepName): Promise<void> => {
      await step(name, state);
      state = await step(name, state);
      expect(state.lastStep).toBe(name);
    };
    expect(await writes()).toEqual([true, false]);
    await twice('FenceSite');
    const { since, lapsesAt } = state.fence!;
    expect(Date.parse(lapsesAt) - Date.parse(since)).toBe(30_000);
    expect(await writes()).toEqual([false, false]);
    await twice('WriteMarker');
    await arrive(pair.a, pair.b, 1);
    await twice('AwaitMarker');
    expect(state.done).toBe(true);
    state = await step('CapturePosition', state);
    expect(state.createdSlot).toBe(true);
    expect(state.position).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(await step('CapturePosition', state)).toMatchObject({ createdSlot: false, position: state.position });
    await twice('HandOver');
    await twice('WriteProbe');
    await arrive(pair.b, pair.a, 2);
    await twice('AwaitProbe');
    await twice('KeepFence');
    expect(await writes()).toEqual([false, false]);
    await twice('OpenSite');
    expect(state.pauseSeconds).toBeGreaterThan(0);
    expect(state.pauseSeconds).toBeLessThan(30);
    expect(await writes()).toEqual([false, true]);
    // And back, in the next epoch.
    state = run({ id: 'run-2', from: 'SITEB', to: 'SITEA', epoch: 3 });
    for (const name of ['FenceSite', 'WriteMarker'] as const) await twice(name);
    await arrive(pair.b, pair.a, 2);
    for (const name of ['AwaitMarker', 'CapturePosition', 'HandOver', 'KeepFence', 'OpenSite'] as const) await twice(name);
    expect(await writes()).toEqual([true, false]);
  });

  test('a marker that has not arrived is asked for again, until the fence is about to lapse', async () => {
    const fenced = await step('FenceSite');
    await step('WriteMarker', fenced);
    let asked = 0;
    const slow = { ...pair.context, now: () => new Date(Date.now() + 3_000 * asked++) };
    expect(await databaseSteps.AwaitMarker(fenced, slow)).toMatchObject({ done: false, lastStep: 'FenceSite' });
    expect(asked).toBe(3);
    await pair.a.query('UPDATE dms_fence SET lapses_at = clock_timestamp() + interval \'0.9 s\'');
    expect(await failure(step('AwaitMarker', fenced))).toMatch(
      /^PauseLimitExceeded: the row .* on SITEA has not arrived on SITEB, and SITEA is fenced for 0.\d more seconds/,
    );
    expect((await pair.siteA.fenceState()).writable).toBe(false);
  });

  test('the marker of another switch is none', async () => {
    const fenced = await step('FenceSite', run({ pauseLimitSeconds: 1 }));
    await pair.siteA.writeMarker('run-0', 2);
    await arrive(pair.a, pair.b, 1);
    expect(await failure(step('AwaitMarker', fenced))).toMatch(/^PauseLimitExceeded: /);
  });

  describe('going back', () => {
    test('from before the fence: a fence that comes late finds the switch over', async () => {
      expect(await step('Decide')).toMatchObject({ decision: 'back' });
      expect(await failure(step('FenceSite'))).toMatch(/^StaleEpoch: site SITEA was fenced and opened again in epoch 2: /);
      expect(await writes()).toEqual([true, false]);
    });

    test('from a fence: it is open at once, and cannot be kept any more', async () => {
      await step('FenceSite');
      expect(await step('Decide')).toMatchObject({ decision: 'back' });
      expect(await writes()).toEqual([true, false]);
      expect(await failure(step('KeepFence'))).toBe('FenceLapsed: site SITEA was opened again in epoch 2');
      await step('ReopenSite');
      expect(await writes()).toEqual([true, false]);
    });

    test('from a fence that lapsed', async () => {
      await step('FenceSite', run({ pauseLimitSeconds: 0.05 }));
      await pair.a.query('SELECT pg_sleep(0.05)');
      expect(await step('Decide')).toMatchObject({ decision: 'back' });
      expect(await pair.siteA.fenceState()).toMatchObject({ writable: true, epoch: 2 });
      expect((await pair.siteA.fenceState()).lapsesAt).toBeUndefined();
    });

    test('drops the slot that was made, and no other', async () => {
      let state = await step('CapturePosition', await step('FenceSite'));
      await step('ReopenSite', state);
      // A leg that has run goes on from it.
      await step('HandBack', { ...state, returnLegRan: true });
      expect(await slots(pair)).toHaveLength(1);
      state = await step('HandBack', { ...state, returnLegRan: false });
      expect(await slots(pair)).toEqual([]);
      await step('HandBack', state);
      const later = await step('FenceSite', run({ epoch: 3 }));
      await pair.siteB.capturePosition(3);
      const found = await step('CapturePosition', later);
      expect(found.createdSlot).toBe(false);
      await step('ReopenSite', found);
      await step('HandBack', { ...found, returnLegRan: false });
      expect(await slots(pair)).toHaveLength(1);
      await pair.siteB.dropPosition();
    });

    test('needs the new side only where something was done there', async () => {
      await step('FenceSite');
      await step('ReopenSite');
      pair.away.add('SITEB');
      expect((await step('HandBack')).lastStep).toBe('HandBack');
      expect(await failure(step('HandBack', run({ createdSlot: true, returnLegRan: false })))).toMatch(/^SiteNotReached: site SITEB cannot be reached: connect ECONNREFUSED/);
    });
  });

  describe('going forward', () => {
    test('a fence that was kept decides so, and the old side cannot be reopened then', async () => {
      await untilKept();
      expect(await step('Decide')).toMatchObject({ decision: 'forward' });
      expect(await failure(step('ReopenSite'))).toMatch(/^SitePassedOn: site SITEA stays fenced: /);
      await step('OpenSiteForSure');
      await step('OpenSiteForSure');
      expect(await writes()).toEqual([false, true]);
    });

    test('the new side is never opened when the fence is not kept', async () => {
      await step('FenceSite');
      for (const name of ['OpenSite', 'OpenSiteForSure'] as const) {
        expect(await failure(step(name))).toMatch(/^FenceLapsed: the fence of site SITEA is not kept, /);
      }
      expect(await writes()).toEqual([false, false]);
    });

    test('a new side that was never asked lets the old one be reopened', async () => {
      await untilKept();
      pair.away.add('SITEB');
      expect(await failure(step('OpenSite'))).toMatch(/^SiteNotReached: site SITEB cannot be reached: /);
      await step('ReopenSite');
      expect(await writes()).toEqual([true, false]);
      // An attempt that comes late.
      pair.away.clear();
      expect(await failure(step('OpenSite'))).toMatch(/^FenceLapsed: site SITEA was opened again in epoch 2/);
      expect(await writes()).toEqual([true, false]);
    });

    test('a new side that may have been asked does not', async () => {
      const state = await untilKept();
      await pair.siteA.passOn(2);
      pair.away.add('SITEB');
      expect(await failure(step('OpenSite', state))).toMatch(/^Error: site SITEB cannot be reached: .*; it may be open by an earlier attempt$/);
      expect(await failure(step('ReopenSite', state))).toMatch(/^SitePassedOn: /);
    });

    test('an old side that does not answer never says that the new one was not asked', async () => {
      await untilKept();
      pair.away.add('SITEA');
      expect(await failure(step('OpenSite'))).toMatch(/^Error: site SITEA cannot be reached: /);
      pair.away.add('SITEB');
      expect(await failure(step('OpenSite'))).toMatch(/^Error: site SITEA cannot be reached: /);
    });

    test('the old side need not answer when only forward is left', async () => {
      await untilKept();
      pair.away.add('SITEA');
      expect(await failure(step('Decide'))).toMatch(/^SiteNotReached: site SITEA cannot be reached: /);
      await step('OpenSiteForSure');
      expect(pair.logged).toHaveLength(2);
      expect(await writes()).toEqual([false, true]);
      expect(await step('Decide')).toMatchObject({ decision: 'forward' });
    });
  });

  describe('what comes late from a switch that is over', () => {
    test('changes nothing in a newer epoch', async () => {
      const old = await step('CapturePosition', await untilKept());
      await step('OpenSite', old);
      const back = run({ id: 'run-2', from: 'SITEB', to: 'SITEA', epoch: 3 });
      await untilKept(back);
      await step('OpenSite', back);
      await pair.siteA.writeMarker('run-2', 3);
      const before = await fences();
      const late = ['FenceSite', 'WriteMarker', 'CapturePosition', 'HandOver', 'WriteProbe', 'KeepFence', 'OpenSite',
        'OpenSiteForSure', 'Decide', 'ReopenSite', 'HandBack'] as const;
      for (const name of late) {
        const refused = await failure(step(name, old));
        expect([name, refused]).toEqual([name, expect.stringMatching(/^StaleEpoch: site SITE[AB] is in epoch 3/)]);
      }
      expect(await fences()).toEqual(before);
      expect(await pair.siteA.readMarker('SITEA')).toBe('run-2');
      expect(await slots(pair)).toHaveLength(1);
      await pair.siteB.dropPosition();
    });

    test('neither captures nor raises anything where applications write', async () => {
      const old = await untilKept();
      await step('OpenSite', old);
      for (const name of ['CapturePosition', 'HandOver'] as const) {
        expect(await failure(step(name, old))).toContain('StaleEpoch: site SITEB can be written to (epoch 2): it is too late for this step');
      }
    });

    test('a site is fenced by one switch at a time, and only the one that is written to', async () => {
      await step('FenceSite');
      expect(await failure(step('FenceSite', run({ epoch: 3 })))).toMatch(/^Error: site SITEA is fenced by the switch of epoch 2 until .*: let that one end, or recover it/);
      expect(await failure(step('FenceSite', run({ from: 'SITEB', to: 'SITEA', epoch: 3 })))).toMatch(/^Error: site SITEB is kept fenced since epoch 1, /);
      expect(await failure(step('Decide', run({ from: 'SITEB', to: 'SITEA', epoch: 3 })))).toMatch(/^Error: site SITEB is kept fenced since epoch 1: it cannot be the old side/);
    });
  });

  describe('complete', () => {
    const complete = (): SwitchRun => run({ action: 'complete', from: 'SITEA', to: 'SITEB' });

    test('closes the old side for good, and drops the slots', async () => {
      await step('CapturePosition', await untilKept());
      await step('OpenSite');
      await step('CloseOldSite', complete());
      await step('CloseOldSite', complete());
      expect(await writes()).toEqual([false, true]);
      expect(await slots(pair)).toEqual([]);
    });

    test('goes on without an old side that is gone', async () => {
      await untilKept();
      await step('OpenSite');
      pair.away.add('SITEA');
      await step('CloseOldSite', complete());
      expect(pair.logged[0]).toMatch(/^site SITEA cannot be reached/);
    });

    test('refuses an old side that can be written to', async () => {
      await untilKept();
      await step('OpenSite');
      await pair.a.query('UPDATE dms_fence SET writable = true, kept = false, passed_on = false');
      expect(await failure(step('CloseOldSite', complete()))).toMatch(/^Error: site SITEA is open, and should have been kept fenced/);
    });
  });
});
