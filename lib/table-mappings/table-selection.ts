import { SourceFilter } from './source-filter';
import { requireName, ruleJson, TableMappingRule } from './table-mapping-rule';
import { MAX_LOAD_ORDER } from './vocabulary';
import { looksLikePattern } from './wildcard';

/** What kind of object a selection is about. */
export enum SelectedTableType {
  /** Tables only. */
  TABLE = 'table',
  /** Views only; DMS reads them in full-load tasks only. */
  VIEW = 'view',
  /** Tables and views. */
  ALL = 'all',
}

/** What every rule may be given. */
export interface TableMappingRuleOptions {
  /**
   * The rule's id, digits only. Where two transformations meet one object the lower id wins.
   *
   * @default - given automatically, in order, starting at 1
   */
  readonly ruleId?: string;

  /**
   * The rule's name, unique in the mapping.
   *
   * @default - the rule's id
   */
  readonly ruleName?: string;
}

/** Options of a selection that excludes tables. */
export interface TableExclusionOptions extends TableMappingRuleOptions {
  /**
   * Tables, views or both.
   *
   * @default - tables (what DMS assumes when the key is left out)
   */
  readonly tableType?: SelectedTableType;
}

/** Options of a selection that names one table exactly. */
export interface ExplicitTableOptions extends TableExclusionOptions {
  /**
   * When the tables are loaded: tables with a higher number first, 1 to 2147483647.
   *
   * @default - DMS decides
   */
  readonly loadOrder?: number;
}

/** Options of a selection that takes tables. */
export interface TableSelectionOptions extends ExplicitTableOptions {
  /**
   * Restrict the rows; all filters must hold. Needs an exact table name. With PostgreSQL, filter on primary-key
   * columns or deletes are lost.
   *
   * @default - every row
   */
  readonly filters?: SourceFilter[];
}

/**
 * Says which tables are migrated. A mapping needs at least one.
 *
 * Names are patterns: `%` is any number of characters and `_` is exactly one, so `my_table` also takes `my-table`;
 * write `my[_]table` for that name alone. Case matters.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Selections.html
 */
export class TableSelection extends TableMappingRule {
  /**
   * Migrate the tables that match.
   *
   * @throws when there are filters and the table name is a pattern, or the load order is out of range
   */
  public static include(schema: string, table: string, options: TableSelectionOptions = {}): TableSelection {
    if (options.filters && options.filters.length > 0 && looksLikePattern(table)) {
      throw new Error(`the selection of ${schema}.${table} has filters and a wildcard in its table name: `
        + 'DMS filters exact table names only; write one selection for each table');
    }
    return new TableSelection('include', schema, table, options);
  }

  /** Leave out the tables that match, whatever an include says. */
  public static exclude(schema: string, table: string, options: TableExclusionOptions = {}): TableSelection {
    return new TableSelection('exclude', schema, table, options);
  }

  /**
   * Migrate exactly this table.
   *
   * @jsii suppress JSII5018 the action's name in DMS
   * @throws when a name has a wildcard
   */
  public static explicit(schema: string, table: string, options: ExplicitTableOptions = {}): TableSelection {
    if (looksLikePattern(schema) || looksLikePattern(table)) {
      throw new Error(`the explicit selection of ${schema}.${table} has a wildcard: `
        + 'explicit takes exact names; use TableSelection.include for patterns');
    }
    return new TableSelection('explicit', schema, table, options);
  }

  private constructor(action: string, schema: string, table: string, options: TableSelectionOptions) {
    super(ruleJson('selection', options, {
      'rule-action': action,
      'object-locator': {
        'schema-name': requireName('schema', schema),
        'table-name': requireName('table', table),
        ...(options.tableType === undefined ? {} : { 'table-type': options.tableType }),
      },
      ...(options.loadOrder === undefined ? {} : { 'load-order': loadOrder(options.loadOrder) }),
      ...(options.filters === undefined ? {} : { filters: options.filters.map((f) => f.toJson() as object) }),
    }));
  }
}

function loadOrder(order: number): string {
  if (!Number.isInteger(order) || order < 1 || order > MAX_LOAD_ORDER) {
    throw new Error(`load order ${order} is out of range: it is a whole number from 1 to ${MAX_LOAD_ORDER}, `
      + 'and tables with a higher number load first');
  }
  return String(order);
}
