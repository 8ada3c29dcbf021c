import { isRecord } from '../private/json';
import { at, defineRules, Finding, finding } from './finding';
import { asText, CfnProperties, isLeftOut, isSet, isUnresolved } from './values';

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
    'plain-password': {
      severity: 'warning',
      reason: 'A password in a template can be read by everybody who can read the stack.',
      fix: 'put the login into a secret and give SecretsManagerSecretId',
    },
  });

const CLEAR_TEXT = ['Username', 'Password', 'ServerName', 'Port'];

/** Checks how an endpoint logs in. */
export function checkCredentials(properties: CfnProperties, path: string = ''): Finding[] {
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
    ...(isSet(secret) && isLeftOut(role) ? [finding(CREDENTIAL_RULES['access-role'], settingsPath,
      'SecretsManagerSecretId is given without SecretsManagerAccessRoleArn')] : []),
    ...(isSet(role) && isLeftOut(secret) ? [finding(CREDENTIAL_RULES['access-role'], settingsPath,
      'SecretsManagerAccessRoleArn is given without SecretsManagerSecretId')] : []),
  ];
}
