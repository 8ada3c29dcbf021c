import type { TableMappingDocument, TransformationRule } from '../../../lib/table-mappings/document';
import { UsageError } from '../../errors';
import type { SourceTable } from '../source/catalog';
import { titleOf } from '../source/names';
import type { CopiedColumn } from './columns';
import { namesTable, rulesOf } from './rules';

/**
 * The source columns that tell the rows of the target apart. Files have no keys, so that `define-primary-key` matters
 * only to the comparison, and there only for a table whose changes carry no key of the source.
 *
 * @param names all columns of the target, those that rules add among them
 * @throws {UsageError} when a rule defines a key of columns that the target does not have
 */
export function keyOf(
  mappings: TableMappingDocument,
  source: SourceTable,
  copied: readonly CopiedColumn[],
  names: readonly string[],
): readonly string[] {
  const rule = ruleOf(mappings, source);
  const columns = definedKeyOf(mappings, source);
  const missing = columns.find((column) => !names.includes(column));
  if (missing !== undefined) {
    throw new UsageError(
      `rule ${rule!['rule-id']}: define-primary-key of ${titleOf(source)}: the target has no column "${missing}"; it has ${names.join(', ')}`,
    );
  }
  if (source.key.length > 0) return source.key;
  const ofSource = columns.map((column) => copied.find(({ name }) => name === column)?.source);
  // A column that a rule adds is not in the source to be compared.
  return ofSource.every((column) => column !== undefined) ? ofSource : [];
}

/** The columns of the target that `define-primary-key` names: a database gets them as its primary key. */
export function definedKeyOf(mappings: TableMappingDocument, source: SourceTable): readonly string[] {
  return ruleOf(mappings, source)?.['primary-key-def']?.columns ?? [];
}

function ruleOf(mappings: TableMappingDocument, source: SourceTable): TransformationRule | undefined {
  return rulesOf(mappings, 'transformation').find((candidate) =>
    candidate['rule-action'] === 'define-primary-key' && namesTable(candidate['object-locator'], source));
}
