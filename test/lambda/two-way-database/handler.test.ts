import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onPrepare, onStep } from '../../../lambda/two-way-database/index';
import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { ADMIN_SECRET, PreparedSource } from '../source-preparation/prepared-source';
import { failure, LIMITS, run } from './two-sites';

const ASSETS = join(__dirname, '..', '..', '..', 'assets', 'two-way-database');

/** Runs code in a process of its own, away from everything that the tests have loaded. */
const inNode = async (code: string, environment: Record<string, string> = {}): Promise<string> =>
  (await promisify(execFile)(process.execPath, ['-e', code], { cwd: '/', env: { AWS_REGION: 'eu-west-1', ...environment } })).stdout;

const bundle = JSON.stringify(join(ASSETS, 'index.js'));

describe('the handler', () => {
  const source = new PreparedSource(18);
  const sites = (changes: Partial<SiteConfiguration> = {}): TwoWayConfiguration['sites'] => [
    { name: 'SITEA', engine: 'postgres', schema: 'a', secretArn: ADMIN_SECRET, databaseName: source.databaseName },
    { name: 'SITEB', engine: 'postgres', schema: 'b', secretArn: ADMIN_SECRET, databaseName: source.databaseName, ...changes },
  ];
  const configure = (changes: Partial<SiteConfiguration> = {}): void => {
    const configuration: TwoWayConfiguration = {
      mode: 'prepared', sites: sites(changes), tables: ['%'], sequences: { kind: 'interleaved' }, gates: LIMITS,
      pauseLimitSeconds: 30, needsApproval: false,
    };
    process.env.TWO_WAY = JSON.stringify(configuration);
  };
  const create = { RequestType: 'Create', LogicalResourceId: 'Prepared' } as const;

  beforeEach(async () => {
    configure();
    await source.database.query('CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.orders (id serial PRIMARY KEY); '
      + 'CREATE TABLE b.orders (id serial PRIMARY KEY)');
  });
  afterEach(() => {
    delete process.env.TWO_WAY;
  });

  test('prepares both sites, again with an update, and takes nothing away with them', async () => {
    expect(await onPrepare(create)).toEqual({ PhysicalResourceId: 'Prepared' });
    await source.database.query('CREATE TABLE b.late (id int PRIMARY KEY)');
    await onPrepare({ ...create, RequestType: 'Update', PhysicalResourceId: 'Prepared' });
    await onPrepare({ ...create, RequestType: 'Delete', PhysicalResourceId: 'Prepared' });
    await source.database.query('INSERT INTO a.orders DEFAULT VALUES');
    for (const table of ['orders', 'late']) {
      expect(await failure(source.database.query(`DELETE FROM b.${table}`))).toMatch(/^25006: site SITEB is fenced in epoch 1/);
    }
  });

  test('does a step with the logins of the secrets', async () => {
    await onPrepare(create);
    const fenced = await onStep({ step: 'FenceSite', run: run() });
    expect(fenced).toMatchObject({ lastStep: 'FenceSite', fence: { lapsesAt: expect.any(String) as string } });
    expect(await failure(source.database.query('DELETE FROM a.orders'))).toMatch(/^25006: /);
  });

  test.each<[string, () => void, string]>([
    ['a site that does not answer', () => source.secret(ADMIN_SECRET, { ...source.login(), port: 1 }), 'SiteNotReached: site SITEA cannot be reached: connect ECONNREFUSED'],
    ['a secret that cannot be read', () => source.secretFails(ADMIN_SECRET, 'AccessDeniedException'), 'SiteNotReached: the login of site SITEA cannot be read: AccessDeniedException: so it is'],
    ['a site without preparation', () => undefined, 'Error: 42P01: relation "a.dms_fence" does not exist'],
  ])('an error keeps its name, by which the next step is chosen: %s', async (_, break_, expected) => {
    break_();
    expect(await failure(onStep({ step: 'KeepFence', run: run() }))).toContain(expected);
  });

  test('refuses what is no step of its own', async () => {
    expect(await failure(onStep({ step: 'StopLeg', run: run() }))).toContain('Error: \'StopLeg\' is not a step of this function: it does CheckDatabases, FenceSite, ');
  });
});

describe('the bundles', () => {
  test('what every site needs is small enough to start fast, and the rest is beside it', () => {
    expect(statSync(join(ASSETS, 'index.js')).size).toBeLessThanOrEqual(350_000);
    expect(readdirSync(ASSETS).sort()).toEqual(['index.js', 'mysql.js', 'remote.js']);
  });

  test('export the handlers, and load nothing else at the start', async () => {
    expect(await inNode(`const exported = Object.keys(require(${bundle})).sort().join();
      console.log(exported, Object.keys(require.cache).length)`)).toBe('onPrepare,onStep 1\n');
  });

  const configured = (site: object): string => JSON.stringify({ sites: [{ name: 'SITEA', schema: 'S', ...site }, { name: 'SITEB' }] });
  const stepOf = (site: object): Promise<string> => inNode(
    `require(${bundle}).onStep({ step: 'KeepFence', run: { from: 'SITEA', epoch: 2 } }).catch((error) => console.log(error.name, error.message))`,
    { TWO_WAY: configured(site), AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' });

  test('Oracle is refused with what to do instead', async () => {
    expect((await stepOf({ engine: 'oracle' })).trim().split('\n').at(-1)).toBe('Error site SITEA is of oracle, which nothing here can log in to: '
      + 'print its statements with `dms two-way` and run them yourself, or give the site a functionArn, a function of your own that runs them');
  });

  test('the driver of MySQL is found beside the handler', async () => {
    expect(await inNode(`require(${JSON.stringify(join(ASSETS, 'mysql.js'))}).openMySqlSite({ name: 'SITEA' }, {}, { host: '127.0.0.1', port: 1, user: 'me' })
      .catch((error) => console.log(error.name, error.message))`)).toBe('SiteNotReached site SITEA cannot be reached: connect ECONNREFUSED 127.0.0.1:1\n');
    expect((await stepOf({ engine: 'mysql', secretArn: 'arn:secret' })).trim().split('\n').at(-1)).toContain('SiteNotReached the login of site SITEA cannot be read');
  });
});
