import { checkEndpoint, checkTask, checkTemplate } from '../../../lib/rules';
import { checkAddress, checkCredentials } from '../../../lib/rules/credentials';
import { databaseSection } from '../../../lib/rules/database-target';
import { isPostgres } from '../../../lib/rules/template';
import { Json, mutated } from './cases/good-template';

const brief = (findings: readonly { rule: string; path: string; message: string }[]): string[] =>
  findings.map(({ rule, path, message }) => `${rule} ${path}: ${message}`);

const secret = { SecretsManagerSecretId: 'secret', SecretsManagerAccessRoleArn: 'role' };
const BESIDE = 'SecretsManagerSecretId is given together with';

test.each<[Json, string[]]>([
  [{ MySqlSettings: secret }, []],
  [{ MySqlSettings: secret, Username: 'u', Password: 'p', ServerName: 's', Port: 1 }, [
    `credentials/secret-and-clear-text E.Username: ${BESIDE} Username, Password, ServerName, Port`,
    'credentials/plain-password E.Password: the password stands in the template',
  ]],
  [{ MySqlSettings: secret, ServerName: 's' }, [`credentials/secret-and-clear-text E.ServerName: ${BESIDE} ServerName`]],
  [{ MySqlSettings: secret, Password: { Ref: 'Password' } }, [`credentials/secret-and-clear-text E.Password: ${BESIDE} Password`]],
  [{ MySqlSettings: { SecretsManagerSecretId: 'secret' } },
    ['credentials/access-role E.MySqlSettings: SecretsManagerSecretId is given without SecretsManagerAccessRoleArn']],
  [{ MySqlSettings: { SecretsManagerAccessRoleArn: 'role' } },
    ['credentials/access-role E.MySqlSettings: SecretsManagerAccessRoleArn is given without SecretsManagerSecretId']],
  [{ MySqlSettings: {}, Username: 'u' }, []],
  [{ MySqlSettings: { Ref: 'Settings' }, Username: 'u' }, []],
  [{ MySqlSettings: 'text', Username: 'u' }, []],
  [{ Secret: { SecretsManagerSecretId: 'secret' } }, []],
])('the login of %j: %j', (properties, found) => {
  expect(brief(checkCredentials(properties, 'E'))).toEqual(found);
});

test.each<[Json, boolean]>([
  [{}, false], [{ ServerName: 'a' }, true], [{ ServerName: { Ref: 'Name' } }, true], [{ ServerName: null }, false],
  [{ MySqlSettings: {} }, false], [{ MySqlSettings: secret }, true], [{ MySqlSettings: { ServerName: 'a' } }, true],
  [{ MySqlSettings: { Ref: 'Settings' } }, true], [{ MySqlSettings: {}, OtherSettings: secret }, true], [{ Other: secret }, false],
])('a database has an address in %j: %j', (properties, known) => {
  expect(brief(checkAddress({ EngineName: 'mysql', ...properties }, 'E')))
    .toEqual(known ? [] : ['credentials/no-address E: there is neither a ServerName nor a SecretsManagerSecretId']);
  expect(checkAddress({ EngineName: 's3', ...properties }, 'E')).toEqual([]);
});

test.each<[string, string | undefined, boolean]>([
  ['postgres', 'PostgreSqlSettings', true], ['aurora-postgresql', 'PostgreSqlSettings', true],
  ['aurora-postgresql-serverless', 'PostgreSqlSettings', true], ['redshift', 'RedshiftSettings', false],
  ['redshift-serverless', 'RedshiftSettings', false], ['s3', undefined, false], ['mysql', undefined, false],
])('%s as a target is set up by %s, and is PostgreSQL: %j', (EngineName, section, postgres) => {
  expect([databaseSection({ EngineName }), isPostgres({ properties: { EngineName } })]).toEqual([section, postgres]);
});

