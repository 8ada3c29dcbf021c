import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leg } from '../../lib/two-way/switch/switch-run';
import type { SiteConfiguration, TwoWayConfiguration } from '../../lib/two-way/two-way-api';
import type { TaskDefinition } from '../../lib/rules/template';
import { livingHolder } from '../engine/run/work-folder-lock';
import { UsageError } from '../errors';
import { readWhole, writeWhole } from './files';
import { FileSiteMap } from './map/file-site-map';

/** A two-way replication on this machine: what it is, as it was when it began. */
export interface Pair {
  readonly configuration: TwoWayConfiguration;
  /** The task away from the first site, and the one back. */
  readonly tasks: readonly [LegTask, LegTask];
}

/** A DMS task of a template, as far as the engine needs it. */
export type LegTask = Pick<TaskDefinition, 'logicalId' | 'properties' | 'source' | 'target'>;

/** Whoever may read it can log in: the file is its owner's. */
interface Connections {
  readonly urls: Readonly<Record<string, string>>;
}

/** Where a two-way replication on this machine is kept by default. */
export const USUAL_FOLDER = '.two-way';

/** The folder of a two-way replication on this machine, which every process of it works with. */
export class World {
  public readonly map: FileSiteMap;

  public constructor(public readonly folder: string) {
    this.map = new FileSiteMap(join(folder, 'map'));
  }

  /** The replication that the folder holds. @throws {UsageError} when it holds none */
  public async pair(): Promise<Pair> {
    const pair = await this.pairIfThere();
    if (pair === undefined) {
      throw new UsageError(`${this.folder} holds no two-way replication: start one with \`dms two-way --workdir ${this.folder}\`, `
        + 'or give the folder of one with --local');
    }
    return pair;
  }

  public pairIfThere(): Promise<Pair | undefined> {
    return readWhole<Pair>(join(this.folder, 'pair.json'));
  }

  public async keepPair(pair: Pair): Promise<void> {
    await writeWhole(join(this.folder, 'pair.json'), pair);
  }

  public async urls(): Promise<Readonly<Record<string, string>>> {
    return (await readWhole<Connections>(join(this.folder, 'connections.json')))?.urls ?? {};
  }

  public async keepUrls(urls: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeWhole(join(this.folder, 'connections.json'), { urls } satisfies Connections, undefined, 0o600);
  }

  public legFolder({ from, to }: Leg): string {
    return join(this.folder, 'legs', `${from}-${to}`);
  }

  /** The folder of a switch, which its driver holds for as long as it lives. */
  public runFolder(id: string): string {
    return join(this.folder, 'runs', id);
  }

  /** The process that runs the legs; none when nobody does. */
  public runner(): Promise<number | undefined> {
    return livingHolder(this.folder);
  }

  public serverFolder(site: string): string {
    return join(this.folder, 'servers', site);
  }
}

export const siteOf = ({ sites }: TwoWayConfiguration, name: string): SiteConfiguration => {
  const site = sites.find((candidate) => candidate.name === name);
  if (site === undefined) {
    throw new UsageError(`there is no site ${name}: this replication has ${sites.map(({ name: known }) => known).join(' and ')}`);
  }
  return site;
};

/** There, and back. */
export function legsOf({ sites: [first, second] }: TwoWayConfiguration): readonly [Leg, Leg] {
  return [{ from: first.name, to: second.name }, { from: second.name, to: first.name }];
}

export const otherSite = ({ sites }: TwoWayConfiguration, name: string): string =>
  (sites[0].name === name ? sites[1] : sites[0]).name;
