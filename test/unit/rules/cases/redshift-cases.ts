import { checkEndpoint, checkTask, Finding } from '../../../../lib/rules';
import { RuleCase } from './rule-case';

type Json = Record<string, unknown>;

const endpoint = (settings: Json = {}, properties: Json = {}): Finding[] => checkEndpoint({
  EngineName: 'redshift',
  EndpointType: 'target',
  RedshiftSettings: { BucketName: 'staging', ServiceAccessRoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, ...settings },
  ...properties,
});
const selection = {
  'rule-type': 'selection',
  'rule-id': '1',
  'rule-action': 'include',
  'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
};
const task = (metadata: Json, over: Json = {}, rules: Json[] = [], engine = 'redshift'): Finding[] => checkTask({
  properties: {
    MigrationType: 'full-load-and-cdc',
    TableMappings: JSON.stringify({ rules: [selection, ...rules] }),
    ReplicationTaskSettings: JSON.stringify({
      TargetMetadata: { BatchApplyEnabled: true, LobMaxSize: 63, ...metadata },
      FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
    }),
    ...over,
  },
  source: { EngineName: 'postgres', EndpointType: 'source', PostgreSqlSettings: { HeartbeatEnable: true } },
  target: { EngineName: engine, EndpointType: 'target' },
});
const lobSettings = {
  'rule-type': 'table-settings',
  'rule-id': '2',
  'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
  'lob-settings': { mode: 'limited', 'bulk-max-size': '16' },
};
const schemaRule = (action: string, value: string, target = 'schema'): Json => ({
  'rule-type': 'transformation',
  'rule-id': '2',
  'rule-action': action,
  'rule-target': target,
  'object-locator': { 'schema-name': 'public', ...(target === 'table' ? { 'table-name': 'orders' } : {}) },
  value,
});
const METADATA = 'ReplicationTaskSettings → TargetMetadata';

export const REDSHIFT_CASES: RuleCase[] = [
  {
    rule: 'redshift/wrong-type',
    broken: () => endpoint({ LoadTimeout: 'long' }),
    path: 'RedshiftSettings.LoadTimeout',
    message: '"long" is given: it has to be a whole number of at least 0',
    passing: () => endpoint({ LoadTimeout: '60000' }),
  },
  {
    rule: 'redshift/unknown-value',
    broken: () => endpoint({ EncryptionMode: 'kms' }),
    path: 'RedshiftSettings.EncryptionMode',
    message: '"kms" is not allowed: it is sse-s3 or sse-kms',
    passing: () => endpoint({ EncryptionMode: 'SSE_S3' }),
  },
  {
    rule: 'redshift/out-of-range',
    broken: () => endpoint({ FileTransferUploadStreams: 65 }),
    path: 'RedshiftSettings.FileTransferUploadStreams',
    message: '65 is out of range: it is a whole number from 1 to 64',
    passing: () => endpoint({ FileTransferUploadStreams: 64 }),
  },
  {
    rule: 'redshift/unknown-key',
    broken: () => endpoint({ TruncateColumn: true }),
    path: 'RedshiftSettings.TruncateColumn',
    message: '"TruncateColumn" is not a documented key (did you mean "TruncateColumns"?)',
    passing: () => endpoint({ TruncateColumns: true }),
  },
  {
    rule: 'redshift/staging-role',
    broken: () => endpoint({ ServiceAccessRoleArn: undefined }),
    path: 'RedshiftSettings.BucketName',
    message: 'the bucket is "staging" and there is no ServiceAccessRoleArn',
    passing: () => endpoint({ ServiceAccessRoleArn: undefined, BucketName: 'dms-staging' }),
  },
  {
    rule: 'redshift/encryption-key',
    broken: () => endpoint({ EncryptionMode: 'SSE_KMS' }),
    path: 'RedshiftSettings.EncryptionMode',
    message: 'EncryptionMode is sse-kms without ServerSideEncryptionKmsKeyId',
    passing: () => endpoint({ EncryptionMode: 'sse-kms', ServerSideEncryptionKmsKeyId: { Ref: 'Key' } }),
  },
  {
    rule: 'redshift/ssl-mode',
    broken: () => endpoint({}, { EngineName: 'redshift-serverless', SslMode: 'verify-full' }),
    path: 'SslMode',
    message: 'SslMode is verify-full on redshift-serverless',
    passing: () => endpoint({}, { EngineName: 'redshift-serverless', SslMode: 'require' }),
  },
  ...([['ReplaceChars', 'ReplaceInvalidChars', '?'], ['AcceptAnyDate', 'DateFormat', true]] as const)
    .map(([key, companion, value]): RuleCase => ({
      rule: 'redshift/setting-without-effect',
      when: key,
      broken: () => endpoint({ [key]: value }),
      path: `RedshiftSettings.${key}`,
      message: `${key} only works with ${companion}`,
      passing: () => endpoint({ [key]: value, [companion]: 'auto' }),
    })),
  {
    rule: 'redshift/batch-apply',
    broken: () => task({ BatchApplyEnabled: undefined }),
    path: `${METADATA}.BatchApplyEnabled`,
    message: 'BatchApplyEnabled is left out, which is false',
    passing: () => task({ BatchApplyEnabled: undefined }, { MigrationType: 'full-load' }),
  },
  {
    rule: 'redshift/batch-apply',
    when: 'it is off, into a serverless workgroup',
    broken: () => task({ BatchApplyEnabled: false }, {}, [], 'redshift-serverless'),
    path: `${METADATA}.BatchApplyEnabled`,
    message: 'BatchApplyEnabled is false',
    passing: () => task({}, {}, [], 'redshift-serverless'),
  },
  {
    rule: 'redshift/lob-size',
    broken: () => task({ LobMaxSize: 64 }),
    path: `${METADATA}.LobMaxSize`,
    message: 'LobMaxSize is 64 KB: it is at most 63',
    passing: () => task({ LobMaxSize: 63 }),
  },
  {
    rule: 'redshift/load-threads',
    broken: () => task({ ParallelLoadThreads: 33 }),
    path: `${METADATA}.ParallelLoadThreads`,
    message: 'ParallelLoadThreads is 33: it is at most 32',
    passing: () => task({ ParallelLoadThreads: 32 }),
  },
  {
    rule: 'redshift/table-lob-settings',
    broken: () => task({}, {}, [lobSettings]),
    path: 'TableMappings → rules[1].lob-settings',
    message: 'a table has lob-settings with a Redshift target',
    passing: () => task({}, {}, [lobSettings], 'oracle'),
  },
  {
    rule: 'redshift/schema-name',
    broken: () => task({ TargetSchema: '_shop' }),
    path: `${METADATA}.TargetSchema`,
    message: 'the schema becomes "_shop"',
    passing: () => task({ TargetSchema: 'shop_' }),
  },
  ...['rename', 'add-prefix'].map((action): RuleCase => ({
    rule: 'redshift/schema-name',
    when: `by ${action}`,
    broken: () => task({}, {}, [schemaRule(action, '_shop')]),
    path: 'TableMappings → rules[1].value',
    message: 'the schema becomes "_shop"',
    passing: () => task({}, {}, [schemaRule(action, '_shop', 'table')]),
  })),
];
