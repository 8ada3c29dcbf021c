import type { TableMappingDocument } from '../../../lib/table-mappings/document';
import type { SourceTable } from '../source/catalog';
import { rulesOf } from './rules';
import type { TransformableColumn } from './transformation';
import { locates, locatesColumn } from './transformation';

/**
 * Whether a column is compared as it is. A rule with `override-validation-function` says that the two sides differ by
 * design; its functions are in the SQL of the engines that DMS asks (Athena for S3), so the column is left out here. In
 * a primary key such a rule is documented to have no effect.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Validating.html
 */
export function isValidated(
  mappings: TableMappingDocument,
  table: SourceTable,
  column: TransformableColumn,
): boolean {
  return table.key.includes(column.name) || !rulesOf(mappings, 'validation').some((rule) =>
    locates(rule['object-locator'], table) && locatesColumn(rule, column));
}
