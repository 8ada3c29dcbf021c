import { at, defineRules, Finding, finding } from './finding';
import { asBoolean, asNumber, asText, CfnProperties, didYouMean, isLeftOut, isSet, isUnresolved, oneOf, shown } from './values';
import { compareVersions, versionOf } from './versions';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';

/** The rules for replication instances. */
export const INSTANCE_RULES = defineRules('instance', `${GUIDE}CHAP_ReplicationInstance.html`, {
  class: {
    reason: 'DMS offers its instance classes in fixed sizes.',
    fix: 'use a documented class, such as dms.t3.medium, dms.c6i.large or dms.r6i.large',
    source: `${GUIDE}CHAP_ReplicationInstance.Types.html`,
  },
  'unknown-family': {
    severity: 'warning',
    reason: 'A family of instance classes that is not documented is misspelt or newer than these rules.',
    fix: 'use a documented class, or make sure that DMS offers this one in your Region',
    source: `${GUIDE}CHAP_ReplicationInstance.Types.html`,
  },
  storage: {
    reason: 'DMS offers 5 GB to 6144 GB of storage.',
    fix: 'give AllocatedStorage in gigabytes, 5 to 6144',
  },
  public: {
    severity: 'warning',
    reason: 'A public replication instance can be reached from the internet, and is what leaving the property out makes.',
    fix: 'set PubliclyAccessible to false',
    source: `${GUIDE}CHAP_ReplicationInstance.PublicPrivate.html`,
  },
  'minor-versions': {
    severity: 'warning',
    reason: 'Without minor versions an instance misses the fixes of DMS until its version is withdrawn.',
    fix: 'set AutoMinorVersionUpgrade to true',
  },
  'standby-zone': {
    reason: 'An instance with a standby is in two Availability Zones; DMS refuses one to be named.',
    fix: 'remove AvailabilityZone, or set MultiAZ to false',
  },
  version: {
    reason: 'A version of DMS is three numbers.',
    fix: 'write the version in full, such as 3.6.1',
    source: `${GUIDE}CHAP_ReleaseNotes.html`,
  },
  'withdrawn-version': {
    severity: 'warning',
    reason: 'DMS creates no new instances of versions whose support ends, and upgrades those there are.',
    fix: 'use a supported version, or leave EngineVersion out',
    source: `${GUIDE}CHAP_ReleaseNotes.html`,
  },
  'maintenance-window': {
    reason: 'A maintenance window is two moments of the week, in UTC and half an hour or more apart.',
    fix: 'write it as ddd:hh:mm-ddd:hh:mm, such as sun:03:00-sun:04:00',
    source: `${GUIDE}CHAP_ReplicationInstance.Modifying.html`,
  },
});

const T3 = ['micro', 'small', 'medium', 'large'];
const SMALL = ['large', 'xlarge', '2xlarge', '4xlarge'];
const C5 = [...SMALL, '9xlarge', '12xlarge', '18xlarge', '24xlarge'];
const R5 = [...SMALL, '8xlarge', '12xlarge', '16xlarge', '24xlarge'];
const SIXTH = [...R5, '32xlarge'];
const SEVENTH = [...R5, '48xlarge'];

/** Sizes of the instance classes, by family. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  t3: T3, c5: C5, c6i: SIXTH, c7i: SEVENTH, r5: R5, r6i: SIXTH, r7i: SEVENTH,
};
const WITHDRAWN_FAMILIES = ['t2', 'c4', 'r4'];
const SIZES = [...new Set(Object.values(FAMILIES).flat())];

const LEAST_STORAGE = 5;
const MOST_STORAGE = 6144;

/** No new instance of an older version than the first, nor of the others. */
const OLDEST_VERSION = [3, 5, 4];
const WITHDRAWN_VERSIONS = [[3, 6, 0]];

/** Checks the properties of an `AWS::DMS::ReplicationInstance`. */
export function checkReplicationInstance(properties: CfnProperties, path: string = ''): Finding[] {
  const { MultiAZ, AvailabilityZone, AutoMinorVersionUpgrade } = properties;
  return [
    ...checkClass(properties.ReplicationInstanceClass, at(path, 'ReplicationInstanceClass')),
    ...checkStorage(properties.AllocatedStorage, at(path, 'AllocatedStorage')),
    ...checkPublic(properties.PubliclyAccessible, at(path, 'PubliclyAccessible')),
    ...(asBoolean(AutoMinorVersionUpgrade) === false ? [finding(INSTANCE_RULES['minor-versions'],
      at(path, 'AutoMinorVersionUpgrade'), 'AutoMinorVersionUpgrade is false')] : []),
    ...(asBoolean(MultiAZ) === true && isSet(AvailabilityZone) ? [finding(INSTANCE_RULES['standby-zone'],
      at(path, 'AvailabilityZone'), 'MultiAZ is true and AvailabilityZone is given')] : []),
    ...checkVersion(properties.EngineVersion, at(path, 'EngineVersion')),
    ...checkMaintenanceWindow(properties.PreferredMaintenanceWindow, at(path, 'PreferredMaintenanceWindow')),
  ];
}

