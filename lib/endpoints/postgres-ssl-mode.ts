/** How DMS verifies a PostgreSQL server. There is no unencrypted choice. */
export enum PostgresSslMode {
  /** Encrypted, without checking who the server is. */
  REQUIRE = 'require',

  /** Encrypted, and the server's certificate has to be signed by the given authority. */
  VERIFY_CA = 'verify-ca',

  /** As `VERIFY_CA`, and the certificate has to name the server. */
  VERIFY_FULL = 'verify-full',
}
