export * from './catalog/glue-catalog';
export * from './catalog/glue-catalog-table';
export * from './endpoints/dms-secret';
export * from './endpoints/postgres-database-options';
export * from './endpoints/postgres-ssl-mode';
export * from './monitoring/alarm-options';
export * from './monitoring/alarm-thresholds';
export * from './monitoring/pipeline-monitoring';
export * from './monitoring/pipeline-monitoring-props';
export * from './monitoring/replication-instance-metrics';
export * from './monitoring/replication-task-metrics';
export * from './monitoring/source-database-metrics';
export * from './replication/dms-replication-pipeline';
export * from './replication/dms-service-roles';
export * from './replication/dms-vpc-endpoints';
export * from './replication/migration-type';
export * from './replication/replication-instance';
export * from './replication/replication-instance-class';
export * from './replication/replication-task';
export * from './replication/task-lifecycle';
export * from './sources/existing-postgres';
export { PostgresCdcParameters, type PostgresCdcParametersProps } from './sources/postgres-cdc-parameters';
export * from './sources/postgres-cdc-plugin';
export * from './sources/postgres-cdc-source';
export * from './sources/postgres-endpoint-options';
export * from './sources/postgres-source';
export * from './sources/replication-source';
export type {
  ISelfManagedPostgresSource,
  PostgresServerConfiguration,
  SelfManagedPostgresProps,
} from './sources/self-managed-postgres';
export * from './stacks/environment-config';
export * from './stacks/pipeline-stage';
export * from './stacks/rds-to-s3-stack';
export * from './table-mappings';
export * from './targets/parquet-lake';
export * from './targets/postgres-target';
export * from './targets/postgres-target-options';
export * from './targets/redshift-target';
export * from './targets/redshift-target-props';
export * from './targets/redshift-warehouse';
export * from './targets/replication-target';
export * from './targets/s3-parquet-options';
export * from './targets/s3-parquet-target';
export * from './targets/s3-parquet-target-props';
export * from './task-settings';
