import { type AuthorityReader, CommitUnknown, SiteClient, type SiteClientOptions, type WritableSite } from '../../client/src';
import type { Authority, SiteItem } from '../../lib/two-way/switch/site-map';
import { VirtualTime } from './virtual-time';

const SITE: Omit<SiteItem, 'site'> = {
  dbengine: 'postgresql', username: 'app', endpoint: 'db.example', port: '5432', dbname: 'shop', secretArn: 'arn:secret',
};
const STEADY: Authority = { version: 1, activeSite: 'A', epoch: 1, state: 'steady', updatedAt: '2026-11-25T11:00:00.000Z' };
const SWITCHED: Authority = { ...STEADY, version: 3, activeSite: 'B', epoch: 2 };
const fenced = (code: string): Error => Object.assign(new Error('is fenced'), { code });

/** A map that a test changes, and that counts how often it is read. */
class Scene implements AuthorityReader {
  public readonly time = new VirtualTime();
  public reads = 0;
  public seconds = 0;
  public map: Authority | undefined = STEADY;
  public problem?: Error;
  public readonly client: SiteClient;

  public constructor(options: SiteClientOptions = {}) {
    this.client = new SiteClient(this, { clock: this.time, ...options });
  }

  public async authority(): Promise<Authority | undefined> {
    this.reads += 1;
    const seen = this.map;
    await this.time.sleep(this.seconds * 1000);
    if (this.problem !== undefined) throw this.problem;
    return seen;
  }

  public site(site: string): Promise<SiteItem | undefined> {
    return Promise.resolve(site === 'C' ? undefined : { site, ...SITE });
  }

  /** What happens some seconds from now, by itself. */
  public later(seconds: number, what: () => void): void {
    void this.time.sleep(seconds * 1000).then(what);
  }
}

const switching = (scene: Scene, lapsesAfter: number): Authority =>
  ({ ...STEADY, version: 2, epoch: 2, state: 'switching', lapsesAt: scene.time.at(lapsesAfter * 1000) });

describe('the site', () => {
  test('comes with everything that it takes to connect', async () => {
    const scene = new Scene();
    expect(await scene.time.until(scene.client.current())).toEqual({ site: 'A', epoch: 1, ...SITE });
  });

  test('is asked for once during a lease, and again after it', async () => {
    const scene = new Scene();
    await scene.time.until(scene.client.current());
    await scene.time.until(scene.time.sleep(999));
    await scene.time.until(scene.client.current());
    expect(scene.reads).toBe(1);
    await scene.time.until(scene.time.sleep(1));
    scene.map = SWITCHED;
    expect(await scene.time.until(scene.client.current())).toMatchObject({ site: 'B', epoch: 2 });
    expect(scene.reads).toBe(2);
  });

  test('is as old as the question, not as its answer', async () => {
    const scene = new Scene();
    scene.seconds = 0.6;
    await scene.time.until(scene.client.current());
    await scene.time.until(scene.time.sleep(400));
    await scene.time.until(scene.client.current());
    expect(scene.reads).toBe(2);
  });

  test('is asked for by one of many who want it at the same time', async () => {
    const scene = new Scene();
    scene.seconds = 0.2;
    const all = await scene.time.until(Promise.all([1, 2, 3].map(() => scene.client.current())));
    expect(all.map(({ site }) => site)).toEqual(['A', 'A', 'A']);
    expect(scene.reads).toBe(1);
  });

  test('is still there while a switch looks at its gates', async () => {
    const scene = new Scene();
    scene.map = { ...STEADY, state: 'checking' };
    expect(await scene.time.until(scene.client.current())).toMatchObject({ site: 'A', epoch: 1 });
  });

  test('is waited for while there is a switch', async () => {
    const scene = new Scene();
    scene.map = switching(scene, 90);
    scene.later(5, () => { scene.map = SWITCHED; });
    expect(await scene.time.until(scene.client.current())).toMatchObject({ site: 'B', epoch: 2 });
    expect(scene.time.elapsed()).toBeLessThan(5_600);
  });

  test('is the old one again when the fence has lapsed, in the new epoch', async () => {
    const scene = new Scene();
    scene.map = switching(scene, 10);
    expect(await scene.time.until(scene.client.current())).toMatchObject({ site: 'A', epoch: 2 });
    expect(scene.time.elapsed()).toBeGreaterThanOrEqual(10_000);
  });

  test('is not waited for without end', async () => {
    const scene = new Scene({ waitSeconds: 3 });
    scene.map = switching(scene, 90);
    await expect(scene.time.until(scene.client.current())).rejects.toMatchObject({
      name: 'NoWritableSite', message: expect.stringMatching(/^no site could be written to for 3 s: a switch is going on/) as string,
    });
    expect(scene.time.elapsed()).toBe(3_000);
  });

  test('holds for its lease when the map cannot be read, and not longer', async () => {
    const scene = new Scene({ waitSeconds: 2 });
    await scene.time.until(scene.client.current());
    scene.problem = new Error('connect ETIMEDOUT');
    await scene.time.until(scene.time.sleep(999));
    expect(await scene.time.until(scene.client.current())).toMatchObject({ site: 'A' });
    await scene.time.until(scene.time.sleep(1));
    await expect(scene.time.until(scene.client.current())).rejects.toMatchObject({
      name: 'MapUnreadable', message: 'the site map could not be read for 2 s: connect ETIMEDOUT', cause: scene.problem,
    });
  });

  test('is there again as soon as the map is', async () => {
    const scene = new Scene();
    scene.problem = new Error('throttled');
    scene.later(4, () => { scene.problem = undefined; });
    expect(await scene.time.until(scene.client.current())).toMatchObject({ site: 'A' });
    expect(scene.time.elapsed()).toBeLessThan(4_600);
  });

  test.each<[string, Partial<Scene>, string]>([
    ['nobody has begun', { map: undefined }, 'nobody has begun it: deploy the two-way replication first'],
    ['has no item for it', { map: { ...STEADY, activeSite: 'C' } }, 'it says that C is written to, and has no item of that name'],
    ['takes longer to read than a lease', { seconds: 1.2 }, 'reading it takes longer than leaseSeconds'],
  ])('does not come from a map that %s', async (_, change, message) => {
    const scene = Object.assign(new Scene({ waitSeconds: 2 }), change);
    await expect(scene.time.until(scene.client.current())).rejects
      .toMatchObject({ name: 'MapUnreadable', message: `the site map could not be read for 2 s: ${message}` });
  });

  test.each([[{ leaseSeconds: 0 }, 'leaseSeconds is 0'], [{ waitSeconds: NaN }, 'waitSeconds is NaN'],
    [{ waitSeconds: 3601 }, 'waitSeconds is 3601; allowed: more than 0, up to 3600']])('is not given for %j', (options, message) => {
    expect(() => new Scene(options)).toThrow(message);
  });
});

