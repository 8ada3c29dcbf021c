import * as rds from 'aws-cdk-lib/aws-rds';
import type { CfnResource, Duration } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { renderedProperties, validateWith } from '../private/validation';
import { checkParameterGroup } from '../rules';
import type { Finding } from '../rules/finding';
import { PostgresCdcPlugin } from './postgres-cdc-plugin';

/** What RDS gives a PostgreSQL 13 or later for slots and senders: sizing must not lower it. */
const RDS_DEFAULT_SLOTS = 20;
const SLOTS_PER_TASK = 2;
/** PostgreSQL's defaults: 4 logical replication, 3 autovacuum and 8 parallel workers. */
const OTHER_WORKER_PROCESSES = 15;
const LEAST_WORKER_PROCESSES = 32;
const WAL_SENDER_TIMEOUT_MILLIS = 60_000;

/** How to size a PostgreSQL server for DMS change capture. */
export interface PostgresCdcParametersProps {
  /**
   * Replication tasks that will read changes from this server at the same time.
   *
   * Slots and WAL senders are sized to twice this, because a task that is being replaced keeps its slot until it is
   * gone, and never below RDS's own default of 20.
   *
   * @default 1
   */
  readonly maxTasks?: number;

  /**
   * After how long without an answer the server ends a replication connection. `Duration.millis(0)` means never.
   *
   * DMS fails below 10 seconds, and recommends to stay below 5 minutes so that a failover of the replication instance
   * is not held up by the dead connection.
   *
   * @default Duration.seconds(60) - time enough for a busy replication instance, and a dead connection frees its slot
   */
  readonly walSenderTimeout?: Duration;

  /**
   * Background processes of the server. Has to cover logical replication, autovacuum and parallel workers together.
   *
   * @default - 32, more when `maxTasks` asks for it; raise it on instances with more than 16 vCPU, where RDS's own
   * default (twice the vCPU) is larger
   */
  readonly maxWorkerProcesses?: number;

  /**
   * The logical decoding plug-in. `PGLOGICAL` is preloaded; the extension still has to be created in the database.
   *
   * @default PostgresCdcPlugin.TEST_DECODING
   */
  readonly plugin?: PostgresCdcPlugin;
}

/**
 * The server parameters that DMS change capture needs, usable with or without `PostgresCdcSource`.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
 */
export class PostgresCdcParameters {
  /** For the DB parameter group of an RDS for PostgreSQL instance. The first change needs a reboot: it is static. */
  public static forInstance(props: PostgresCdcParametersProps = {}): PostgresCdcParameters {
    return new PostgresCdcParameters({ 'rds.logical_replication': '1', ...sized(props) });
  }

  /** For the DB *cluster* parameter group of Aurora PostgreSQL. DMS needs synchronous commits there. */
  public static forCluster(props: PostgresCdcParametersProps = {}): PostgresCdcParameters {
    return new PostgresCdcParameters({
      'rds.logical_replication': '1',
      synchronous_commit: 'on',
      ...sized(props),
    });
  }

  /** For the `postgresql.conf` of a server that you run yourself. */
  public static forSelfManaged(props: PostgresCdcParametersProps = {}): PostgresCdcParameters {
    return new PostgresCdcParameters({ wal_level: 'logical', ...sized(props) });
  }

  private constructor(private readonly parameters: Record<string, string>) {}

  /** The parameters by name, with PostgreSQL's units (milliseconds for timeouts). */
  public toParameters(): Record<string, string> {
    return { ...this.parameters };
  }

  /** Lines for `postgresql.conf`. */
  public toConfiguration(): string {
    return Object.entries(this.parameters)
      .map(([name, value]) => `${name} = '${value}'`)
      .join('\n');
  }

  /** Adds the parameters to a parameter group of your own, which is then checked at synth like a created one. */
  public applyTo(parameterGroup: rds.IParameterGroup): void {
    Object.entries(this.parameters).forEach(([name, value]) => parameterGroup.addParameter(name, value));
    validateWith(parameterGroup, () => parameterGroupFindings(parameterGroup));
  }
}

/** The findings for a parameter group as it is rendered; `tasks` is how many replication tasks are known to use it. */
export function parameterGroupFindings(parameterGroup: IConstruct, tasks?: number): Finding[] {
  return parameterGroup.node.children
    .filter(isRenderedGroup)
    .flatMap((group) => checkParameterGroup(parametersOf(group), { tasks }, 'Parameters'));
}

function isRenderedGroup(child: unknown): child is CfnResource {
  return rds.CfnDBParameterGroup.isCfnDBParameterGroup(child)
    || rds.CfnDBClusterParameterGroup.isCfnDBClusterParameterGroup(child);
}

function parametersOf(group: CfnResource): Record<string, unknown> {
  return (renderedProperties(group)['Parameters'] ?? {}) as Record<string, unknown>;
}

function sized(props: PostgresCdcParametersProps): Record<string, string> {
  const maxTasks = props.maxTasks ?? 1;
  if (!Number.isInteger(maxTasks) || maxTasks < 1) {
    throw new Error(`maxTasks is ${maxTasks}: give a whole number of replication tasks, 1 or more`);
  }
  const slots = `${Math.max(RDS_DEFAULT_SLOTS, maxTasks * SLOTS_PER_TASK)}`;
  const workers = props.maxWorkerProcesses ?? Math.max(LEAST_WORKER_PROCESSES, OTHER_WORKER_PROCESSES + maxTasks);
  return {
    max_replication_slots: slots,
    max_wal_senders: slots,
    max_worker_processes: `${workers}`,
    wal_sender_timeout: `${props.walSenderTimeout?.toMilliseconds() ?? WAL_SENDER_TIMEOUT_MILLIS}`,
    ...preloaded(props.plugin),
  };
}

/** Setting the list replaces RDS's own, so what RDS preloads by default is named again. */
function preloaded(plugin?: PostgresCdcPlugin): Record<string, string> {
  return plugin === PostgresCdcPlugin.PGLOGICAL ? { shared_preload_libraries: 'pg_stat_statements,pglogical' } : {};
}
