import {
  type Authority, AUTHORITY_ITEM, type AuthorityState, type HistoryItem, HISTORY_PREFIX, type SiteItem,
} from './site-map';

/** An attribute as DynamoDB gives it; other types are not used here. */
export interface Attribute {
  readonly S?: string;
  readonly N?: string;
  readonly M?: Readonly<Record<string, Attribute>>;
}

/** An item of the table. */
export type Item = Readonly<Record<string, Attribute>>;

/** An attribute as DynamoDB takes it. */
export type WrittenAttribute =
  | { readonly S: string } | { readonly N: string } | { readonly M: Record<string, WrittenAttribute> };

const STATES: readonly string[] = ['steady', 'checking', 'switching', 'completed'] satisfies AuthorityState[];
const OUTCOMES: readonly string[] = ['completed', 'rolled-back', 'ended'] satisfies HistoryItem['outcome'][];

/** The item of the authority. */
export const authorityItem = (authority: Authority): Record<string, WrittenAttribute> =>
  written({ site: AUTHORITY_ITEM, ...authority });

/** The item of a switch in the history. */
export const historyItem = (history: HistoryItem): Record<string, WrittenAttribute> =>
  written({ site: historyName(history), ...history });

/** The item of a site: all text, as the original `appmap` has it. */
export const siteItem = (site: SiteItem): Record<string, WrittenAttribute> => written({ ...site });

/**
 * The name of a switch in the history: sorted by it, the newest is the last. The end of a replication has no term of
 * its own and comes after the switch whose term it is.
 */
export const historyName = ({ epoch, outcome }: HistoryItem): string =>
  `${HISTORY_PREFIX}${String(epoch).padStart(10, '0')}${outcome === 'ended' ? '-end' : ''}`;

/** The authority that an item holds. It may have been written by hand, so nothing of it is believed. */
export function authorityFrom(item: Item): Authority {
  const state = oneOf(item, 'state', STATES) as AuthorityState;
  const run = item.run?.M;
  const lapsesAt = optionalText(item, 'lapsesAt');
  return {
    version: numberIn(item, 'version'),
    activeSite: text(item, 'activeSite'),
    epoch: numberIn(item, 'epoch'),
    state,
    ...(run === undefined ? {} : { run: { id: text(run, 'id'), to: text(run, 'to'), startedAt: text(run, 'startedAt') } }),
    ...(lapsesAt === undefined ? {} : { lapsesAt }),
    updatedAt: text(item, 'updatedAt'),
  };
}

export function historyFrom(item: Item): HistoryItem {
  const reason = optionalText(item, 'reason');
  return {
    epoch: numberIn(item, 'epoch'),
    id: text(item, 'id'),
    from: text(item, 'from'),
    to: text(item, 'to'),
    outcome: oneOf(item, 'outcome', OUTCOMES) as HistoryItem['outcome'],
    startedAt: text(item, 'startedAt'),
    endedAt: text(item, 'endedAt'),
    ...(item.pauseSeconds === undefined ? {} : { pauseSeconds: numberIn(item, 'pauseSeconds') }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The site that an item describes, also one of the original `appmap`. */
export function siteFrom(item: Item): SiteItem {
  const secretArn = optionalText(item, 'secretArn');
  return {
    site: text(item, 'site'),
    dbengine: text(item, 'dbengine'),
    username: text(item, 'username'),
    endpoint: text(item, 'endpoint'),
    port: text(item, 'port'),
    dbname: text(item, 'dbname'),
    ...(secretArn === undefined ? {} : { secretArn }),
  };
}

/** Whether an item is a site; the others have names that no site can have. */
export const isSite = (item: Item): boolean => item.site?.S?.startsWith('$') === false;

export const isHistory = (item: Item): boolean => item.site?.S?.startsWith(HISTORY_PREFIX) === true;

/** What the fields of the map are made of. */
type Field = string | number | { readonly [name: string]: Field | undefined } | undefined;

function written(value: Readonly<Record<string, Field>>): Record<string, WrittenAttribute> {
  const item: Record<string, WrittenAttribute> = {};
  for (const [name, field] of Object.entries(value)) {
    if (typeof field === 'number') item[name] = { N: String(field) };
    else if (typeof field === 'string') item[name] = { S: field };
    else if (field !== undefined) item[name] = { M: written(field) };
  }
  return item;
}

function text(item: Item, name: string): string {
  const value = optionalText(item, name);
  if (value === undefined) throw bad(item, name, 'a text');
  return value;
}

/** Who writes an item by hand may make a text of a number. */
const optionalText = (item: Item, name: string): string | undefined => item[name]?.S ?? item[name]?.N;

function numberIn(item: Item, name: string): number {
  const value = Number(optionalText(item, name) ?? NaN);
  if (!Number.isFinite(value)) throw bad(item, name, 'a number');
  return value;
}

function oneOf(item: Item, name: string, allowed: readonly string[]): string {
  const value = text(item, name);
  if (!allowed.includes(value)) throw bad(item, name, `one of ${allowed.join(', ')}`);
  return value;
}

function bad(item: Item, name: string, wanted: string): Error {
  return new Error(`the item ${item.site?.S ?? 'without a name'} of the site map has ${name} = `
    + `${JSON.stringify(item[name]) ?? 'nothing'}; it has to be ${wanted}: correct the item`);
}
