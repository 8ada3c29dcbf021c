/**
 * The JSON of a DMS table mapping, keys as in the document. What people write is not always well-formed (numbers as
 * strings, keys missing): these interfaces say what DMS documents; lib/rules says what is wrong with a given document.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.html
 */
export interface TableMappingDocument {
  readonly rules: readonly MappingRule[];
}

export type MappingRule =
  | SelectionRule
  | TransformationRule
  | TableSettingsRule
  | ObjectMappingRule
  | PostProcessingRule
  | ValidationRule;

export type RuleType = MappingRule['rule-type'];

/** What every rule has. */
interface RuleBase {
  readonly 'rule-id': string | number;
  readonly 'rule-name'?: string;
}

export interface TableLocator {
  readonly 'schema-name': string;
  readonly 'table-name': string;
}

export type TableType = 'table' | 'view' | 'all';

export interface SelectionLocator extends TableLocator {
  readonly 'table-type'?: TableType;
}

export interface SelectionRule extends RuleBase {
  readonly 'rule-type': 'selection';
  readonly 'rule-action': SelectionAction;
  readonly 'object-locator': SelectionLocator;
  /** 1 to 2147483647; tables with a higher number load first. */
  readonly 'load-order'?: string | number;
  /** All of them must hold. */
  readonly filters?: readonly SourceFilterDefinition[];
}

export type SelectionAction = 'include' | 'exclude' | 'explicit';

export interface SourceFilterDefinition {
  readonly 'filter-type': 'source';
  readonly 'column-name': string;
  /** One of them must hold. */
  readonly 'filter-conditions': readonly FilterConditionDefinition[];
}

export type FilterOperator =
  | 'lte' | 'ste' | 'gte' | 'eq' | 'noteq' | 'between' | 'notbetween' | 'null' | 'notnull';

export interface FilterConditionDefinition {
  readonly 'filter-operator': FilterOperator;
  readonly value?: string | number;
  readonly 'start-value'?: string | number;
  readonly 'end-value'?: string | number;
}

export type TransformationAction =
  | 'rename'
  | 'convert-lowercase' | 'convert-uppercase'
  | 'add-prefix' | 'remove-prefix' | 'replace-prefix'
  | 'add-suffix' | 'remove-suffix' | 'replace-suffix'
  | 'add-column' | 'include-column' | 'remove-column'
  | 'change-data-type'
  | 'define-primary-key'
  | 'add-before-image-columns'
  | 'data-masking-digits-mask' | 'data-masking-digits-randomize' | 'data-masking-hash-mask';

export type TransformationTarget = 'schema' | 'table' | 'column' | 'table-tablespace' | 'index-tablespace';

export interface TransformationLocator {
  readonly 'schema-name': string;
  readonly 'table-name'?: string;
  readonly 'column-name'?: string;
  /** Only columns of this DMS data type. */
  readonly 'data-type'?: string;
  readonly 'table-tablespace-name'?: string;
  readonly 'index-tablespace-name'?: string;
}

export interface TransformationRule extends RuleBase {
  readonly 'rule-type': 'transformation';
  readonly 'rule-action': TransformationAction;
  readonly 'rule-target': TransformationTarget;
  readonly 'object-locator': TransformationLocator;
  readonly value?: string | null;
  readonly 'old-value'?: string | null;
  readonly expression?: string;
  readonly 'data-type'?: DataTypeDefinition;
  readonly 'primary-key-def'?: PrimaryKeyDefinition;
  readonly 'before-image-def'?: BeforeImageDefinition;
}

export interface DataTypeDefinition {
  readonly type: string;
  readonly length?: string | number;
  readonly precision?: string | number;
  readonly scale?: string | number;
}

export interface PrimaryKeyDefinition {
  readonly name: string;
  readonly origin?: 'primary-key' | 'unique-index';
  readonly columns: readonly string[];
}

export interface BeforeImageDefinition {
  readonly 'column-prefix'?: string;
  readonly 'column-suffix'?: string;
  readonly 'column-filter'?: 'pk-only' | 'non-lob' | 'all';
}

export interface TableSettingsRule extends RuleBase {
  readonly 'rule-type': 'table-settings';
  readonly 'object-locator': TableLocator;
  readonly 'parallel-load'?: ParallelLoadDefinition;
  readonly 'lob-settings'?: LobSettingsDefinition;
}

export type ParallelLoadType =
  | 'partitions-auto' | 'subpartitions-auto' | 'partitions-list' | 'ranges' | 'none';

export interface ParallelLoadDefinition {
  readonly type: ParallelLoadType;
  readonly partitions?: readonly string[];
  readonly subpartitions?: readonly string[];
  readonly columns?: readonly string[];
  readonly boundaries?: readonly (readonly (string | number)[])[];
  readonly 'segment-names'?: readonly string[];
  readonly 'number-of-partitions'?: string | number;
  readonly 'collection-count-from-metadata'?: string | boolean;
  readonly 'max-records-skip-per-page'?: string | number;
  readonly 'batch-size'?: string | number;
}

export interface LobSettingsDefinition {
  readonly mode?: 'limited' | 'unlimited' | 'none';
  /** Kilobytes. */
  readonly 'bulk-max-size'?: string | number;
}

export interface ObjectMappingRule extends RuleBase {
  readonly 'rule-type': 'object-mapping';
  readonly 'rule-action': 'map-record-to-record' | 'map-record-to-document';
  readonly 'object-locator': TableLocator;
  readonly 'target-table-name'?: string;
  readonly 'kafka-target-topic'?: string;
  readonly 'mapping-parameters'?: Readonly<Record<string, unknown>>;
}

export interface PostProcessingRule extends RuleBase {
  readonly 'rule-type': 'post-processing';
  readonly 'rule-action': 'add-tag';
  readonly 'object-locator': TableLocator;
  readonly 'tag-set': readonly TagDefinition[];
}

export interface TagDefinition {
  readonly key: string;
  readonly value: string;
}

export interface ValidationRule extends RuleBase {
  readonly 'rule-type': 'validation';
  readonly 'rule-action': 'override-validation-function';
  readonly 'rule-target': 'column';
  readonly 'object-locator': TransformationLocator;
  readonly 'source-function': string;
  readonly 'target-function': string;
}
