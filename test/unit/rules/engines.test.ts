import { checkEndpoint } from '../../../lib/rules';
import { checkVerification } from '../../../lib/rules/certificate';
import { checkEngine, isDatabase } from '../../../lib/rules/engine';
import { checkServerless } from '../../../lib/rules/serverless';

/** What DMS documents of an engine: where it may stand, whether it is a database, and which settings it reads. */
interface Engine {
  readonly name: string;
  readonly can: 'both' | 'source' | 'target';
  readonly database: boolean;
  readonly verifies?: boolean;
  readonly sections: readonly string[];
  /** Where a serverless replication cannot have it. */
  readonly notServerless?: readonly ('source' | 'target')[];
}

const ENGINES: readonly Engine[] = [
  { name: 'aurora', can: 'both', database: true, verifies: true, sections: ['MySqlSettings'] },
  { name: 'aurora-postgresql', can: 'both', database: true, verifies: true, sections: ['PostgreSqlSettings'] },
  { name: 'aurora-postgresql-serverless', can: 'both', database: true, verifies: true, sections: ['PostgreSqlSettings'] },
  { name: 'aurora-serverless', can: 'both', database: true, verifies: true, sections: ['MySqlSettings'] },
  {
    name: 'azure-sql-managed-instance', can: 'source', database: false, sections: ['MicrosoftSqlServerSettings'],
    notServerless: ['source'],
  },
  { name: 'azuredb', can: 'source', database: true, sections: ['MicrosoftSqlServerSettings'], notServerless: ['source'] },
  {
    name: 'babelfish', can: 'target', database: false, sections: ['MicrosoftSqlServerSettings', 'PostgreSqlSettings'],
    notServerless: ['target'],
  },
  { name: 'db2', can: 'both', database: true, verifies: true, sections: ['IbmDb2Settings'] },
  { name: 'db2-zos', can: 'source', database: true, sections: ['IbmDb2Settings'], notServerless: ['source'] },
  { name: 'dms-transfer', can: 'both', database: false, sections: [] },
  { name: 'docdb', can: 'both', database: true, verifies: true, sections: ['DocDbSettings', 'MongoDbSettings'] },
  { name: 'dynamodb', can: 'target', database: false, sections: ['DynamoDbSettings'] },
  { name: 'elasticsearch', can: 'target', database: false, sections: ['ElasticsearchSettings'] },
  {
    name: 'gcp-mysql', can: 'source', database: false, sections: ['GcpMySQLSettings', 'MySqlSettings'],
    notServerless: ['source'],
  },
  { name: 'kafka', can: 'target', database: false, sections: ['KafkaSettings'] },
  { name: 'kinesis', can: 'target', database: false, sections: ['KinesisSettings'] },
  { name: 'mariadb', can: 'both', database: true, verifies: true, sections: ['MySqlSettings'] },
  { name: 'mongodb', can: 'source', database: true, verifies: true, sections: ['DocDbSettings', 'MongoDbSettings'] },
  { name: 'mysql', can: 'both', database: true, verifies: true, sections: ['MySqlSettings'] },
  { name: 'neptune', can: 'target', database: false, sections: ['NeptuneSettings'] },
  { name: 'opensearch', can: 'target', database: false, sections: ['ElasticsearchSettings'] },
  { name: 'oracle', can: 'both', database: true, verifies: true, sections: ['OracleSettings'] },
  { name: 'postgres', can: 'both', database: true, verifies: true, sections: ['PostgreSqlSettings'] },
  { name: 'redis', can: 'target', database: false, sections: ['RedisSettings'], notServerless: ['target'] },
  { name: 'redshift', can: 'target', database: true, sections: ['RedshiftSettings'] },
  { name: 'redshift-serverless', can: 'target', database: true, sections: ['RedshiftSettings'] },
  { name: 's3', can: 'both', database: false, sections: ['S3Settings'] },
  { name: 'sqlserver', can: 'both', database: true, verifies: true, sections: ['MicrosoftSqlServerSettings'] },
  {
    name: 'sybase', can: 'both', database: true, verifies: true, sections: ['SybaseSettings'],
    notServerless: ['source', 'target'],
  },
  { name: 'timestream', can: 'target', database: false, sections: [], notServerless: ['target'] },
];
const SECTIONS = [...new Set(ENGINES.flatMap(({ sections }) => sections))];

