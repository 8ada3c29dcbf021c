import type { TableMappingDocument } from '../../../lib/table-mappings/document';
import { matchesPattern } from '../../../lib/table-mappings/wildcard';
import type { SourceTable } from '../source/catalog';
import type { BeforeImage, CopiedColumn } from './columns';
import { rulesOf } from './rules';
import { locates } from './transformation';

/**
 * The before-image columns of a table: one for each copied column that the rule's filter takes, named by prefix and
 * suffix around the name in the target. They are null wherever there is no value before: in a load and for inserts.
 *
 * @param source the table, for its key (`pk-only`)
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Transformations.html
 */
export function beforeImagesOf(
  mappings: TableMappingDocument,
  source: SourceTable,
  copied: readonly CopiedColumn[],
): BeforeImage[] {
  const rule = rulesOf(mappings, 'transformation').find((candidate) =>
    candidate['rule-action'] === 'add-before-image-columns' && locates(candidate['object-locator'], source));
  if (rule === undefined) return [];
  const {
    'column-prefix': prefix = 'BI_', 'column-suffix': suffix = '', 'column-filter': filter = 'pk-only',
  } = rule['before-image-def'] ?? {};
  return copied
    .filter((column) => matchesPattern(rule['object-locator']['column-name'] ?? '%', column.source))
    .map((column) => ({ ...column, name: prefix + column.name + suffix, isVoid: column.type.dms.endsWith('LOB') }))
    .filter(({ source: column, isVoid }) => filter === 'all' || (filter === 'non-lob' ? !isVoid : source.key.includes(column)));
}
