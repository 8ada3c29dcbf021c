import { type DatabaseContext, type SiteDatabase } from '../site-database';

/** Opens a site, and closes it whatever happens. */
export async function withSite<T>(
  context: DatabaseContext, site: string, work: (database: SiteDatabase) => Promise<T>,
): Promise<T> {
  const database = await context.open(site);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Opens both sides of a switch. */
export function withBoth<T>(
  context: DatabaseContext, { from, to }: { readonly from: string; readonly to: string },
  work: (from: SiteDatabase, to: SiteDatabase) => Promise<T>,
): Promise<T> {
  return withSite(context, from, (old) => withSite(context, to, (coming) => work(old, coming)));
}

/** Opens a site if it can be reached. What a step does not need must not keep it from going on. */
export async function ifReached(
  context: DatabaseContext, site: string, work: (database: SiteDatabase) => Promise<void>,
): Promise<boolean> {
  try {
    await withSite(context, site, work);
    return true;
  } catch (error) {
    if ((error as Error).name !== 'SiteNotReached') throw error;
    context.log((error as Error).message);
    return false;
  }
}
