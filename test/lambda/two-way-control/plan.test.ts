import { plan, planOf } from '../../../lambda/two-way-control/steps/plan';
import { MapChanged } from '../../../lambda/two-way-control/ports';
import type { SwitchRequest } from '../../../lambda/two-way-control/steps/request';
import type { Authority } from '../../../lib/two-way/switch/site-map';
import { at, CHECKING, CONFIGURATION, NOW, RUN, scene, STEADY, SWITCHING } from './pair';

const SWITCH: SwitchRequest = { id: 'run-1', action: 'switch' };

describe('a switch', () => {
  test('goes to the other site, with what the configuration says', async () => {
    const context = scene(STEADY, { needsApproval: true });
    expect(await plan(SWITCH, context)).toEqual({ ...RUN, startedAt: NOW, needsApproval: true });
    expect(await context.map.authority()).toEqual({
      ...STEADY, version: 7, state: 'checking', run: { id: 'run-1', to: 'B', startedAt: NOW }, updatedAt: NOW,
    });
  });

  test('goes back the same way', async () => {
    const run = await plan(SWITCH, scene({ ...STEADY, activeSite: 'B' }));
    expect([run.from, run.to]).toEqual(['B', 'A']);
  });

  test('begins when its first attempt began, which got no answer', async () => {
    expect(await plan(SWITCH, scene(CHECKING))).toEqual(RUN);
  });

  test('may have a shorter pause than usual', async () => {
    expect((await plan({ ...SWITCH, pauseLimitSeconds: 5 }, scene(STEADY))).pauseLimitSeconds).toBe(5);
  });

  test('locks nothing when it is a dry run', async () => {
    const context = scene(STEADY);
    expect(await plan({ ...SWITCH, dryRun: true }, context)).toEqual({ ...RUN, startedAt: NOW, dryRun: true });
    expect(context.map.changes).toBe(0);
  });

  test('is not planned dry while another one is going on', async () => {
    await expect(plan({ ...SWITCH, id: 'dry', dryRun: true }, scene(SWITCHING))).rejects.toThrow(
      `run run-1 to B, begun at ${at(-20)}, is going on ('switching'): wait until it has ended`);
  });

  test.each<[string, Partial<Record<keyof SwitchRequest, unknown>>, string]>([
    ['without an id', { id: undefined }, 'id is missing; allowed: one that no other switch has'],
    ['with an id that is none', { id: 'a b' }, 'id is "a b"; allowed:'],
    ['with an id that is too long', { id: 'x'.repeat(81) }, 'of 1 to 80 letters'],
    ['for an unknown action', { action: 'reverse' }, 'action is "reverse"; allowed: switch, complete, recover'],
    ['to an unknown site', { to: 'C' }, 'to is "C"; allowed: A, B'],
    ['from an unknown site', { from: 'C' }, 'from is "C"; allowed: A, B'],
    ['to the site that is written to', { to: 'A' }, 'to is A, which is written to already; allowed: B'],
    ['from a site that is not written to', { from: 'B' }, 'from is B, and by the site map it can only be A'],
    ['as a recovery', { of: 'run-0' }, 'of is "run-0": only a recovery is of another run'],
    ['with a text for a truth', { dryRun: 'false' }, 'dryRun is "false"; allowed: true, false'],
    ['with a pause that is none', { pauseLimitSeconds: 0 }, 'pauseLimitSeconds is 0; allowed: 1 to 3600'],
    ['with a pause in words', { pauseLimitSeconds: '60' }, 'pauseLimitSeconds is "60"; allowed: 1 to 3600'],
  ])('is refused %s', async (_, change, message) => {
    const context = scene(STEADY);
    const request = { ...SWITCH, ...change } as SwitchRequest;
    await expect(plan(request, context)).rejects.toMatchObject({
      name: 'SwitchRefused', message: expect.stringContaining(message) as string,
    });
    expect(context.map.changes).toBe(0);
  });

  test('is refused when the map is that of other sites', async () => {
    await expect(plan(SWITCH, scene({ ...STEADY, activeSite: 'OLD' }))).rejects
      .toThrow('the site map says that OLD is written to, which is none of A, B');
  });

  test('is refused after the replication was completed', async () => {
    await expect(plan(SWITCH, scene({ ...STEADY, state: 'completed' }))).rejects.toThrow('there is no way back');
  });

  test('looks again when somebody was faster, and then finds him', async () => {
    const context = scene(STEADY);
    const first = plan(SWITCH, context);
    const second = plan({ ...SWITCH, id: 'run-2' }, context);
    const results = await Promise.allSettled([first, second]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((results[1] as PromiseRejectedResult).reason).toMatchObject({ name: 'SwitchRefused' });
  });

  test('does not look for ever', async () => {
    const context = scene(STEADY);
    let tries = 0;
    context.map.replace = () => { tries += 1; return Promise.reject(new MapChanged('again')); };
    await expect(plan(SWITCH, context)).rejects.toThrow(MapChanged);
    expect(tries).toBe(3);
  });
});

describe('complete', () => {
  const COMPLETE: SwitchRequest = { id: 'run-1', action: 'complete' };
  const planned = (authority: Authority, request = COMPLETE): ReturnType<typeof planOf> =>
    planOf(request, authority, CONFIGURATION, new Date(NOW));

  test('leaves the other site behind, and has no epoch of its own', () => {
    const { run, next } = planned({ ...STEADY, activeSite: 'B' });
    expect(run).toMatchObject({ action: 'complete', from: 'A', to: 'B', epoch: 7 });
    expect(next).toMatchObject({ state: 'checking', epoch: 7, run: { id: 'run-1', to: 'B' } });
  });

  test('goes on for one that was interrupted, and shuts that out', () => {
    const interrupted: Authority = { ...CHECKING, run: { id: 'run-0', to: 'A', startedAt: at(-500) } };
    expect(planned(interrupted).next).toMatchObject({ state: 'checking', run: { id: 'run-1', to: 'A' } });
  });

  test('does not take over what only looks at gates of a switch', () => {
    expect(() => planned({ ...CHECKING, run: { id: 'run-0', to: 'B', startedAt: at(-500) } })).toThrow('is going on');
  });

  test('is not confused about which site is to stay', () => {
    expect(() => planned(STEADY, { ...COMPLETE, to: 'B' })).toThrow('to is B, and by the site map it can only be A');
  });
});

describe('recover', () => {
  const RECOVER: SwitchRequest = { id: 'rescue', action: 'recover' };

  test('ends a switch in the term that it had fenced, and keeps the lapse', async () => {
    const context = scene(SWITCHING);
    expect(await plan(RECOVER, context)).toMatchObject({ id: 'rescue', from: 'A', to: 'B', epoch: 8, startedAt: at(-20) });
    expect(await context.map.authority()).toEqual({
      ...SWITCHING, version: 7, run: { ...SWITCHING.run, id: 'rescue' }, updatedAt: NOW,
    });
  });

  test('gives a switch that had not fenced the term that it would have had, with the old side writable', async () => {
    const context = scene(CHECKING);
    expect(await plan(RECOVER, context)).toMatchObject({ epoch: 8 });
    expect(await context.map.authority()).toEqual({
      ...CHECKING, version: 7, state: 'switching', epoch: 8, lapsesAt: NOW, run: { ...CHECKING.run, id: 'rescue' },
      updatedAt: NOW,
    });
  });

  test('does the same twice when its first answer was lost', async () => {
    const context = scene(CHECKING);
    const first = await plan(RECOVER, context);
    expect(await plan(RECOVER, context)).toEqual(first);
    expect(context.map.changes).toBe(1);
  });

  test('ends only the run that it is of, when that was said', async () => {
    expect(await plan({ ...RECOVER, of: 'run-1' }, scene(SWITCHING))).toMatchObject({ id: 'rescue', epoch: 8 });
    await expect(plan({ ...RECOVER, of: 'run-0' }, scene(SWITCHING))).rejects.toMatchObject({
      name: 'SwitchRefused', message: 'the site map names run run-1 and not run-0, which has ended or was taken over',
    });
    const context = scene(SWITCHING);
    const first = await plan({ ...RECOVER, of: 'run-1' }, context);
    expect(await plan({ ...RECOVER, of: 'run-1' }, context)).toEqual(first);
  });

  test('has no dry run', async () => {
    await expect(plan({ ...RECOVER, dryRun: true }, scene(SWITCHING))).rejects.toThrow('a recovery has no dry run');
  });

  test('sends an interrupted complete to complete', async () => {
    const interrupted: Authority = { ...CHECKING, run: { id: 'run-0', to: 'A', startedAt: at(-500) } };
    await expect(plan(RECOVER, scene(interrupted))).rejects.toThrow('begin complete again');
  });

  test('has nothing to do in peace', async () => {
    await expect(plan(RECOVER, scene(STEADY))).rejects.toThrow('there is nothing to recover: A is written to in epoch 7');
  });
});
