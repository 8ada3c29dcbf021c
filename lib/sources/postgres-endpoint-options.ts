import type { ICertificateRef } from 'aws-cdk-lib/aws-dms';
import type { Duration } from 'aws-cdk-lib/core';
import type { PostgresSslMode } from '../endpoints/postgres-ssl-mode';
import type { PostgresCdcPlugin } from './postgres-cdc-plugin';

/** How DMS reads a PostgreSQL database: the options of its source endpoint. */
export interface PostgresEndpointOptions {
  /**
   * The logical decoding plug-in.
   *
   * It is always written into the endpoint: left to itself, DMS switches to pglogical as soon as someone creates that
   * extension, and pglogical does not replicate tables with `REPLICA IDENTITY FULL` correctly.
   *
   * @default PostgresCdcPlugin.TEST_DECODING
   */
  readonly plugin?: PostgresCdcPlugin;

  /**
   * Name of a replication slot that you created yourself, to start from its position. DMS never drops such a slot.
   * The task needs a `cdcStartPosition` with it.
   *
   * @default - DMS creates a slot for each task, and drops it with the task
   */
  readonly slotName?: string;

  /**
   * Whether DDL is captured, through an event trigger and the table `awsdms_ddl_audit` in the source.
   *
   * A user who is not the master user needs these objects created in advance.
   *
   * @default true
   */
  readonly captureDdls?: boolean;

  /**
   * Schema of the objects that capture DDL.
   *
   * @default 'public'
   */
  readonly ddlArtifactsSchema?: string;

  /**
   * Whether DMS writes a heartbeat into the source.
   *
   * Without it the slot of a quiet database does not advance, and its write-ahead log grows until the disk is full.
   * Turn it off for a read replica, which cannot be written to.
   *
   * @default true
   */
  readonly heartbeat?: boolean;

  /**
   * Time between two heartbeats, in whole minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly heartbeatFrequency?: Duration;

  /**
   * Schema of the heartbeat's table.
   *
   * @default 'public'
   */
  readonly heartbeatSchema?: string;

  /**
   * Whether a value that is longer than the task's LOB limit fails the task instead of being cut off silently.
   * PostgreSQL's text, json, jsonb and array columns are LOBs to DMS.
   *
   * @default true
   */
  readonly failTasksOnLobTruncation?: boolean;

  /**
   * How long a statement of DMS may take on the source, in whole seconds.
   *
   * @default Duration.seconds(60)
   */
  readonly executeTimeout?: Duration;

  /**
   * Whether booleans stay booleans instead of becoming `'true'` and `'false'`. The target endpoint has to say the same.
   *
   * @default false
   */
  readonly mapBooleanAsBoolean?: boolean;

  /**
   * How DMS verifies the server.
   *
   * @default PostgresSslMode.REQUIRE
   */
  readonly sslMode?: PostgresSslMode;

  /**
   * The certificate authority that `VERIFY_CA` and `VERIFY_FULL` check against.
   *
   * @default - none
   */
  readonly certificate?: ICertificateRef;

  /**
   * Extra connection attributes, for settings that have no option here, such as `MapJsonbAsClob`.
   * An attribute that an option owns is refused.
   *
   * @default - none
   */
  readonly extraConnectionAttributes?: Record<string, string>;
}
