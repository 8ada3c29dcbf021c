/**
 * The logical decoding plug-ins that DMS reads PostgreSQL's changes with. `pgoutput` is not among them.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
 */
export enum PostgresCdcPlugin {
  /** Ships with every PostgreSQL, and replicates tables with `REPLICA IDENTITY FULL` correctly. */
  TEST_DECODING = 'test-decoding',

  /** Decodes less per change, but has to be preloaded and created as an extension in the database first. */
  PGLOGICAL = 'pglogical',
}
