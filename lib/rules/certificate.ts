import { at, defineRules, Finding, finding } from './finding';
import { asText, CfnProperties, isLeftOut, isSet } from './values';

/** The rules for certificates, and for endpoints that verify with one. */
export const CERTIFICATE_RULES = defineRules('certificate',
  'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.SSL.html', {
    missing: {
      reason: 'A server is verified with the certificate of the authority that it trusts.',
      fix: 'give CertificateArn, or set SslMode to require',
    },
    content: {
      reason: 'A certificate is text in PEM form, or an Oracle wallet.',
      fix: 'give one of CertificatePem and CertificateWallet',
    },
    pem: {
      reason: 'DMS refuses text that is no certificate in PEM form.',
      fix: 'give the whole text, from -----BEGIN CERTIFICATE----- on',
    },
  });

/** Engines of which DMS verifies the server with a certificate that it is given. */
const VERIFYING_ENGINES = [
  'postgres', 'aurora-postgresql', 'aurora-postgresql-serverless', 'mysql', 'mariadb', 'aurora', 'aurora-serverless',
  'sqlserver', 'oracle', 'db2', 'docdb', 'mongodb', 'sybase',
];

/** Checks that an endpoint which verifies its server has something to verify it with. */
export function checkVerification(properties: CfnProperties, path: string): Finding[] {
  const { EngineName, SslMode, CertificateArn } = properties;
  const verifies = (SslMode === 'verify-ca' || SslMode === 'verify-full') && VERIFYING_ENGINES.includes(String(EngineName));
  return verifies && isLeftOut(CertificateArn) ? [finding(CERTIFICATE_RULES.missing, at(path, 'CertificateArn'),
    `SslMode is ${SslMode} without CertificateArn`)] : [];
}

/** Checks the properties of an `AWS::DMS::Certificate`. */
export function checkCertificate(properties: CfnProperties, path: string = ''): Finding[] {
  const { CertificatePem, CertificateWallet } = properties;
  const pem = asText(CertificatePem);
  const both = isSet(CertificatePem) && isSet(CertificateWallet);
  const neither = isLeftOut(CertificatePem) && isLeftOut(CertificateWallet);
  return [
    ...(both || neither ? [finding(CERTIFICATE_RULES.content, path,
      `${both ? 'both' : 'none'} of CertificatePem and CertificateWallet ${both ? 'are' : 'is'} given`)] : []),
    ...(pem !== undefined && !pem.includes('-----BEGIN CERTIFICATE-----') ? [finding(CERTIFICATE_RULES.pem,
      at(path, 'CertificatePem'), 'there is no -----BEGIN CERTIFICATE----- in the text')] : []),
  ];
}
