import { preparationScript, tearDownScript } from '../../lambda/two-way-database/scripts';
import type { TwoWayMode } from '../../lib/two-way/switch/switch-run';
import { WorkFolderLock } from '../engine/run/work-folder-lock';
import { messageOf, UsageError } from '../errors';
import { onlyMessages } from './output/only-messages';
import type { ProgressSink } from '../output/progress-sink';
import { notice, print } from '../output/print';
import { runPair } from './local/pair-process';
import { builtInPair, type PairOptions } from './pair/built-in-pair';
import { EmbeddedSites } from './pair/embedded-sites';
import { EXAMPLE_SCHEMA } from './pair/example-schema';
import { preparePair } from './pair/prepare-pair';
import { templateConfiguration, templatePair } from './pair/template-pair';
import { World, type Pair } from './world';

/** The options of `dms two-way`. */
export interface TwoWayOptions {
  /** `NAME=postgres://…`, the first is the one that is written to at the beginning. */
  readonly site: readonly string[];
  readonly stack?: string;
  readonly workdir: string;
  readonly schema?: string;
  readonly mode: TwoWayMode;
  readonly pauseLimit: number;
  readonly printDdl?: boolean;
  readonly printTearDown?: boolean;
}

interface GivenSite {
  readonly name: string;
  readonly url: string;
}

const USUAL_SITES = ['SITEA', 'SITEB'] as const;

/** Runs a pair in this process until Ctrl-C; it can be started again where it was. */
export async function runTwoWay(template: string | undefined, options: TwoWayOptions): Promise<void> {
  const given = sitesOf(options.site);
  if (options.printDdl && options.printTearDown) {
    throw new UsageError('--print-ddl prepares the sites and --print-tear-down takes that away: choose one');
  }
  if (options.printDdl || options.printTearDown) {
    printScripts(template, options, given);
    return;
  }
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const progress = onlyMessages(notice);
  try {
    await serve(template, options, given, progress, interrupt.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function serve(
  template: string | undefined, options: TwoWayOptions, given: readonly GivenSite[], progress: ProgressSink,
  signal: AbortSignal,
): Promise<void> {
  const world = new World(options.workdir);
  const lock = await WorkFolderLock.acquire(world.folder);
  let servers: EmbeddedSites | undefined;
  try {
    const known = await world.pairIfThere();
    const pair = known ?? definePair(template, options, given);
    const names = pair.configuration.sites.map(({ name }) => name);
    refuseOtherSites(world, given, names);
    if (given.length === 0 && (known === undefined || await EmbeddedSites.areIn(world))) {
      progress.message(`starting two PostgreSQL servers in ${world.folder}`);
      servers = await EmbeddedSites.start(world, pair.configuration);
    }
    const givenUrls = Object.fromEntries(given.map(({ name, url }) => [name, url]));
    const urls = servers?.urls ?? { ...await world.urls(), ...givenUrls };
    await world.keepUrls(urls);
    if (known === undefined) {
      progress.message(`preparing ${names.join(' and ')}: heartbeat, fence, sequences`);
      await preparePair(world, pair, urls);
      await world.keepPair(pair);
    }
    progress.message(`${known === undefined ? 'running' : 'going on with'} ${names.join(' ⇄ ')} in ${world.folder}; Ctrl-C stops, \`dms status --local `
      + `${world.folder}\` shows how it goes`);
    await runPair(world, pair, progress, signal);
    progress.message('stopped: start it again with the same --workdir, it goes on where it was');
  } finally {
    await servers?.stop();
    await lock.release();
  }
}

/** For an operator, and for engines that nothing here can log in to. */
function printScripts(template: string | undefined, options: TwoWayOptions, given: readonly GivenSite[]): void {
  const configuration = template === undefined
    ? definePair(template, options, given).configuration
    : templateConfiguration(template, options.stack, pairOptions(options, given));
  const [first, second] = configuration.sites;
  for (const [site, role] of [[first, 'active'], [second, 'passive']] as const) {
    const script = readable(() => (options.printTearDown
      ? tearDownScript(site, configuration)
      : preparationScript(site, configuration, role)));
    print(`-- Site ${site.name} (${site.engine})\n${script}`);
  }
}

function readable(script: () => string): string {
  try {
    return script();
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

function pairOptions({ mode, pauseLimit: pauseLimitSeconds }: TwoWayOptions, given: readonly GivenSite[]): Omit<PairOptions, 'schema'> {
  const [first, second] = given.map(({ name }) => name);
  return { sites: [first ?? USUAL_SITES[0], second ?? USUAL_SITES[1]], mode, pauseLimitSeconds };
}

function definePair(template: string | undefined, options: TwoWayOptions, given: readonly GivenSite[]): Pair {
  const { schema, stack } = options;
  if (template !== undefined) {
    if (schema !== undefined) throw new UsageError(`--schema ${schema}: the template says which schemas are replicated; leave it out`);
    return templatePair(template, stack, pairOptions(options, given));
  }
  if (given.length > 0 && schema === undefined) {
    throw new UsageError('--schema is missing: say which schema of the sites is replicated, or give a template');
  }
  return builtInPair({ ...pairOptions(options, given), schema: schema ?? EXAMPLE_SCHEMA });
}

function sitesOf(texts: readonly string[]): GivenSite[] {
  const sites = texts.map((text) => {
    const [, name, url] = /^([A-Za-z][\w-]{0,29})=(postgres(?:ql)?:\/\/.+)$/.exec(text) ?? [];
    if (name === undefined || url === undefined || !URL.canParse(url)) {
      throw new UsageError('--site is not NAME=postgres://…: write SITEA=postgres://user@host:5432/database, with a name of up to '
        + '30 letters, digits and hyphens');
    }
    return { name, url };
  });
  if (sites.length !== 0 && sites.length !== 2) {
    throw new UsageError(`--site was given ${sites.length} times: give both sites, or none for two embedded servers`);
  }
  if (sites.length === 2 && (sites[0]!.name === sites[1]!.name || sites[0]!.url === sites[1]!.url)) {
    throw new UsageError(`--site names ${sites[0]!.name} twice: the two sites need names and databases of their own`);
  }
  return sites;
}

function refuseOtherSites({ folder }: World, given: readonly GivenSite[], names: readonly string[]): void {
  const stranger = given.find(({ name }) => !names.includes(name));
  if (stranger === undefined) return;
  throw new UsageError(`--site ${stranger.name}: the replication of ${folder} is between ${names.join(' and ')}; `
    + 'use these names, or another --workdir');
}