function checkClass(value: unknown, path: string): Finding[] {
  const name = asText(value);
  if (name === undefined) return [];
  const [, family, size] = /^dms\.([a-z]+[0-9]+[a-z]*)\.([a-z0-9]+)$/.exec(name) ?? [];
  const sizes = family !== undefined && Object.hasOwn(FAMILIES, family) ? FAMILIES[family] : undefined;
  if (sizes?.includes(size!)) return [];
  const plausible = family !== undefined && sizes === undefined && SIZES.includes(size!);
  if (plausible && !WITHDRAWN_FAMILIES.includes(family)) {
    return [finding(INSTANCE_RULES['unknown-family'], path,
      `${shown(name)} is of a family that is not documented: there are ${oneOf(Object.keys(FAMILIES))}`)];
  }
  const known = Object.entries(FAMILIES).flatMap(([prefix, all]) => all.map((one) => `dms.${prefix}.${one}`));
  const hint = sizes ? `: the sizes of ${family!} are ${oneOf(sizes).replace(' or ', ' and ')}` : didYouMean(name, known);
  return [finding(INSTANCE_RULES.class, path, `${shown(name)} is no class of DMS${plausible ? ' any more' : hint}`)];
}

function checkStorage(value: unknown, path: string): Finding[] {
  if (isLeftOut(value) || isUnresolved(value)) return [];
  const size = asNumber(value);
  const fits = size !== undefined && Number.isInteger(size) && size >= LEAST_STORAGE && size <= MOST_STORAGE;
  return fits ? [] : [finding(INSTANCE_RULES.storage, path,
    `AllocatedStorage is ${shown(value)}: it is a whole number from ${LEAST_STORAGE} to ${MOST_STORAGE} GB`)];
}

function checkPublic(value: unknown, path: string): Finding[] {
  const open = isLeftOut(value) || asBoolean(value) === true;
  return open ? [finding(INSTANCE_RULES.public, path,
    `PubliclyAccessible is ${isLeftOut(value) ? 'left out, which is true' : 'true'}`)] : [];
}

function checkVersion(value: unknown, path: string): Finding[] {
  const text = asText(value);
  if (text === undefined) return [];
  const version = versionOf(text);
  if (version.length !== 3) {
    return [finding(INSTANCE_RULES.version, path, `${shown(text)} is no version of DMS: it is three numbers`)];
  }
  const withdrawn = compareVersions(version, OLDEST_VERSION) < 0
    || WITHDRAWN_VERSIONS.some((other) => compareVersions(version, other) === 0);
  return withdrawn ? [finding(INSTANCE_RULES['withdrawn-version'], path,
    `EngineVersion is ${text}: DMS creates no new instances of it`)] : [];
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MINUTES_OF_WEEK = 7 * 24 * 60;
const SHORTEST_WINDOW = 30;

/** Checks a maintenance window of an instance or of a serverless replication. */
export function checkMaintenanceWindow(value: unknown, path: string): Finding[] {
  const text = asText(value);
  if (text === undefined) return [];
  const [start, end, ...more] = text.toLowerCase().split('-').map(minuteOfWeek);
  const known = start !== undefined && end !== undefined && more.length === 0;
  if (known && (end - start + MINUTES_OF_WEEK) % MINUTES_OF_WEEK >= SHORTEST_WINDOW) return [];
  return [finding(INSTANCE_RULES['maintenance-window'], path, `the maintenance window is ${shown(text)}: `
    + `it ${known ? `has to be ${SHORTEST_WINDOW} minutes or longer` : 'looks like sun:03:00-sun:04:00'}`)];
}

function minuteOfWeek(moment: string): number | undefined {
  const [, day, hour, minute] = /^([a-z]{3}):([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(moment) ?? [];
  return day !== undefined && DAYS.includes(day)
    ? (DAYS.indexOf(day) * 24 + Number(hour)) * 60 + Number(minute)
    : undefined;
}
