import { runDms, startDms } from '../../support/dms';
import { PairUnderTest } from './pair-under-test';

const pair = new PairUnderTest({ pauseLimit: 20 });
const local = (): string[] => ['--local', pair.world.folder];

interface Printed {
  readonly outcome: string;
  readonly from: string;
  readonly to: string;
  readonly steps: readonly { readonly step: string; readonly seconds: number }[];
  readonly plan: readonly { readonly step: string }[];
  readonly gates: readonly { readonly holds: boolean }[];
  readonly nextSteps: readonly string[];
  readonly reason: string;
}

const json = async (...args: string[]): Promise<{ exitCode: number | null; printed: Printed }> => {
  const { exitCode, stdout } = await runDms([...args, ...local(), '--json']);
  return { exitCode, printed: JSON.parse(stdout) as Printed };
};

beforeEach(() => pair.running());

test('there is nothing to reverse before the first switch', async () => {
  const { exitCode, printed } = await json('reverse');
  expect(exitCode).toBe(1);
  expect(printed).toMatchObject({ outcome: 'refused', steps: [], reason: expect.stringContaining('nothing to reverse') as string });
}, 60_000);

test('a dry run prints the plan and every gate with its reason, and changes nothing', async () => {
  const before = await pair.authority();
  const { exitCode, stdout } = await runDms(['switch', ...local(), '--dry-run']);
  expect(exitCode).toBe(0);
  const lines = stdout.split('\n');
  expect(lines).toEqual(expect.arrayContaining([
    ' 1. Plan              lock the site map for SITEA → SITEB',
    '16. OpenSite          open SITEB: applications write there',
    expect.stringMatching(/^✔ leg \(SITEB\) +leg SITEA → SITEB is running$/),
    'Every gate holds: it would be done. Nothing was changed.',
    `next: dms switch --local ${pair.world.folder}`,
  ]));
  expect(await pair.authority()).toEqual(before);
}, 60_000);

test('a switch prints a line for each step and the pause, and one document as JSON', async () => {
  const { exitCode, stdout, stderr } = await runDms(['switch', ...local(), '--to', 'SITEB']);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^✔ FenceSite +\d+\.\d\d s {2}fence SITEA: wait for open transactions, let nobody write$/m);
  expect(stdout).toMatch(/^SITEB is written to now; nobody could write for \d+\.\d\d s\. /m);
  expect(stdout).toContain(' The way back to SITEA is open.\n');

  await pair.running();
  const { printed } = await json('reverse');
  expect(printed).toMatchObject({
    outcome: 'completed', from: 'SITEB', to: 'SITEA', epoch: 3,
    nextSteps: [`dms status --local ${pair.world.folder}`, `dms reverse --local ${pair.world.folder}`],
  });
  expect(printed.steps.map(({ step }) => step)).toEqual([
    'Plan', 'CheckReplication', 'CheckDatabases', 'FenceMap', 'FenceSite', 'WriteMarker', 'AwaitMarker', 'Validate',
    'CapturePosition', 'StopLeg', 'HandOver', 'StartReturnLeg', 'WriteProbe', 'AwaitProbe', 'KeepFence', 'OpenSite', 'Record',
  ]);
  expect(printed.gates.every(({ holds }) => holds)).toBe(true);
}, 60_000);

test.each([
  ['FenceSite', 'SITEA'], ['KeepFence', 'either'],
])('`dms switch` is killed after %s: the pair ends the switch by itself', async (step, expected) => {
  const { activeSite: from } = await pair.authority();
  expect(from).toBe('SITEA');
  const running = startDms(['switch', ...local()]);
  await running.says(`✔ ${step} `);
  running.child.kill('SIGKILL');
  await running.result;
  const { activeSite, state } = await pair.steady();
  expect(state).toBe('steady');
  if (expected !== 'either') expect(activeSite).toBe(expected);
  const [active, passive] = [activeSite as 'SITEA', activeSite === 'SITEA' ? 'SITEB' as const : 'SITEA' as const];
  expect(await pair.fence(active)).toMatchObject({ writable: true });
  expect(await pair.fence(passive)).toMatchObject({ writable: false, kept: true });
}, 60_000);

test('status works while a database is down, and refuses nothing', async () => {
  const { activeSite } = await pair.authority();
  const passive = activeSite === 'SITEA' ? 'SITEB' : 'SITEA';
  pair.killServer(passive);
  const { exitCode, stdout } = await runDms(['status', ...local()]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(new RegExp(`^${activeSite} is written to, in epoch \\d+\\.$`, 'm'));
  expect(stdout).toMatch(new RegExp(`^${activeSite} .* active +open, epoch \\d+$`, 'm'));
  expect(stdout).toMatch(new RegExp(`^${passive} .*not reached: `, 'm'));

  const { exitCode: refused, printed } = await json('switch');
  expect(refused).toBe(1);
  expect(printed.outcome).toBe('refused');
  await pair.startServer(passive);
}, 60_000);

test.each([
  [['switch'], 'say which replication is meant: --local'],
  [['switch', '--local', '--stack', 'shop'], 'choose'],
  [['switch', '--local', '/nowhere/at/all'], 'holds no two-way replication: start one with `dms two-way'],
  [['switch', '--local', '--recover', '--dry-run'], '--recover has no --dry-run'],
  [['switch', '--local', '--approve', 'token'], 'on this machine nobody is asked'],
  [['two-way', '--site', 'SITEA=postgres://localhost/a'], '--site was given 1 times: give both sites'],
  [['two-way', '--site', 'mysql://x'], '--site is not NAME=postgres://'],
])('%j is bad usage', async (args, complaint) => {
  const { exitCode, stderr } = await runDms(args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(complaint);
});

test('`dms two-way --print-ddl` prints the preparation of both sites and touches none', async () => {
  const { exitCode, stdout } = await runDms(['two-way', '--schema', 'shop', '--print-ddl']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('-- Site SITEA (postgres)\n');
  expect(stdout).toContain('-- Site SITEB (postgres)\n');
  expect(stdout.match(/CREATE TABLE IF NOT EXISTS "shop"\.dms_heartbeat/g)).toHaveLength(2);
});

test('`dms two-way --print-tear-down` prints what takes the preparation away again', async () => {
  const { exitCode, stdout } = await runDms(['two-way', '--schema', 'shop', '--print-tear-down']);
  expect(exitCode).toBe(0);
  expect(stdout.match(/DROP TABLE IF EXISTS "shop"\.dms_fence/g)).toHaveLength(2);
  const both = await runDms(['two-way', '--schema', 'shop', '--print-tear-down', '--print-ddl']);
  expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining('choose one')]);
});

test('complete asks, ends the replication for good, and leaves no slot', async () => {
  const { activeSite } = await pair.authority();
  const unasked = await runDms(['complete', ...local()]);
  expect(unasked.exitCode).toBe(2);
  expect(unasked.stderr).toContain('there is nobody to ask: look at --dry-run, then give --yes');
  expect(await json('complete', '--dry-run')).toMatchObject({ exitCode: 0, printed: { outcome: 'planned' } });

  const { exitCode, stdout } = await runDms(['complete', ...local(), '--yes']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`${activeSite} is the only site from now on: there is no way back.`);
  expect(await pair.authority()).toMatchObject({ state: 'completed', activeSite });
  expect(await json('switch')).toMatchObject({ exitCode: 1, printed: { outcome: 'refused' } });
}, 60_000);
