import { requireName, ruleJson, TableMappingRule } from './table-mapping-rule';
import { TableMappingRuleOptions } from './table-selection';
import { MAX_TAGS } from './vocabulary';

/**
 * Tags for the S3 objects that a table becomes. Of several rules that match a table the most exact one counts.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html#CHAP_Target.S3.Tagging
 */
export class ObjectTags extends TableMappingRule {
  /**
   * Tag the objects of the tables that match. Keys and values may hold `${schema-name}` and `${table-name}`.
   *
   * @throws when there are no tags or more than ten
   */
  public static add(
    schema: string, table: string, tags: Record<string, string>, options: TableMappingRuleOptions = {},
  ): ObjectTags {
    const entries = Object.entries(tags);
    if (entries.length === 0 || entries.length > MAX_TAGS) {
      throw new Error(`there are ${entries.length} tags for ${schema}.${table}: an S3 object takes 1 to ${MAX_TAGS}`);
    }
    return new ObjectTags(ruleJson('post-processing', options, {
      'rule-action': 'add-tag',
      'object-locator': { 'schema-name': requireName('schema', schema), 'table-name': requireName('table', table) },
      'tag-set': entries.map(([key, value]) => ({ key, value })),
    }));
  }

  private constructor(json: Record<string, unknown>) {
    super(json);
  }
}
