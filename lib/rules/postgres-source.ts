import { Json } from '../private/json';
import { booleanOrText, choice, integerOrText, JsonMembers, scalar, text } from '../private/json-shape';
import { endpointSettings } from './connection-attributes';
import { at, defineRules, Finding, finding } from './finding';
import { checkMembers } from './shape';
import { asNumber, asText, CfnProperties, isLeftOut, isUnresolved, oneOf, section, shown } from './values';

const PAGE = 'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html';

/** The rules for PostgreSQL sources: endpoint, server parameters, and where a task starts. */
export const POSTGRES_RULES = defineRules('postgres', PAGE, {
  'ssl-mode': {
    severity: 'warning',
    reason: 'Without TLS rows and password cross the network readable, and RDS PostgreSQL 15 and later refuses.',
    fix: 'set SslMode to require, or to verify-full with a certificate',
  },
  'plugin-name': {
    reason: 'DMS decodes the log of PostgreSQL with test_decoding or pglogical only.',
    fix: 'set PluginName to test-decoding, pglogical or no-preference',
  },
  'logical-replication': {
    reason: 'Change capture reads the log at logical level; on RDS that is rds.logical_replication = 1, after a reboot.',
    fix: 'set rds.logical_replication to 1',
  },
  'wal-sender-timeout': {
    reason: 'A change-capture task fails when wal_sender_timeout is below 10 seconds; 0 turns the timeout off.',
    fix: 'raise it to at least 10000 ms, set it to 0 or drop the parameter',
  },
  'long-wal-sender-timeout': {
    severity: 'warning',
    reason: 'From five minutes on, a failover of a Multi-AZ replication instance waits for the timeout before changes '
      + 'flow again.',
    fix: 'keep wal_sender_timeout under 300000 ms',
  },
  'replication-slots': {
    reason: 'Each change-capture task holds a replication slot.',
    fix: 'raise max_replication_slots to the number of tasks, with some to spare',
  },
  'wal-senders': {
    reason: 'Each change-capture task holds a WAL sender.',
    fix: 'raise max_wal_senders to the number of tasks, with some to spare',
  },
  'slot-wal-size': {
    severity: 'warning',
    reason: 'With a limit on kept log PostgreSQL invalidates a slot that falls behind, and the task fails for good.',
    fix: 'drop max_slot_wal_keep_size, and put an alarm on the disk instead',
  },
  heartbeat: {
    severity: 'warning',
    reason: 'Without heartbeats the slot of a quiet database does not move on, and log piles up until the disk is full.',
    fix: 'set PostgreSqlSettings.HeartbeatEnable to true',
  },
  'start-time': {
    reason: 'DMS cannot start change capture from a time with a PostgreSQL source.',
    fix: 'use CdcStartPosition with a log sequence number, and PostgreSqlSettings.SlotName',
  },
  'start-position-without-slot': {
    reason: 'Log before the start of DMS is only there if a slot kept it.',
    fix: 'create a slot, and give its name as PostgreSqlSettings.SlotName of the source endpoint',
  },
  'slot-without-start-position': {
    reason: 'A slot of one\'s own is only used from a start position; DMS refuses the name without one.',
    fix: 'give CdcStartPosition, or remove PostgreSqlSettings.SlotName',
  },
  'dms-version': {
    reason: 'Each major version of PostgreSQL takes a version of DMS that knows it.',
    fix: 'raise EngineVersion of the replication instance, or leave it out',
  },
  'dms-version-unsure': {
    severity: 'warning',
    reason: 'The pages of DMS disagree about which version first reads this major version of PostgreSQL.',
    fix: 'raise EngineVersion of the replication instance, or leave it out',
  },
  'no-change-capture': {
    reason: 'The log cannot be decoded through RDS Proxy, on a read replica before PostgreSQL 16, or in Aurora Serverless '
      + 'v1.',
    fix: 'use the writer of the database itself as the source, or a full-load task',
  },
  'wrong-type': {
    reason: 'DMS refuses a value of another type than the documented one.',
    fix: 'write the value as documented',
  },
  'unknown-value': {
    reason: 'The mode of the database is a closed list.',
    fix: 'use one of the documented values',
  },
  'out-of-range': {
    reason: 'DMS refuses numbers outside of the documented range.',
    fix: 'use a number in the range',
  },
  'unknown-key': {
    severity: 'warning',
    reason: 'CloudFormation refuses keys of PostgreSqlSettings that it does not know.',
    fix: 'correct the spelling, or move the key to ExtraConnectionAttributes',
  },
  'parallel-load-type': {
    reason: 'A PostgreSQL source is loaded in parallel by ranges only.',
    fix: 'use "type": "ranges" with columns and boundaries',
    source: 'https://docs.aws.amazon.com/dms/latest/userguide/'
      + 'CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Tablesettings.html',
  },
});

/** As CloudFormation has them; plug-in and file size have rules of their own. */
const POSTGRES_SETTINGS: JsonMembers = {
  AfterConnectScript: text,
  BabelfishDatabaseName: text,
  CaptureDdls: booleanOrText,
  DatabaseMode: choice(['default', 'babelfish']),
  DdlArtifactsSchema: text,
  ExecuteTimeout: integerOrText(),
  FailTasksOnLobTruncation: booleanOrText,
  HeartbeatEnable: booleanOrText,
  HeartbeatFrequency: integerOrText(),
  HeartbeatSchema: text,
  MapBooleanAsBoolean: booleanOrText,
  MaxFileSize: scalar,
  PluginName: text,
  SecretsManagerAccessRoleArn: text,
  SecretsManagerSecretId: text,
  SlotName: text,
};

