import { ColumnDataType } from './column-data-type';
import { TransformationTarget } from './document';
import { NameChange } from './name-change';
import { defined, requireName, ruleJson, TableMappingRule } from './table-mapping-rule';
import { TableMappingRuleOptions } from './table-selection';
import { looksLikePattern } from './wildcard';

/** Options of a transformation of columns. */
export interface ColumnTransformationOptions extends TableMappingRuleOptions {
  /**
   * Only columns of this DMS data type.
   *
   * @default - columns of every type
   */
  readonly dataType?: ColumnDataType;
}

/** Options of an added column. */
export interface AddColumnOptions extends TableMappingRuleOptions {
  /**
   * What the column holds, an SQLite expression: source columns as `$name`, change headers as `$AR_H_TIMESTAMP`,
   * source names as `$AR_M_SOURCE_TABLE_NAME`.
   *
   * @default - the column is empty
   */
  readonly expression?: string;
}

/** Where a defined primary key comes from. */
export enum PrimaryKeyOrigin {
  /** The primary key of the source table. */
  PRIMARY_KEY = 'primary-key',
  /** A unique index of the source table. */
  UNIQUE_INDEX = 'unique-index',
}

/** Options of a defined primary key. */
export interface PrimaryKeyOptions extends TableMappingRuleOptions {
  /**
   * What the key is on the source.
   *
   * @default PrimaryKeyOrigin.PRIMARY_KEY
   */
  readonly origin?: PrimaryKeyOrigin;
}

/** Which columns get a before-image column. */
export enum BeforeImageColumnFilter {
  /** Primary-key columns. */
  PK_ONLY = 'pk-only',
  /** Every column that is not a LOB. */
  NON_LOB = 'non-lob',
  /** Every column. */
  ALL = 'all',
}

/** Options of before-image columns. */
export interface BeforeImageOptions extends TableMappingRuleOptions {
  /**
   * Put before the column's name.
   *
   * @default "BI_"
   */
  readonly columnPrefix?: string;

  /**
   * Put after the column's name.
   *
   * @default ""
   */
  readonly columnSuffix?: string;

  /**
   * Which columns.
   *
   * @default BeforeImageColumnFilter.PK_ONLY
   */
  readonly columnFilter?: BeforeImageColumnFilter;
}

/**
 * Changes what a schema, table or column is called or holds on the target.
 *
 * DMS applies one transformation to one object: of two that meet, the one with the lower rule id wins. Names are
 * patterns, see `TableSelection`, and mean source names.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Transformations.html
 */
export class Transformation extends TableMappingRule {
  /** Call the schema `newName` on the target. */
  public static renameSchema(schema: string, newName: string, options?: TableMappingRuleOptions): Transformation {
    return onSchema('rename', schema, { value: newName }, options);
  }

  /** Call the table `newName` on the target. */
  public static renameTable(
    schema: string, table: string, newName: string, options?: TableMappingRuleOptions,
  ): Transformation {
    return onTable('rename', schema, table, { value: newName }, options);
  }

  /** Call the column `newName` on the target. */
  public static renameColumn(
    schema: string, table: string, column: string, newName: string, options?: ColumnTransformationOptions,
  ): Transformation {
    return onColumn('rename', schema, table, column, { value: newName }, options);
  }

  /** Put tables in this tablespace; Oracle targets. `tablespace` names the present one. */
  public static renameTableTablespace(
    schema: string, table: string, tablespace: string, newName: string, options?: TableMappingRuleOptions,
  ): Transformation {
    return transformation('rename', 'table-tablespace', {
      ...tableLocator(schema, table), 'table-tablespace-name': requireName('tablespace', tablespace),
    }, { value: newName }, options);
  }

  /** Put indexes in this tablespace; Oracle targets. `tablespace` names the present one. */
  public static renameIndexTablespace(
    schema: string, table: string, tablespace: string, newName: string, options?: TableMappingRuleOptions,
  ): Transformation {
    return transformation('rename', 'index-tablespace', {
      ...tableLocator(schema, table), 'index-tablespace-name': requireName('tablespace', tablespace),
    }, { value: newName }, options);
  }

  /** Change schema names by rule: case, prefix or suffix. */
  public static changeSchemaNames(
    schema: string, change: NameChange, options?: TableMappingRuleOptions,
  ): Transformation {
    return onSchema(change.action, schema, keysOf(change), options);
  }

  /** Change table names by rule: case, prefix or suffix. */
  public static changeTableNames(
    schema: string, table: string, change: NameChange, options?: TableMappingRuleOptions,
  ): Transformation {
    return onTable(change.action, schema, table, keysOf(change), options);
  }

  /** Change column names by rule: case, prefix or suffix. */
  public static changeColumnNames(
    schema: string, table: string, column: string, change: NameChange, options?: ColumnTransformationOptions,
  ): Transformation {
    return onColumn(change.action, schema, table, column, keysOf(change), options);
  }

  /** Add a column, empty or computed. */
  public static addColumn(
    schema: string, table: string, column: string, newType: ColumnDataType, options: AddColumnOptions = {},
  ): Transformation {
    return transformation('add-column', 'column', tableLocator(schema, table), {
      value: requireName('column', column), expression: options.expression, 'data-type': newType.toJson(),
    }, options);
  }

