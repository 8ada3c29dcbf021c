import { checkCertificate, checkEndpoint, checkTemplate, Finding } from '../../../../lib/rules';
import { Json, mutated } from './good-template';
import { RuleCase } from './rule-case';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';

const endpoint = (properties: Json): Finding[] =>
  checkEndpoint({ EngineName: 'mysql', EndpointType: 'source', ...properties });
const postgres = (settings: Json): Finding[] =>
  endpoint({ EngineName: 'postgres', SslMode: 'require', PostgreSqlSettings: settings });
const managed = (attribute: string): Json => ({
  SecretsManagerAccessRoleArn: 'role', SecretsManagerSecretId: { 'Fn::GetAtt': ['Database', attribute] },
});

export const ENGINE_CASES: RuleCase[] = [
  {
    rule: 'engine/name',
    broken: () => endpoint({ EngineName: 'mysq' }),
    path: 'EngineName',
    message: '"mysq" is no engine of DMS (did you mean "mysql"?)',
    passing: () => endpoint({ EngineName: { Ref: 'Engine' } }),
  },
  {
    rule: 'engine/name',
    when: 'like no other',
    broken: () => endpoint({ EngineName: 'constructor' }),
    path: 'EngineName',
    message: '"constructor" is no engine of DMS: it is aurora, aurora-postgresql, aurora-postgresql-serverless, '
      + 'aurora-serverless, azure-sql-managed-instance, azuredb, babelfish, db2, db2-zos, dms-transfer, docdb, dynamodb, '
      + 'elasticsearch, gcp-mysql, kafka, kinesis, mariadb, mongodb, mysql, neptune, opensearch, oracle, postgres, redis, '
      + 'redshift, redshift-serverless, s3, sqlserver, sybase or timestream',
    passing: () => endpoint({ EngineName: 'db2-zos' }),
  },
  {
    rule: 'engine/direction',
    broken: () => endpoint({ EngineName: 'kinesis' }),
    path: 'EndpointType',
    message: 'kinesis can be a target only',
    passing: () => endpoint({ EngineName: 'kinesis', EndpointType: 'target' }),
  },
  {
    rule: 'engine/direction',
    when: 'of a source',
    broken: () => endpoint({ EngineName: 'mongodb', EndpointType: 'target' }),
    path: 'EndpointType',
    message: 'mongodb can be a source only',
    passing: () => endpoint({ EngineName: 'docdb', EndpointType: 'target' }),
  },
  {
    rule: 'engine/other-settings',
    broken: () => endpoint({ OracleSettings: { UseLogminerReader: true } }),
    path: 'OracleSettings',
    message: 'OracleSettings is given for the engine mysql',
    passing: () => endpoint({ MySqlSettings: { EventsPollInterval: 5 }, OracleSettings: { Ref: 'AWS::NoValue' } }),
  },
  ...['verify-ca', 'verify-full'].map((mode): RuleCase => ({
    rule: 'certificate/missing',
    when: mode,
    broken: () => endpoint({ SslMode: mode }),
    path: 'CertificateArn',
    message: `SslMode is ${mode} without CertificateArn`,
    passing: () => endpoint({ SslMode: mode, CertificateArn: { Ref: 'Certificate' } }),
  })),
  {
    rule: 'certificate/content',
    broken: () => checkCertificate({ CertificateIdentifier: 'authority' }),
    path: '',
    message: 'none of CertificatePem and CertificateWallet is given',
    passing: () => checkCertificate({ CertificateWallet: 'AAAA' }),
  },
  {
    rule: 'certificate/content',
    when: 'twice',
    broken: () => checkCertificate({ CertificatePem: PEM, CertificateWallet: 'AAAA' }),
    path: '',
    message: 'both of CertificatePem and CertificateWallet are given',
    passing: () => checkCertificate({ CertificatePem: PEM }),
  },
  {
    rule: 'certificate/pem',
    broken: () => checkCertificate({ CertificatePem: 'MIIB' }),
    path: 'CertificatePem',
    message: 'there is no -----BEGIN CERTIFICATE----- in the text',
    passing: () => checkCertificate({ CertificatePem: '{{resolve:ssm:authority}}' }),
  },
  {
    rule: 'credentials/managed-secret',
    broken: () => endpoint({ MySqlSettings: managed('MasterUserSecret.SecretArn') }),
    path: 'MySqlSettings.SecretsManagerSecretId',
    message: 'the secret is the one that RDS manages for the master user',
    passing: () => endpoint({ MySqlSettings: managed('Secret') }),
  },
  {
    rule: 'credentials/no-address',
    broken: () => checkTemplate(mutated('Source.PostgreSqlSettings', { HeartbeatEnable: true })),
    path: 'Resources.Source.Properties',
    message: 'there is neither a ServerName nor a SecretsManagerSecretId',
    passing: () => checkTemplate(mutated('Source.PostgreSqlSettings', { Ref: 'Settings' })),
  },
  {
    rule: 'postgres/wrong-type',
    broken: () => postgres({ CaptureDdls: 'maybe' }),
    path: 'PostgreSqlSettings.CaptureDdls',
    message: '"maybe" is given: it has to be true or false',
    passing: () => postgres({ CaptureDdls: 'true' }),
  },
  {
    rule: 'postgres/unknown-value',
    broken: () => postgres({ DatabaseMode: 'babel' }),
    path: 'PostgreSqlSettings.DatabaseMode',
    message: '"babel" is not allowed: it is default or babelfish',
    passing: () => postgres({ DatabaseMode: 'babelfish' }),
  },
  {
    rule: 'postgres/out-of-range',
    broken: () => postgres({ ExecuteTimeout: -1 }),
    path: 'PostgreSqlSettings.ExecuteTimeout',
    message: '-1 is out of range: it is a whole number of at least 0',
    passing: () => postgres({ ExecuteTimeout: 0 }),
  },
  {
    rule: 'postgres/unknown-key',
    broken: () => postgres({ HeartbeatEnabled: true }),
    path: 'PostgreSqlSettings.HeartbeatEnabled',
    message: '"HeartbeatEnabled" is not a documented key (did you mean "HeartbeatEnable"?)',
    passing: () => postgres({ HeartbeatEnable: true }),
  },
];