describe('a unit of work', () => {
  /** Work that fails as it is told and then succeeds. */
  const work = (sites: WritableSite[], ...failures: Error[]) => (site: WritableSite): Promise<string> => {
    sites.push(site);
    return sites.length <= failures.length
      ? Promise.reject(failures[sites.length - 1]!)
      : Promise.resolve(`written to ${site.site}`);
  };
  const where = (sites: readonly WritableSite[]): string[] => sites.map(({ site, epoch }) => `${site} ${epoch}`);

  test.each(['25006', 'DMS01'])('that the database refuses with %s is done again where the map says by then', async (code) => {
    const scene = new Scene();
    await scene.time.until(scene.client.current());
    scene.map = SWITCHED;
    const sites: WritableSite[] = [];
    expect(await scene.time.until(scene.client.withSite(work(sites, fenced(code))))).toBe('written to B');
    expect(where(sites)).toEqual(['A 1', 'B 2']);
  });

  test.each<[string, Error]>([
    ['of another kind', Object.assign(new Error('duplicate key'), { code: '23505' })],
    ['of a lost connection', Object.assign(new Error('connection terminated'), { code: 'ECONNRESET' })],
    ['of a commit without an answer', new CommitUnknown('no answer', { cause: fenced('25006') })],
    ['that wraps one of those', new Error('unit of work', { cause: new CommitUnknown('no answer', { cause: fenced('DMS01') }) })],
    ['that is none', 'thrown' as unknown as Error],
  ])('is not done again after an error %s', async (_, error) => {
    const scene = new Scene();
    const sites: WritableSite[] = [];
    await expect(scene.time.until(scene.client.withSite(work(sites, error)))).rejects.toBe(error);
    expect(sites).toHaveLength(1);
  });

  test.each<[string, object]>([
    ['MySQL', { code: 'ER_SIGNAL_EXCEPTION', sqlState: 'DMS01' }],
    ['Oracle', { code: 'ORA-20501', errorNum: 20501 }],
    ['a library', { cause: { cause: { code: '25006' } } }],
  ])('is done again after the refusal in the words of %s', async (_, error) => {
    const scene = new Scene();
    const sites: WritableSite[] = [];
    await scene.time.until(scene.client.withSite(work(sites, Object.assign(new Error('refused'), error))));
    expect(sites).toHaveLength(2);
  });

  test('asks the map after a refusal, and does not take the word of who asked before', async () => {
    const scene = new Scene();
    scene.seconds = 0.5;
    const early = scene.client.current();
    await scene.time.until(scene.time.sleep(100));
    scene.map = SWITCHED;
    const sites: WritableSite[] = [];
    await scene.time.until(Promise.all([early, scene.client.withSite(work(sites, fenced('25006')))]));
    expect(where(sites)).toEqual(['A 1', 'B 2']);
  });

  test('that a site refuses which the map allows fails with its own words in the end', async () => {
    const scene = new Scene({ waitSeconds: 3 });
    const error = fenced('25006');
    const sites: WritableSite[] = [];
    const always = Array.from({ length: 99 }, () => error);
    await expect(scene.time.until(scene.client.withSite(work(sites, ...always)))).rejects.toBe(error);
    expect(sites.length).toBeGreaterThan(5);
    expect(sites.length).toBeLessThan(15);
  });
});
