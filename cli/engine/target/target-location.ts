import { UsageError } from '../../errors';
import type { LakeLocation, ObjectSettings } from './location';
import { isSameLake, lakeLocation, titleOfLake } from './location';

/** Where the rows of a task go. Plain data. */
export type TargetLocation = LakeLocation | DatabaseLocation;

/** The tables of a PostgreSQL database. */
export interface DatabaseLocation {
  readonly kind: 'postgres';
  /** `postgres://…`; what it leaves open comes from libpq's variables. */
  readonly url: string;
}

/** For people: a path or a URL, without password. */
export function titleOfTarget(location: TargetLocation): string {
  return location.kind === 'postgres' ? withoutPassword(location).url : titleOfLake(location);
}

/** What may be kept in a file. */
export function withoutPassword<T extends TargetLocation>(location: T): T {
  if (location.kind !== 'postgres' || !URL.canParse(location.url)) return location;
  const url = new URL(location.url);
  url.password = '';
  url.searchParams.delete('password');
  return { ...location, url: url.href };
}

/** Whether what was written to the one is there in the other. Users may differ. */
export function isSameTarget(one: TargetLocation, other: TargetLocation): boolean {
  if (one.kind !== 'postgres' && other.kind !== 'postgres') return isSameLake(one, other);
  return one.kind === 'postgres' && other.kind === 'postgres' && databaseOf(one) === databaseOf(other);
}

/** Whether `--target` names a database. */
export function isDatabaseUrl(target: string | undefined): boolean {
  return target !== undefined && /^postgres(ql)?:\/\//.test(target);
}

/**
 * What `--target` and `--s3-endpoint` name.
 *
 * @param objects of a bucket; those of a task with a database as its target are not asked for
 * @throws {UsageError} when there can be no such target
 */
export function targetLocation(
  target: string, endpoint: string | undefined, objects: ObjectSettings | undefined, environment: NodeJS.ProcessEnv,
): TargetLocation {
  if (!isDatabaseUrl(target)) return lakeLocation(target, endpoint, objects ?? NO_OBJECTS, environment);
  if (endpoint !== undefined) {
    throw new UsageError(`--s3-endpoint is for a --target s3://bucket/folder, not for ${titleOfTarget({ kind: 'postgres', url: target })}`);
  }
  return { kind: 'postgres', url: target };
}

const NO_OBJECTS: ObjectSettings = {
  encryption: undefined, kmsKeyId: undefined, acl: undefined, bucketOwner: undefined, unknown: [],
};

function databaseOf({ url }: DatabaseLocation): string {
  if (!URL.canParse(url)) return url;
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port === '' ? '5432' : port}${pathname}`;
}
