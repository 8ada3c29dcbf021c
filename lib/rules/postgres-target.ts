import { at, defineRules, Finding, finding } from './finding';
import { endpointSettings } from './connection-attributes';
import { asNumber, CfnProperties, isSet, isUnresolved, shown } from './values';

const PAGE = 'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html';

/** The rules for PostgreSQL targets. */
export const POSTGRES_TARGET_RULES = defineRules('postgres', PAGE, {
  'source-only-setting': {
    severity: 'warning',
    reason: 'Slots, plug-ins, heartbeats and captured DDL belong to a source; on a target they do nothing.',
    fix: 'remove the setting, or set it on the source endpoint',
    source: 'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html',
  },
  'max-file-size': {
    reason: 'DMS loads PostgreSQL with CSV files of 1 KB to 1 GB.',
    fix: 'give MaxFileSize in kilobytes, 1 to 1048576',
  },
});

const SOURCE_ONLY = [
  'SlotName', 'PluginName', 'HeartbeatEnable', 'HeartbeatFrequency', 'HeartbeatSchema', 'CaptureDdls',
  'DdlArtifactsSchema',
];
const LARGEST_FILE_KB = 1_048_576;

/** Checks the properties of a PostgreSQL endpoint that is a target. */
export function checkPostgresTarget(properties: CfnProperties, path: string): Finding[] {
  if (properties.EndpointType !== 'target' || isUnresolved(properties.PostgreSqlSettings)) return [];
  const settings = endpointSettings(properties, 'PostgreSqlSettings', [...SOURCE_ONLY, 'MaxFileSize']);
  const settingsPath = at(path, 'PostgreSqlSettings');
  const size = asNumber(settings.MaxFileSize);
  return [
    ...SOURCE_ONLY.filter((key) => isSet(settings[key])).map((key) => finding(
      POSTGRES_TARGET_RULES['source-only-setting'], at(settingsPath, key), `${key} is given on a target`)),
    ...(size !== undefined && (size < 1 || size > LARGEST_FILE_KB)
      ? [finding(POSTGRES_TARGET_RULES['max-file-size'], at(settingsPath, 'MaxFileSize'),
        `MaxFileSize is ${shown(settings.MaxFileSize)}: it is 1 to ${LARGEST_FILE_KB} KB`)]
      : []),
  ];
}