  /** Leave out the columns that match. */
  public static removeColumn(
    schema: string, table: string, column: string, options?: ColumnTransformationOptions,
  ): Transformation {
    return onColumn('remove-column', schema, table, column, {}, options);
  }

  /** Keep the columns that match and leave out all others of the table. */
  public static includeColumn(
    schema: string, table: string, column: string, options?: ColumnTransformationOptions,
  ): Transformation {
    return onColumn('include-column', schema, table, column, {}, options);
  }

  /** Give columns another data type. LOB columns cannot be changed, only removed. */
  public static changeDataType(
    schema: string, table: string, column: string, newType: ColumnDataType, options?: ColumnTransformationOptions,
  ): Transformation {
    return onColumn('change-data-type', schema, table, column, { 'data-type': newType.toJson() }, options);
  }

  /**
   * Give the target table a primary key of these columns.
   *
   * @throws when a name has a wildcard or no column is given
   */
  public static definePrimaryKey(
    schema: string, table: string, keyName: string, columns: string[], options: PrimaryKeyOptions = {},
  ): Transformation {
    if (looksLikePattern(schema) || looksLikePattern(table)) {
      throw new Error(`the primary key of ${schema}.${table} has a wildcard in its table: `
        + 'DMS takes exact names here; write one rule for each table');
    }
    if (columns.length === 0) {
      throw new Error(`the primary key of ${schema}.${table} has no column: name at least one`);
    }
    return transformation('define-primary-key', 'table', tableLocator(schema, table), {
      'primary-key-def': defined({ name: requireName('key', keyName), origin: options.origin, columns: [...columns] }),
    }, options);
  }

  /**
   * Add a column with the value before the change for each column; streaming targets.
   *
   * @throws when prefix and suffix are both empty
   */
  public static addBeforeImageColumns(
    schema: string, table: string, options: BeforeImageOptions = {},
  ): Transformation {
    const prefix = options.columnPrefix ?? 'BI_';
    const suffix = options.columnSuffix ?? '';
    if (prefix === '' && suffix === '') {
      throw new Error('before-image columns need a prefix or a suffix: both are empty, so the names would collide');
    }
    return transformation('add-before-image-columns', 'column', tableLocator(schema, table), {
      'before-image-def': {
        'column-prefix': prefix,
        'column-suffix': suffix,
        'column-filter': options.columnFilter ?? BeforeImageColumnFilter.PK_ONLY,
      },
    }, options);
  }

  /**
   * Write every digit of text columns as `character`. Needs DMS 3.5.4 or later.
   *
   * @throws unless it is one printable ASCII character
   */
  public static maskDigits(
    schema: string, table: string, column: string, character: string, options?: ColumnTransformationOptions,
  ): Transformation {
    if (!/^[\x20-\x7e]$/.test(character)) {
      throw new Error(`the mask ${JSON.stringify(character)} is not one printable ASCII character: use one, as in "#"`);
    }
    return onColumn('data-masking-digits-mask', schema, table, column, { value: character }, options);
  }

  /** Write random digits in place of the digits of text and number columns. Needs DMS 3.5.4 or later. */
  public static randomizeDigits(
    schema: string, table: string, column: string, options?: ColumnTransformationOptions,
  ): Transformation {
    return onColumn('data-masking-digits-randomize', schema, table, column, {}, options);
  }

  /**
   * Write the SHA-256 of text columns, 64 hexadecimal digits: widen narrower columns by a rule with a lower id.
   * Needs DMS 3.5.4 or later.
   */
  public static hashValues(
    schema: string, table: string, column: string, options?: ColumnTransformationOptions,
  ): Transformation {
    return onColumn('data-masking-hash-mask', schema, table, column, {}, options);
  }

  private constructor(json: Record<string, unknown>) {
    super(json);
  }

  /** @internal */
  public static _of(json: Record<string, unknown>): Transformation {
    return new Transformation(json);
  }
}

type Json = Record<string, unknown>;

function transformation(
  action: string, target: TransformationTarget, locator: Json, body: Json, options: TableMappingRuleOptions = {},
): Transformation {
  return Transformation._of(ruleJson('transformation', options, {
    'rule-action': action, 'rule-target': target, 'object-locator': locator, ...body,
  }));
}

const onSchema = (
  action: string, schema: string, body: Json, options?: TableMappingRuleOptions,
): Transformation =>
  transformation(action, 'schema', { 'schema-name': requireName('schema', schema) }, body, options);

const onTable = (
  action: string, schema: string, table: string, body: Json, options?: TableMappingRuleOptions,
): Transformation => transformation(action, 'table', tableLocator(schema, table), body, options);

const onColumn = (
  action: string, schema: string, table: string, column: string, body: Json, options?: ColumnTransformationOptions,
): Transformation =>
  transformation(action, 'column', defined({
    ...tableLocator(schema, table),
    'column-name': requireName('column', column),
    'data-type': options?.dataType?.typeName,
  }), body, options);

const tableLocator = (schema: string, table: string): Json => ({
  'schema-name': requireName('schema', schema),
  'table-name': requireName('table', table),
});

const keysOf = (change: NameChange): Json => change.toJson() as Json;