describe.each(ENGINES)('$name', ({ name, can, database, verifies = false, sections, notServerless = [] }) => {
  test('may stand where it is documented', () => {
    const wrong = (EndpointType: string): string[] =>
      checkEngine({ EngineName: name, EndpointType }, 'E').map(({ rule, path, message }) => `${rule} ${path} ${message}`);
    const refused = [`engine/direction E.EndpointType ${name} can be a ${can} only`];
    expect([wrong('source'), wrong('target')]).toEqual([can === 'target' ? refused : [], can === 'source' ? refused : []]);
    expect(wrong('neither')).toEqual([]);
  });

  test('reads its own settings only', () => {
    const given = Object.fromEntries(SECTIONS.map((key) => [key, { a: 1 }]));
    expect(checkEngine({ EngineName: name, ...given }, 'E').map(({ path, message }) => `${path}: ${message}`))
      .toEqual(SECTIONS.filter((key) => !sections.includes(key)).map((key) => `E.${key}: ${key} is given for the engine ${name}`));
  });

  test('is a database or not', () => {
    expect(isDatabase({ EngineName: name })).toBe(database);
  });

  test('verifies its server with a certificate or not', () => {
    const rules = (SslMode: unknown, CertificateArn?: unknown): string[] =>
      checkVerification({ EngineName: name, SslMode, CertificateArn }, 'E').map(({ rule }) => rule);
    const missing = verifies ? ['certificate/missing'] : [];
    expect([rules('verify-ca'), rules('verify-full'), rules('require'), rules('verify-full', 'arn')])
      .toEqual([missing, missing, [], []]);
  });

  test('works with DMS Serverless or not', () => {
    const rules = (source?: string, target?: string): string[][] => checkServerless({
      properties: {},
      source: source === undefined ? undefined : { EngineName: source },
      target: target === undefined ? undefined : { EngineName: target },
    }, [], 'R').map(({ rule, path }) => [rule, path]);
    expect(rules(name)).toEqual(notServerless.includes('source') ? [['serverless/engine', 'R.SourceEndpointArn']] : []);
    expect(rules(undefined, name)).toEqual(notServerless.includes('target') ? [['serverless/engine', 'R.TargetEndpointArn']] : []);
  });
});

test('an engine that is not known yet is not checked', () => {
  expect(checkEngine({ EndpointType: 'source', OracleSettings: {} }, '')).toEqual([]);
  expect(isDatabase({})).toBe(false);
});

test('settings that are left out, not known or no settings are not another engine\'s', () => {
  expect(checkEngine({
    EngineName: 'mysql', OracleSettings: { Ref: 'AWS::NoValue' }, S3Settings: { Ref: 'Settings' }, KafkaSettings: 'text',
    SettingsOfMine: {}, Settings: undefined,
  }, '')).toEqual([]);
});

test.each<[object, string[]]>([
  [{ EndpointType: 'source' }, []], [{ EndpointType: 'target' }, []], [{ EndpointType: 'Source' }, ['EndpointType']],
  [{ SslMode: 'none' }, []], [{ SslMode: 'require' }, []], [{ SslMode: 'verify-ca' }, []], [{ SslMode: 'verify-full' }, []],
  [{ SslMode: '' }, ['SslMode']], [{ SslMode: { Ref: 'Mode' } }, []],
])('an endpoint with %j has wrong values at %j', (properties, wrong) => {
  const found = checkEndpoint({ ...properties }).filter(({ rule }) => rule === 'endpoint/unknown-value');
  expect(found.map(({ path }) => path)).toEqual(wrong);
});
