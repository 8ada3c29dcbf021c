import type { TwoWayMode } from './switch/switch-run';

/** The environment variable in which the functions find their `TwoWayConfiguration`, as JSON. */
export const CONFIGURATION_VARIABLE = 'TWO_WAY';

export type TwoWayEngine = 'postgres' | 'mysql' | 'oracle';

/** Everything that the handlers of a two-way replication need to know; without secrets. */
export interface TwoWayConfiguration {
  readonly mode: TwoWayMode;
  /** The first site is the one that the forward leg reads. */
  readonly sites: readonly [SiteConfiguration, SiteConfiguration];
  /** Names or patterns (`%`) of the tables in the schemas of the sites; in lower case. */
  readonly tables: readonly string[];
  readonly sequences: SequenceStrategy;
  readonly gates: GateLimits;
  readonly pauseLimitSeconds: number;
  readonly needsApproval: boolean;
  /** Absent where there is no AWS. */
  readonly aws?: AwsConfiguration;
}

export interface SiteConfiguration {
  readonly name: string;
  readonly engine: TwoWayEngine;
  /** The schema of the replicated tables, as the engine spells it. */
  readonly schema: string;
  /** A login with the keys host, port, dbname, username and password. */
  readonly secretArn?: string;
  /** The database, for Oracle the service, where the secret has no `dbname`. */
  readonly databaseName?: string;
  /** How the server is verified: `require` (the default: encrypted only), `verify-ca` or `verify-full`. */
  readonly sslMode?: string;
  /** PEM of the authority to verify with, besides those that Node.js trusts. */
  readonly certificateAuthority?: string;
  /** MySQL and Oracle: the user of DMS, whom neither fence nor triggers stop. */
  readonly replicationUser?: string;
  /** Oracle: a function of the user's own that does there what the switch asks for. */
  readonly functionArn?: string;
  /** PostgreSQL: the slot that the leg away from this site reads. */
  readonly slotName?: string;
  /** PostgreSQL: the plug-in of that slot. `test_decoding` for DMS, `pgoutput` for the local engine. */
  readonly slotPlugin?: string;
}

/** `interleaved`: site n of m takes every m-th number. `resynchronised`: raised above the old side's by a gap. */
export type SequenceStrategy =
  | { readonly kind: 'interleaved' }
  | { readonly kind: 'resynchronised'; readonly gap: number };

export interface GateLimits {
  readonly maxLagSeconds: number;
  /** A validation older than this does not count; 0 = validation is not asked for. */
  readonly maxValidationAgeHours: number;
  readonly maxTransactionSeconds: number;
  readonly maxSlotBytes: number;
}

export interface AwsConfiguration {
  readonly tableName: string;
  readonly forwardTaskArn: string;
  readonly backwardTaskArn: string;
}
