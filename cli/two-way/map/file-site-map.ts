import { link, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MapChanged, type SiteMap } from '../../../lambda/two-way-control/ports';
import { historyName } from '../../../lib/two-way/switch/map-items';
import type { Authority, HistoryItem, SiteItem } from '../../../lib/two-way/switch/site-map';
import { codeOf } from '../../errors';
import { readWhole, writeWhole } from '../files';

/** A version of the map. It never changes. */
interface Version {
  readonly authority: Authority;
  /** The switch that this version has ended. */
  readonly history?: HistoryItem;
}

const NAME = /^v(\d{10})\.json$/;
const nameOf = (version: number): string => `v${String(version).padStart(10, '0')}.json`;

/**
 * The site map as a folder, with a file for each of its versions.
 *
 * A version is finished under another name first and gets its own by a hard link, which only one can get: that is the
 * condition that a table would check. No file is ever changed or removed, so who was late by many versions fails too.
 */
export class FileSiteMap implements SiteMap {
  public constructor(private readonly folder: string) {}

  public async authority(): Promise<Authority | undefined> {
    const newest = (await this.versions()).at(-1);
    return newest === undefined ? undefined : (await this.read(newest)).authority;
  }

  public async replace(previous: Authority | undefined, next: Authority, history?: HistoryItem): Promise<void> {
    const version = previous === undefined ? 1 : previous.version + 1;
    if (next.version !== version) {
      throw new Error(`the version after ${previous?.version ?? 'none'} is ${version}, not ${next.version}`);
    }
    const path = join(this.folder, nameOf(version));
    try {
      await mkdir(this.folder, { recursive: true });
      const content: Version = { authority: next, ...(history === undefined ? {} : { history }) };
      await writeWhole(path, content, link);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      throw new MapChanged(`the site map is not at version ${previous?.version ?? 'none'} any more: read it again`, { cause: error });
    }
  }

  public async sites(): Promise<readonly SiteItem[]> {
    return await readWhole<SiteItem[]>(join(this.folder, 'sites.json')) ?? [];
  }

  /** Says what the sites are, also when they were there before. */
  public async putSites(sites: readonly SiteItem[]): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeWhole(join(this.folder, 'sites.json'), sites);
  }

  public async history(limit: number): Promise<readonly HistoryItem[]> {
    const found = new Map<string, HistoryItem>();
    for (const version of (await this.versions()).reverse()) {
      if (found.size >= limit) break;
      const { history } = await this.read(version);
      if (history !== undefined && !found.has(historyName(history))) found.set(historyName(history), history);
    }
    return [...found].sort(([one], [other]) => (one < other ? 1 : -1)).map(([, item]) => item);
  }

  private async versions(): Promise<number[]> {
    let names: string[];
    try {
      names = await readdir(this.folder);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
    return names.flatMap((name) => Number(NAME.exec(name)?.[1] ?? [])).filter((version) => version > 0)
      .sort((one, other) => one - other);
  }

  private async read(version: number): Promise<Version> {
    const path = join(this.folder, nameOf(version));
    const found = await readWhole<Version>(path);
    if (found === undefined) throw new Error(`${path} was removed: the site map must keep all of its versions`);
    return found;
  }
}
