import type {
  FilterOperator,
  ParallelLoadType,
  RuleType,
  SelectionAction,
  TransformationAction,
  TransformationTarget,
} from './document';

/**
 * The closed word lists of the table-mapping grammar. Everything that reads or checks a mapping takes them from here.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.html
 */
export const RULE_TYPES: readonly RuleType[] = [
  'selection', 'transformation', 'table-settings', 'object-mapping', 'post-processing', 'validation',
];

export const SELECTION_ACTIONS: readonly SelectionAction[] = ['include', 'exclude', 'explicit'];

export const TABLE_TYPES: readonly string[] = ['table', 'view', 'all'];

/** How many values a filter operator compares with. */
export const FILTER_OPERATORS: Readonly<Record<FilterOperator, 'none' | 'one' | 'two'>> = {
  lte: 'one',
  ste: 'one',
  gte: 'one',
  eq: 'one',
  noteq: 'one',
  between: 'two',
  notbetween: 'two',
  null: 'none',
  notnull: 'none',
};

export const TRANSFORMATION_TARGETS: readonly TransformationTarget[] = [
  'schema', 'table', 'column', 'table-tablespace', 'index-tablespace',
];

const NAMED_OBJECTS: readonly TransformationTarget[] = ['schema', 'table', 'column'];
const COLUMN_ONLY: readonly TransformationTarget[] = ['column'];

/** What a transformation action may be applied to, and the keys it cannot do without. */
export interface TransformationGrammar {
  readonly targets: readonly TransformationTarget[];
  readonly needs: readonly string[];
}

export const TRANSFORMATIONS: Readonly<Record<TransformationAction, TransformationGrammar>> = {
  rename: { targets: TRANSFORMATION_TARGETS, needs: ['value'] },
  'convert-lowercase': { targets: NAMED_OBJECTS, needs: [] },
  'convert-uppercase': { targets: NAMED_OBJECTS, needs: [] },
  'add-prefix': { targets: NAMED_OBJECTS, needs: ['value'] },
  'remove-prefix': { targets: NAMED_OBJECTS, needs: ['value'] },
  'replace-prefix': { targets: NAMED_OBJECTS, needs: ['value', 'old-value'] },
  'add-suffix': { targets: NAMED_OBJECTS, needs: ['value'] },
  'remove-suffix': { targets: NAMED_OBJECTS, needs: ['value'] },
  'replace-suffix': { targets: NAMED_OBJECTS, needs: ['value', 'old-value'] },
  'add-column': { targets: COLUMN_ONLY, needs: ['value', 'data-type'] },
  'include-column': { targets: COLUMN_ONLY, needs: [] },
  'remove-column': { targets: COLUMN_ONLY, needs: [] },
  'change-data-type': { targets: COLUMN_ONLY, needs: ['data-type'] },
  'define-primary-key': { targets: ['table'], needs: ['primary-key-def'] },
  'add-before-image-columns': { targets: COLUMN_ONLY, needs: ['before-image-def'] },
  'data-masking-digits-mask': { targets: COLUMN_ONLY, needs: ['value'] },
  'data-masking-digits-randomize': { targets: COLUMN_ONLY, needs: [] },
  'data-masking-hash-mask': { targets: COLUMN_ONLY, needs: [] },
};

/** Actions on columns that name no column: the first adds one, the second works on all of a table. */
export const ACTIONS_WITHOUT_COLUMN: readonly TransformationAction[] = ['add-column', 'add-before-image-columns'];

export const PRIMARY_KEY_ORIGINS: readonly string[] = ['primary-key', 'unique-index'];

export const BEFORE_IMAGE_COLUMN_FILTERS: readonly string[] = ['pk-only', 'non-lob', 'all'];

/** @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Reference.DataTypes.html */
export const DATA_TYPES: readonly string[] = [
  'bytes', 'date', 'time', 'datetime', 'int1', 'int2', 'int4', 'int8', 'numeric', 'real4', 'real8', 'string',
  'uint1', 'uint2', 'uint4', 'uint8', 'wstring', 'blob', 'nclob', 'clob', 'boolean', 'set', 'list', 'map', 'tuple',
];

export const PARALLEL_LOAD_TYPES: readonly ParallelLoadType[] = [
  'partitions-auto', 'subpartitions-auto', 'partitions-list', 'ranges', 'none',
];

export const LOB_MODES: readonly string[] = ['limited', 'unlimited', 'none'];

export const OBJECT_MAPPING_ACTIONS: readonly string[] = ['map-record-to-record', 'map-record-to-document'];

export const PARTITION_KEY_TYPES: readonly string[] = [
  'schema-table', 'transaction-id', 'primary-key', 'constant', 'attribute-name',
];

/** The highest `load-order` and `rule-id` that fit the documented range. */
export const MAX_LOAD_ORDER = 2147483647;

/** An S3 object carries at most ten tags. */
export const MAX_TAGS = 10;

/** Segments of a `ranges` load are cut by at most this many columns. */
export const MAX_SEGMENT_COLUMNS = 10;