const PLUGINS = ['no-preference', 'test-decoding', 'pglogical'];
const SETTINGS = ['PluginName', 'SlotName', 'HeartbeatEnable'];

/** Shorter is an error, of this and more a warning; milliseconds. */
const SHORTEST_WAL_SENDER_TIMEOUT = 10_000;
const LONG_WAL_SENDER_TIMEOUT = 5 * 60_000;

/** Milliseconds of PostgreSQL's time units. */
const UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** The settings that apply to a PostgreSQL endpoint. */
export const postgresSettings = (properties: CfnProperties): Json =>
  endpointSettings(properties, 'PostgreSqlSettings', SETTINGS);

/** Checks the properties of a PostgreSQL endpoint, source or target. */
export function checkPostgresEndpoint(properties: CfnProperties, path: string): Finding[] {
  const plugin = asText(postgresSettings(properties).PluginName);
  const plain = isLeftOut(properties.SslMode) || properties.SslMode === 'none';
  return [
    ...(plain ? [finding(POSTGRES_RULES['ssl-mode'], at(path, 'SslMode'),
      `SslMode is ${isLeftOut(properties.SslMode) ? 'left out, which is none' : 'none'}`)] : []),
    ...(plugin !== undefined && !PLUGINS.includes(plugin.toLowerCase().replaceAll('_', '-'))
      ? [finding(POSTGRES_RULES['plugin-name'], at(path, 'PostgreSqlSettings.PluginName'),
        `${shown(plugin)} is not a plug-in that DMS reads: it is ${oneOf(PLUGINS)}`)]
      : []),
    ...checkMembers(section(properties.PostgreSqlSettings), POSTGRES_SETTINGS, at(path, 'PostgreSqlSettings'), POSTGRES_RULES),
  ];
}

/** What a parameter group is used for. */
export interface ParameterGroupContext {
  /** How many change-capture tasks read the server; left out, the number is not known but there are some. */
  readonly tasks?: number;
}

/** Checks the parameters of a PostgreSQL server that DMS captures changes from. */
export function checkParameterGroup(
  parameters: CfnProperties, context: ParameterGroupContext = {}, path: string = '',
): Finding[] {
  return [
    ...checkLogicalReplication(parameters, path),
    ...checkTimeout(parameters.wal_sender_timeout, at(path, 'wal_sender_timeout')),
    ...checkAtLeast(parameters, 'max_replication_slots', 'replication-slots', context.tasks, path),
    ...checkAtLeast(parameters, 'max_wal_senders', 'wal-senders', context.tasks, path),
    ...checkSlotWalSize(parameters.max_slot_wal_keep_size, at(path, 'max_slot_wal_keep_size')),
  ];
}

function checkLogicalReplication(parameters: CfnProperties, path: string): Finding[] {
  const value = parameters['rds.logical_replication'];
  // A server of one's own has wal_level instead, and no parameter that starts with rds.
  if (parameters.wal_level === 'logical' || isUnresolved(value)) return [];
  const on = ['1', 'on', 'true'].includes(String(value));
  return on ? [] : [finding(POSTGRES_RULES['logical-replication'], at(path, 'rds.logical_replication'),
    `rds.logical_replication is ${isLeftOut(value) ? 'left out, which is 0' : shown(value)}: DMS needs 1`)];
}

function checkTimeout(value: unknown, path: string): Finding[] {
  const milliseconds = asMilliseconds(value);
  if (milliseconds === undefined || milliseconds === 0) return [];
  if (milliseconds < SHORTEST_WAL_SENDER_TIMEOUT) {
    return [finding(POSTGRES_RULES['wal-sender-timeout'], path,
      `wal_sender_timeout is ${milliseconds} ms: DMS needs 0 (never) or at least ${SHORTEST_WAL_SENDER_TIMEOUT} ms`)];
  }
  return milliseconds < LONG_WAL_SENDER_TIMEOUT ? [] : [finding(POSTGRES_RULES['long-wal-sender-timeout'], path,
    `wal_sender_timeout is ${milliseconds} ms: it should be under ${LONG_WAL_SENDER_TIMEOUT} ms`)];
}

function asMilliseconds(value: unknown): number | undefined {
  const match = /^\s*([0-9]+)\s*([a-z]*)\s*$/.exec(String(value));
  const unit = match ? UNITS[match[2]!] : undefined;
  return isUnresolved(value) || unit === undefined ? undefined : Number(match![1]) * unit;
}

function checkAtLeast(
  parameters: CfnProperties, name: string, rule: 'replication-slots' | 'wal-senders', tasks: number | undefined,
  path: string,
): Finding[] {
  const value = asNumber(parameters[name]);
  return value === undefined || tasks === undefined || value >= tasks ? [] : [finding(POSTGRES_RULES[rule],
    at(path, name), `${name} is ${value} for ${tasks} change-capture tasks: there has to be one for each`)];
}

function checkSlotWalSize(value: unknown, path: string): Finding[] {
  return isLeftOut(value) || isUnresolved(value) || asNumber(value) === -1 ? [] : [finding(
    POSTGRES_RULES['slot-wal-size'], path, `max_slot_wal_keep_size is ${shown(value)}: DMS wants the default, no limit`)];
}
