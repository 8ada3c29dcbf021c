import { RemoteSite } from '../../../lambda/two-way-database/remote/remote-site';
import { fenceStatements, triggerStatements } from '../../../lambda/two-way-database/oracle/statements';
import { preparationScript, tearDownScript } from '../../../lambda/two-way-database/scripts';
import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { failure, LIMITS, TwoSites } from './two-sites';

const site = (engine: SiteConfiguration['engine'], changes: Partial<SiteConfiguration> = {}): SiteConfiguration =>
  ({ name: 'SITEA', engine, schema: 'SHOP', replicationUser: 'DMS', ...changes });
const configurationOf = (one: SiteConfiguration, tables = ['orders']): TwoWayConfiguration => ({
  mode: 'prepared', sites: [one, { name: 'SITEB', engine: 'postgres', schema: 'shop' }], tables,
  sequences: { kind: 'interleaved' }, gates: LIMITS, pauseLimitSeconds: 30, needsApproval: false,
});

describe('PostgreSQL', () => {
  const sites = new TwoSites(18);

  test('the scripts that are printed do what the handler does, and undo it', async () => {
    const { a, siteA, configuration } = await sites.pair(undefined, {}, false);
    const [one] = configuration.sites;
    await a.query(preparationScript(one, configuration, 'active'));
    await siteA.fence(2, 30);
    expect(await failure(a.query('DELETE FROM orders'))).toMatch(/^25006: /);
    await a.query(tearDownScript(one, configuration));
    await a.query(tearDownScript(one, configuration));
    expect(await failure(a.query('DELETE FROM orders'))).toBe('done');
    expect(await a.column('SELECT increment_by FROM pg_sequences WHERE schemaname = current_schema()')).toEqual(['1']);
    expect(await a.column('SELECT count(*)::int FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname ~ \'dms\'')).toEqual([0]);
  });
});

test('a script of MySQL names its tables, so patterns are refused', () => {
  const one = site('mysql');
  const script = preparationScript(one, configurationOf(one), 'active');
  expect(script).toContain('auto_increment_increment = 2, auto_increment_offset = 1');
  expect(script.match(/CREATE TRIGGER `SHOP`.`dms_fence_(insert|update|delete)_orders` BEFORE/g)).toHaveLength(3);
  expect(tearDownScript(one, configurationOf(one))).toContain('DROP TRIGGER IF EXISTS `SHOP`.`dms_fence_insert_orders`;');
  expect(() => preparationScript(one, configurationOf(one, ['shop_%']), 'active')).toThrow('the tables of site SITEA are shop_%: a script for MySQL names each table');
});

test.each(['mysql', 'oracle'] as const)('%s needs the user of DMS, since nothing else tells it from applications', (engine) => {
  const one = site(engine, { replicationUser: undefined });
  expect(() => preparationScript(one, configurationOf(one), 'active')).toThrow('site SITEA has no replicationUser: name the user of DMS');
});

test('the script of Oracle has all that a site needs, with names as they are spelled', () => {
  const one = site('oracle', { schema: 'S"H\'OP' });
  const script = preparationScript(one, configurationOf(one, ['order_%']), 'passive');
  for (const part of ['CREATE TABLE "S""H\'\'OP".DMS_FENCE (', 'SELECT 1, 0, 1, 0, 1, NULL,', 'DMS_FENCE_LOCK(HANDLE OUT VARCHAR2)', 'SESSION_USER\') = \'DMS\'',
    'LOWER(TABLE_NAME) LIKE \'order\\_%\' ESCAPE \'\\\'', 'INCREMENT BY \' || TO_CHAR(STEP * 2)']) expect(script).toContain(part);
  expect(script).not.toContain('\'prepared\'');
  expect(tearDownScript(one, configurationOf(one))).toContain('DROP PROCEDURE "S""H\'\'OP".DMS_FENCE_CHECK');
  const statements = fenceStatements(one);
  expect(statements.keep).toContain('EPOCH = :EPOCH AND WRITABLE = 0 AND NOT (KEPT = 0 AND SYS_EXTRACT_UTC(SYSTIMESTAMP) >= LAPSES_AT)');
  expect(statements.reopen).toContain('(EPOCH = :EPOCH AND PASSED_ON = 0) OR (EPOCH < :EPOCH AND KEPT = 0)');
  expect(triggerStatements(one, configurationOf(one), 'disarm')).toContain('DISABLE CONSTRAINT');
});

test('a site behind a function is asked in JSON, and numbers of sequences are text', async () => {
  const calls: unknown[] = [];
  const one = site('oracle', { functionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:mine' });
  const answers: Record<string, unknown> = { sequences: { 'orders.id': '9007199254740993' }, decide: 'perhaps', readMarker: null };
  const remote = new RemoteSite(one, configurationOf(one), ({ operation, arguments: given }) => {
    calls.push([operation, given]);
    return Promise.resolve(JSON.parse(JSON.stringify(answers[operation] ?? null)) as unknown);
  });
  expect(await remote.sequences()).toEqual(new Map([['orders.id', 9_007_199_254_740_993n]]));
  await remote.raiseSequences(remote, 2);
  await remote.keepFence(2);
  expect(await remote.readMarker('SITEB')).toBeUndefined();
  expect(calls.slice(2)).toEqual([
    ['raiseSequences', { taken: { 'orders.id': '9007199254740993' }, epoch: 2 }], ['keepFence', { epoch: 2 }], ['readMarker', { site: 'SITEB' }],
  ]);
  expect(await failure(remote.decide(2))).toBe('Error: the function of site SITEA has decided "perhaps": it has to be "forward" or "back"');
});
