import { checkVerification } from './certificate';
import { checkCredentials } from './credentials';
import { checkEngine } from './engine';
import { at, defineRules, Finding, finding } from './finding';
import { checkPostgresEndpoint } from './postgres-source';
import { checkPostgresTarget } from './postgres-target';
import { checkRedshiftEndpoint, isRedshift } from './redshift-target';
import { checkS3Endpoint } from './s3-target';
import { isPostgres } from './template';
import { asText, CfnProperties, didYouMean, oneOf, shown } from './values';

/** The rules for endpoints of every engine. */
export const ENDPOINT_RULES = defineRules('endpoint',
  'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dms-endpoint.html', {
    'unknown-value': {
      reason: 'The type and the SSL mode of an endpoint are closed lists.',
      fix: 'use one of the documented values',
    },
  });

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  EndpointType: ['source', 'target'],
  SslMode: ['none', 'require', 'verify-ca', 'verify-full'],
};

/** Checks the properties of an `AWS::DMS::Endpoint`. */
export function checkEndpoint(properties: CfnProperties, path: string = ''): Finding[] {
  return [
    ...Object.entries(CHOICES).flatMap(([key, allowed]) => {
      const value = asText(properties[key]);
      return value === undefined || allowed.includes(value) ? [] : [finding(ENDPOINT_RULES['unknown-value'],
        at(path, key), `${shown(value)} is not allowed${didYouMean(value, allowed)}: it is ${oneOf(allowed)}`)];
    }),
    ...checkEngine(properties, path),
    ...checkCredentials(properties, path),
    ...checkVerification(properties, path),
    ...(isPostgres({ properties }) ? checkPostgresEndpoint(properties, path) : []),
    ...(isPostgres({ properties }) ? checkPostgresTarget(properties, path) : []),
    ...(isRedshift(properties) ? checkRedshiftEndpoint(properties, path) : []),
    ...(properties.EngineName === 's3' ? checkS3Endpoint(properties, path) : []),
  ];
}
