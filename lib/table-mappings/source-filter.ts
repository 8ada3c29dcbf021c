import { FilterConditionDefinition, FilterOperator, SourceFilterDefinition } from './document';
import { requireName } from './table-mapping-rule';

/**
 * One comparison of a source filter. Values are text, as DMS reads them: numbers as `"100"`, dates as
 * `"2024-12-31"`, times as `"2024-12-31 23:59:59.999"`.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.Filters.html
 */
export class FilterCondition {
  /** Rows whose value lies between the two, both included. */
  public static between(start: string, end: string): FilterCondition {
    return new FilterCondition('between', undefined, start, end);
  }

  /** Rows whose value lies outside the two. */
  public static notBetween(start: string, end: string): FilterCondition {
    return new FilterCondition('notbetween', undefined, start, end);
  }

  /** Rows whose value is `value`. */
  public static equalTo(value: string): FilterCondition {
    return new FilterCondition('eq', value);
  }

  /** Rows whose value is anything but `value`. */
  public static notEqualTo(value: string): FilterCondition {
    return new FilterCondition('noteq', value);
  }

  /** Rows whose value is `value` or less. */
  public static atMost(value: string): FilterCondition {
    return new FilterCondition('lte', value);
  }

  /** Rows whose value is `value` or more. */
  public static atLeast(value: string): FilterCondition {
    return new FilterCondition('gte', value);
  }

  /** Rows without a value. */
  public static isNull(): FilterCondition {
    return new FilterCondition('null');
  }

  /** Rows with a value. */
  public static isNotNull(): FilterCondition {
    return new FilterCondition('notnull');
  }

  private constructor(
    private readonly operator: FilterOperator,
    private readonly value?: string,
    private readonly start?: string,
    private readonly end?: string,
  ) {}

  /** The condition as it stands in the document. */
  public toJson(): unknown {
    const json: FilterConditionDefinition = {
      'filter-operator': this.operator,
      ...(this.value === undefined ? {} : { value: this.value }),
      ...(this.start === undefined ? {} : { 'start-value': this.start, 'end-value': this.end }),
    };
    return json;
  }
}

/**
 * Restricts the rows of one table by one column. One of the conditions must hold; the filters of a selection must all
 * hold. Filter only columns that never change after the insert: a row whose value changes later is not moved in or
 * out.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.Filters.html
 */
export class SourceFilter {
  /**
   * Rows for which one of `conditions` holds.
   *
   * @param column the source column, in the case the source uses; not a LOB column
   * @throws when no condition is given
   */
  public static on(column: string, ...conditions: FilterCondition[]): SourceFilter {
    if (conditions.length === 0) {
      throw new Error(`the filter on column ${JSON.stringify(column)} has no condition: give at least one, `
        + 'for example FilterCondition.atLeast("100")');
    }
    return new SourceFilter(requireName('filter column', column), [...conditions]);
  }

  private constructor(private readonly column: string, private readonly conditions: FilterCondition[]) {}

  /** The filter as it stands in the document. */
  public toJson(): unknown {
    const json: SourceFilterDefinition = {
      'filter-type': 'source',
      'column-name': this.column,
      'filter-conditions': this.conditions.map((condition) => condition.toJson() as FilterConditionDefinition),
    };
    return json;
  }
}
