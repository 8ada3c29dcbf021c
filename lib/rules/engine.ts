import { isRecord } from '../private/json';
import { at, defineRules, Finding, finding } from './finding';
import { asText, CfnProperties, didYouMean, isLeftOut, isUnresolved, oneOf, shown } from './values';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';

/** The rules for what an endpoint connects to. */
export const ENGINE_RULES = defineRules('engine', `${GUIDE}CHAP_Introduction.html`, {
  name: {
    reason: 'DMS knows its engines by fixed names, in lower case.',
    fix: 'use the name of a documented engine',
    source: 'https://docs.aws.amazon.com/dms/latest/APIReference/API_CreateEndpoint.html',
  },
  direction: {
    reason: 'Some engines can only be read by DMS, others only written.',
    fix: 'use another engine, or correct EndpointType',
  },
  'other-settings': {
    severity: 'warning',
    reason: 'Settings of another engine do nothing.',
    fix: 'move the settings to the section of the engine',
  },
});

/** Engines, and the sections of settings that each of them reads. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  aurora: ['MySqlSettings'],
  'aurora-postgresql': ['PostgreSqlSettings'],
  'aurora-postgresql-serverless': ['PostgreSqlSettings'],
  'aurora-serverless': ['MySqlSettings'],
  'azure-sql-managed-instance': ['MicrosoftSqlServerSettings'],
  azuredb: ['MicrosoftSqlServerSettings'],
  babelfish: ['MicrosoftSqlServerSettings', 'PostgreSqlSettings'],
  db2: ['IbmDb2Settings'],
  'db2-zos': ['IbmDb2Settings'],
  'dms-transfer': [],
  docdb: ['DocDbSettings', 'MongoDbSettings'],
  dynamodb: ['DynamoDbSettings'],
  elasticsearch: ['ElasticsearchSettings'],
  'gcp-mysql': ['GcpMySQLSettings', 'MySqlSettings'],
  kafka: ['KafkaSettings'],
  kinesis: ['KinesisSettings'],
  mariadb: ['MySqlSettings'],
  mongodb: ['MongoDbSettings', 'DocDbSettings'],
  mysql: ['MySqlSettings'],
  neptune: ['NeptuneSettings'],
  opensearch: ['ElasticsearchSettings'],
  oracle: ['OracleSettings'],
  postgres: ['PostgreSqlSettings'],
  redis: ['RedisSettings'],
  redshift: ['RedshiftSettings'],
  'redshift-serverless': ['RedshiftSettings'],
  s3: ['S3Settings'],
  sqlserver: ['MicrosoftSqlServerSettings'],
  sybase: ['SybaseSettings'],
  timestream: [],
};
const ENGINES = Object.keys(SECTIONS);

/** Engines that DMS only reads, and that it only writes. */
const ONE_WAY: Readonly<Record<'source' | 'target', readonly string[]>> = {
  source: ['azure-sql-managed-instance', 'azuredb', 'db2-zos', 'gcp-mysql', 'mongodb'],
  target: [
    'babelfish', 'dynamodb', 'elasticsearch', 'kafka', 'kinesis', 'neptune', 'opensearch', 'redis', 'redshift',
    'redshift-serverless', 'timestream',
  ],
};

/** Engines that are reached by host, port and login, in clear text or in a secret. */
const DATABASES = [
  'aurora', 'aurora-postgresql', 'aurora-postgresql-serverless', 'aurora-serverless', 'azuredb', 'db2', 'db2-zos',
  'docdb', 'mariadb', 'mongodb', 'mysql', 'oracle', 'postgres', 'redshift', 'redshift-serverless', 'sqlserver', 'sybase',
];

/** Engines that know their own writes, which loopback prevention needs. */
const BOTH_WAYS = [
  'oracle', 'sqlserver', 'mysql', 'aurora', 'aurora-serverless', 'postgres', 'aurora-postgresql',
  'aurora-postgresql-serverless',
];

/** Whether DMS can replicate an engine there and back. */
export const isSupportedBothWays = (engine: string): boolean => BOTH_WAYS.includes(engine);

/** Whether the engine is a database, to which an endpoint has to have an address. */
export const isDatabase = ({ EngineName }: CfnProperties): boolean => DATABASES.includes(String(EngineName));

/** Checks the engine of an endpoint. */
export function checkEngine(properties: CfnProperties, path: string): Finding[] {
  const engine = asText(properties.EngineName);
  if (engine === undefined) return [];
  const sections = Object.hasOwn(SECTIONS, engine) ? SECTIONS[engine] : undefined;
  if (!sections) {
    return [finding(ENGINE_RULES.name, at(path, 'EngineName'),
      `${shown(engine)} is no engine of DMS${didYouMean(engine, ENGINES) || `: it is ${oneOf(ENGINES)}`}`)];
  }
  const { EndpointType: type } = properties;
  const opposite = type === 'source' ? 'target' : 'source';
  return [
    ...((type === 'source' || type === 'target') && ONE_WAY[opposite].includes(engine)
      ? [finding(ENGINE_RULES.direction, at(path, 'EndpointType'), `${engine} can be a ${opposite} only`)]
      : []),
    ...Object.entries(properties)
      .filter(([key, value]) => key.endsWith('Settings') && isRecord(value) && !isUnresolved(value) && !isLeftOut(value))
      .filter(([key]) => !sections.includes(key))
      .map(([key]) => finding(ENGINE_RULES['other-settings'], at(path, key), `${key} is given for the engine ${engine}`)),
  ];
}
