import { requireName, ruleJson, TableMappingRule } from './table-mapping-rule';
import { ColumnTransformationOptions } from './transformation';

/**
 * How data validation reads a column, where source and target write the same value differently.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Validating.html
 */
export class ColumnValidation extends TableMappingRule {
  /**
   * Compare what these SQL expressions give; the column is `${column-name}` in both.
   *
   * @param sourceFunction in the source's SQL, for example `REPLACE(${column-name}, chr(0), chr(32))`
   * @param targetFunction in the target's SQL
   */
  public static compareBy(
    schema: string,
    table: string,
    column: string,
    sourceFunction: string,
    targetFunction: string,
    options: ColumnTransformationOptions = {},
  ): ColumnValidation {
    return new ColumnValidation(ruleJson('validation', options, {
      'rule-target': 'column',
      'object-locator': {
        'schema-name': requireName('schema', schema),
        'table-name': requireName('table', table),
        'column-name': requireName('column', column),
        ...(options.dataType === undefined ? {} : { 'data-type': options.dataType.typeName }),
      },
      'rule-action': 'override-validation-function',
      'source-function': sourceFunction,
      'target-function': targetFunction,
    }));
  }

  private constructor(json: Record<string, unknown>) {
    super(json);
  }
}
