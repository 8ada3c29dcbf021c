import type { PostProcessingRule, TableMappingDocument, TagDefinition } from '../../../lib/table-mappings/document';
import { hasWildcard, matchesPattern } from '../../../lib/table-mappings/wildcard';
import type { TableName } from '../source/names';

/**
 * The tags that the S3 objects of a table get: those of the rule that matches it best, which is the one with more exact
 * names, then the one with more characters that are no wildcard, then the first of the document. `${schema-name}` and
 * `${table-name}` are the names in the source.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html#CHAP_Target.S3.Tagging
 */
export function tagsOf(mappings: TableMappingDocument, table: TableName): readonly TagDefinition[] {
  const matching = mappings.rules
    .filter((rule): rule is PostProcessingRule => rule['rule-type'] === 'post-processing')
    .filter((rule) => namesOf(rule).every((pattern, i) => matchesPattern(pattern, [table.schema, table.name][i]!)))
    // sort is stable: of equals the first stays first.
    .sort((one, other) => exactNames(other) - exactNames(one) || literals(other) - literals(one));
  const filled = (text: string): string =>
    text.replaceAll('${schema-name}', () => table.schema).replaceAll('${table-name}', () => table.name);
  return (matching[0]?.['tag-set'] ?? []).map(({ key, value }) => ({ key: filled(key), value: filled(value) }));
}

const namesOf = ({ 'object-locator': locator }: PostProcessingRule): string[] =>
  [locator['schema-name'], locator['table-name']];
const exactNames = (rule: PostProcessingRule): number => namesOf(rule).filter((name) => !hasWildcard(name)).length;
const literals = (rule: PostProcessingRule): number => namesOf(rule).join('').replaceAll(/\[[^\]]+\]|[%_]/g, '').length;
