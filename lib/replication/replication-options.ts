import type { IReplicationSource } from '../sources/replication-source';
import type { TableMappings } from '../table-mappings';
import type { IReplicationTarget } from '../targets/replication-target';
import type { TaskSettings } from '../task-settings';
import type { MigrationType } from './migration-type';
import type { TaskLifecycleOptions } from './task-lifecycle-options';

/** What is moved, from where to where: the same on a replication instance and on DMS Serverless. */
export interface ReplicationOptions {
  /** The database that is read. Changing it replaces the replication, which loads every table again. */
  readonly source: IReplicationSource;

  /** The place that is written. Changing it replaces the replication, which loads every table again. */
  readonly target: IReplicationTarget;

  /** Which tables are replicated, and how they change on the way. */
  readonly tableMappings: TableMappings;

  /**
   * Settings of the replication. They rank above those that source and target bring along.
   *
   * @default - target tables are left as they are, capture and apply are logged, and whatever source and target ask for
   */
  readonly taskSettings?: TaskSettings;

  /**
   * Whether rows, changes or both are moved. Changing it replaces the replication.
   *
   * @default MigrationType.FULL_LOAD_AND_CDC
   */
  readonly migrationType?: MigrationType;

  /**
   * Whether deployments start, stop and resume the replication. Without it, it has to be started by hand, and to be
   * stopped by hand before every deployment that changes it, its endpoints or its compute.
   *
   * @default true
   */
  readonly manageLifecycle?: boolean;

  /**
   * What a deployment does to the replication.
   *
   * @default - it starts it once both connections passed their test, stops it for changes and resumes it, and never
   * loads again
   */
  readonly lifecycle?: TaskLifecycleOptions;
}