const MAPPINGS = {
  rules: [{
    'rule-type': 'selection', 'rule-id': '1', 'rule-action': 'include', 'object-locator': { 'schema-name': 's', 'table-name': 't' },
  }],
};
const task = (metadata: unknown, target: Json, source?: Json): string[] => brief(checkTask({
  properties: {
    MigrationType: 'full-load',
    TableMappings: MAPPINGS,
    ReplicationTaskSettings: { TargetMetadata: metadata, FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' } },
  },
  source,
  target: { EngineName: 'postgres', EndpointType: 'target', ...target },
}));
const postgres = (settings: Json = {}, more: Json = {}): Json => ({ EngineName: 'postgres', PostgreSqlSettings: settings, ...more });
const LOB = 'database/lob-limit ReplicationTaskSettings → TargetMetadata.LobMaxSize: LobMaxSize is left out, which is 32 KB';
const SIDES = 'database/boolean-mapping TargetEndpointArn: MapBooleanAsBoolean is true on';

test.each<[string, unknown, Json, Json | undefined, string[]]>([
  ['no source', {}, {}, undefined, []],
  ['another source', {}, {}, { EngineName: 'mysql' }, []],
  ['a PostgreSQL source', {}, {}, postgres(), [LOB]],
  ['LOBs on', { SupportLobs: true }, {}, postgres(), [LOB]],
  ['LOBs off', { SupportLobs: false }, {}, postgres(), []],
  ['LOBs not known', { SupportLobs: '${Token[LOBS.1]}' }, {}, postgres(), []],
  ['whole LOBs', { FullLobMode: true, LimitedSizeLobMode: false }, {}, postgres(), []],
  ['no whole LOBs', { FullLobMode: false }, {}, postgres(), [LOB]],
  ['a limit', { LobMaxSize: 0 }, {}, postgres(), []],
  ['settings not known', { Ref: 'Metadata' }, {}, postgres(), []],
  ['booleans on the target by an attribute', { LobMaxSize: 1 },
    { ExtraConnectionAttributes: 'mapBooleanAsBoolean=true' }, postgres(), [`${SIDES} the target and not on the source: booleans arrive as text`]],
  ['booleans on both', { LobMaxSize: 1 },
    { ExtraConnectionAttributes: 'mapBooleanAsBoolean=true' }, postgres({ MapBooleanAsBoolean: 'true' }), []],
  ['booleans on the target not known', { LobMaxSize: 1 },
    { PostgreSqlSettings: { MapBooleanAsBoolean: { Ref: 'Map' } } }, postgres({ MapBooleanAsBoolean: true }), []],
  ['booleans on the source, into Redshift', { LobMaxSize: 1 }, { EngineName: 'redshift', RedshiftSettings: { MapBooleanAsBoolean: false } },
    postgres({ MapBooleanAsBoolean: true }), [`${SIDES} the source and not on the target: booleans arrive as text`]],
  ['booleans on both, into Redshift', { LobMaxSize: 1 }, { EngineName: 'redshift', RedshiftSettings: { MapBooleanAsBoolean: true } },
    postgres({ MapBooleanAsBoolean: true }), []],
])('a task into a database with %s', (_what, metadata, target, source, found) => {
  expect(task(metadata, target, source)).toEqual(found);
});

test('settings of a source only are not checked on a source, nor where they are not known', () => {
  const all = {
    SlotName: 's', PluginName: 'pglogical', HeartbeatEnable: true, HeartbeatFrequency: 1, HeartbeatSchema: 'h', CaptureDdls: true,
    DdlArtifactsSchema: 'd',
  };
  const rules = (EndpointType: string, PostgreSqlSettings: unknown): string[] =>
    checkEndpoint({ EngineName: 'postgres', EndpointType, SslMode: 'require', PostgreSqlSettings }).map(({ path }) => path);
  expect(rules('source', all)).toEqual([]);
  expect(rules('target', { Ref: 'Settings' })).toEqual([]);
  expect(rules('target', all)).toEqual(Object.keys(all).map((key) => `PostgreSqlSettings.${key}`));
});

const EVENTS = 'events/topic-key Resources.Subscription.Properties.SnsTopicArn: Topic is encrypted with';
const keyPolicy = (...statements: Json[]): unknown => ({ Statement: statements });
const use = (Service: unknown, Effect = 'Allow'): Json => ({ Effect, Action: 'kms:*', Principal: { Service } });
const NOT_ALLOWED = [`${EVENTS} TopicKey, which lets no service dms.amazonaws.com use it`];

test.each<[string, string, unknown, string[]]>([
  ['the key of SNS', 'Topic.KmsMasterKeyId', 'alias/aws/sns', [`${EVENTS} alias/aws/sns`]],
  ['the ARN of the key of SNS', 'Topic.KmsMasterKeyId', 'arn:aws:kms:eu-west-1:1:alias/aws/sns', [`${EVENTS} alias/aws/sns`]],
  ['a key of another stack', 'Topic.KmsMasterKeyId', 'alias/mine', []],
  ['a key that DMS may use', 'TopicKey.KeyPolicy', keyPolicy(use('dms.amazonaws.com')), []],
  ['a key that DMS and others may use', 'TopicKey.KeyPolicy', keyPolicy(use('a'), use(['b', 'dms.amazonaws.com.cn'])), []],
  ['a key that others may use', 'TopicKey.KeyPolicy', keyPolicy(use('adms.amazonaws.com')), NOT_ALLOWED],
  ['a key that DMS is denied', 'TopicKey.KeyPolicy', keyPolicy(use('dms.amazonaws.com', 'Deny')), NOT_ALLOWED],
  ['a key that nobody may use', 'TopicKey.KeyPolicy', keyPolicy(), NOT_ALLOWED],
  ['a key for somebody not known', 'TopicKey.KeyPolicy', keyPolicy(use({ Ref: 'Service' })), []],
])('events to a topic with %s', (_what, path, value, found) => {
  expect(brief(checkTemplate(mutated(path, value)))).toEqual(found);
});

test('a subscription to instances takes no tasks', () => {
  const template = mutated('Subscription.SourceType', 'replication-instance');
  template.Resources.Subscription!.Properties.EventCategories = ['failover'];
  expect(brief(checkTemplate(template))).toEqual(['events/source-kind Resources.Subscription.Properties.SourceIds[0]: the source '
    + 'is an AWS::DMS::ReplicationTask and SourceType is "replication-instance"']);
});
