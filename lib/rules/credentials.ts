import { isRecord } from '../private/json';
import { isDatabase } from './engine';
import { at, defineRules, Finding, finding } from './finding';
import { directReference } from './references';
import { asText, CfnProperties, isLeftOut, isSet, isUnresolved, section } from './values';

/** The rules for how an endpoint logs in. */
export const CREDENTIAL_RULES = defineRules('credentials',
  'https://docs.aws.amazon.com/dms/latest/userguide/security_iam_secretsmanager.html', {
    'secret-and-clear-text': {
      reason: 'A secret holds user, password, host and port; DMS refuses them beside it.',
      fix: 'remove the clear-text properties, or the secret',
    },
    'access-role': {
      reason: 'DMS reads a secret through a role that it is given with it.',
      fix: 'give SecretsManagerAccessRoleArn and SecretsManagerSecretId together',
    },
    'managed-secret': {
      reason: 'The secret that RDS manages for a master user holds no host and no port, which DMS needs.',
      fix: 'make a secret with username, password, host and port',
    },
    'no-address': {
      reason: 'A database is reached by the address that its endpoint has, or that the secret holds.',
      fix: 'give SecretsManagerSecretId and SecretsManagerAccessRoleArn, or ServerName and Port',
    },
    'plain-password': {
      severity: 'warning',
      reason: 'A password in a template can be read by everybody who can read the stack.',
      fix: 'put the login into a secret and give SecretsManagerSecretId',
    },
  });

const CLEAR_TEXT = ['Username', 'Password', 'ServerName', 'Port'];

/** Checks how an endpoint logs in. */
export function checkCredentials(properties: CfnProperties, path: string): Finding[] {
  const password = asText(properties.Password);
  return [
    ...Object.entries(properties).flatMap(([key, value]) => key.endsWith('Settings') && isRecord(value)
      ? checkSecret(value, properties, at(path, key), path)
      : []),
    ...(password !== undefined ? [finding(CREDENTIAL_RULES['plain-password'], at(path, 'Password'),
      'the password stands in the template')] : []),
  ];
}

function checkSecret(
  settings: Readonly<Record<string, unknown>>, properties: CfnProperties, settingsPath: string, path: string,
): Finding[] {
  if (isUnresolved(settings)) return [];
  const { SecretsManagerSecretId: secret, SecretsManagerAccessRoleArn: role } = settings;
  const clear = isSet(secret) ? CLEAR_TEXT.filter((key) => isSet(properties[key])) : [];
  return [
    ...(clear.length > 0 ? [finding(CREDENTIAL_RULES['secret-and-clear-text'], at(path, clear[0]!),
      `SecretsManagerSecretId is given together with ${clear.join(', ')}`)] : []),
    ...(directReference(secret)?.attribute === 'MasterUserSecret.SecretArn' ? [finding(CREDENTIAL_RULES['managed-secret'],
      at(settingsPath, 'SecretsManagerSecretId'), 'the secret is the one that RDS manages for the master user')] : []),
    ...(isSet(secret) && isLeftOut(role) ? [finding(CREDENTIAL_RULES['access-role'], settingsPath,
      'SecretsManagerSecretId is given without SecretsManagerAccessRoleArn')] : []),
    ...(isSet(role) && isLeftOut(secret) ? [finding(CREDENTIAL_RULES['access-role'], settingsPath,
      'SecretsManagerAccessRoleArn is given without SecretsManagerSecretId')] : []),
  ];
}

/** Checks that an endpoint of a database says where the database is. */
export function checkAddress(properties: CfnProperties, path: string): Finding[] {
  const sections = Object.entries(properties).filter(([key]) => key.endsWith('Settings')).map(([, value]) => value);
  const known = !isLeftOut(properties.ServerName) || sections.some((value) => isUnresolved(value)
    || !isLeftOut(section(value).SecretsManagerSecretId) || !isLeftOut(section(value).ServerName));
  return known || !isDatabase(properties) ? [] : [finding(CREDENTIAL_RULES['no-address'], path,
    'there is neither a ServerName nor a SecretsManagerSecretId')];
}
