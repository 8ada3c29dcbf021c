import type { ICertificateRef } from 'aws-cdk-lib/aws-dms';
import type { Construct } from 'constructs';
import { PostgresSslMode } from '../endpoints/postgres-ssl-mode';
import { fail } from './validation';

/** How a PostgreSQL endpoint uses TLS; without a choice it does, whoever the server is. */
export function tlsProperties(
  scope: Construct, mode: PostgresSslMode = PostgresSslMode.REQUIRE, certificate?: ICertificateRef,
): { readonly sslMode: string; readonly certificateArn?: string } {
  if (mode !== PostgresSslMode.REQUIRE && certificate === undefined) {
    fail(scope, `sslMode is ${mode} without a certificate: DMS has nothing to verify the server with; `
      + 'pass certificate, or use PostgresSslMode.REQUIRE');
  }
  return { sslMode: mode, certificateArn: certificate?.certificateRef.certificateArn };
}
