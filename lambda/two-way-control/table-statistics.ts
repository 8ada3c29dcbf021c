import {
  type DatabaseMigrationServiceClient, DescribeTableStatisticsCommand, type TableStatistics,
} from '@aws-sdk/client-database-migration-service';
import type { LegValidation } from './ports';

/** States in which DMS does not replicate a table, and does not begin to by itself. */
const NOT_REPLICATED = ['Table error', 'Table does not exist', 'Table cancelled'];

/** States of the validation that only somebody can end. */
const NOT_VALIDATED = ['No primary key', 'Table error', 'Error'];

/** States of the validation of a table that has not been compared once, and so has no records to count. */
const NOT_YET_VALIDATED = ['Preparing table', 'Pending validation', 'Pending revalidation'];

export async function statisticsOf(dms: DatabaseMigrationServiceClient, taskArn: string): Promise<TableStatistics[]> {
  const found: TableStatistics[] = [];
  let Marker: string | undefined;
  do {
    const page = await dms.send(new DescribeTableStatisticsCommand({ ReplicationTaskArn: taskArn, Marker }));
    found.push(...page.TableStatistics ?? []);
    Marker = page.Marker === '' ? undefined : page.Marker;
  } while (Marker !== undefined);
  return found;
}

/**
 * What the statistics of a task say of its validation.
 *
 * @param asOf up to when it has validated: a task that runs does it all the time
 */
export function validationIn(tables: readonly TableStatistics[], asOf: string | undefined): LegValidation {
  const sum = (count: (table: TableStatistics) => number | undefined): number =>
    tables.reduce((total, table) => total + (count(table) ?? 0), 0);
  const isIn = (states: readonly string[], state: string | undefined): boolean => states.includes(state ?? '');
  const enabled = tables.length > 0 && !tables.some(({ ValidationState: state }) => state === 'Not enabled');
  return {
    enabled,
    pendingRecords: sum(({ ValidationPendingRecords: records }) => records)
      + tables.filter(({ ValidationState: state }) => isIn(NOT_YET_VALIDATED, state)).length,
    failedRecords: sum(({ ValidationFailedRecords: records }) => records),
    suspendedRecords: sum(({ ValidationSuspendedRecords: records }) => records),
    tablesInError: tables
      .filter((table) => isIn(NOT_REPLICATED, table.TableState) || isIn(NOT_VALIDATED, table.ValidationState))
      .map(({ SchemaName, TableName }) => `${SchemaName}.${TableName}`),
    ...(enabled && asOf !== undefined ? { asOf } : {}),
  };
}
