import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Authority, SiteItem } from '../../lib/two-way/switch/site-map';
import type { AuthorityReader } from './reader';

/** Files appear when they are whole and never change, so the greatest name is the map as it is now. */
const VERSION = /^v\d{10}\.json$/;

/** The site map of `dms … --local`, in the folder `map` of its working folder. */
export class FolderReader implements AuthorityReader {
  public constructor(private readonly folder: string) {}

  public async authority(): Promise<Authority | undefined> {
    const newest = (await this.names()).filter((name) => VERSION.test(name)).sort().at(-1);
    if (newest === undefined) return undefined;
    return (JSON.parse(await readFile(join(this.folder, newest), 'utf8')) as { authority: Authority }).authority;
  }

  public async site(name: string): Promise<SiteItem | undefined> {
    if (!(await this.names()).includes('sites.json')) return undefined;
    const sites = JSON.parse(await readFile(join(this.folder, 'sites.json'), 'utf8')) as SiteItem[];
    return sites.find(({ site }) => site === name);
  }

  private async names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return [];
      throw error;
    }
  }
}
