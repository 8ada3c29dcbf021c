import {
  any, booleanOrText, choice, integerOrText, JsonMembers, JsonShape, list, object, scalar, text,
} from '../private/json-shape';
import { RuleType } from './document';
import {
  BEFORE_IMAGE_COLUMN_FILTERS,
  DATA_TYPES,
  FILTER_OPERATORS,
  LOB_MODES,
  MAX_LOAD_ORDER,
  OBJECT_MAPPING_ACTIONS,
  PARALLEL_LOAD_TYPES,
  PARTITION_KEY_TYPES,
  PRIMARY_KEY_ORIGINS,
  RULE_TYPES,
  SELECTION_ACTIONS,
  TABLE_TYPES,
  TRANSFORMATION_TARGETS,
  TRANSFORMATIONS,
} from './vocabulary';

/** Keys that every rule has. */
const RULE_KEYS: JsonMembers = {
  'rule-type': choice(RULE_TYPES),
  'rule-id': any,
  'rule-name': scalar,
};

const TABLE_LOCATOR: JsonMembers = { 'schema-name': text, 'table-name': text };

const COLUMN_LOCATOR: JsonShape = object({
  ...TABLE_LOCATOR,
  'column-name': text,
  'data-type': text,
  'table-tablespace-name': text,
  'index-tablespace-name': text,
});

const FILTERS: JsonShape = list(object({
  'filter-type': choice(['source']),
  'column-name': text,
  'filter-conditions': list(object({
    'filter-operator': choice(Object.keys(FILTER_OPERATORS)),
    value: scalar,
    'start-value': scalar,
    'end-value': scalar,
  })),
}));

const PARALLEL_LOAD: JsonShape = object({
  type: choice(PARALLEL_LOAD_TYPES),
  partitions: list(scalar),
  subpartitions: list(scalar),
  columns: list(text),
  boundaries: list(list(scalar)),
  'segment-names': list(text),
  'number-of-partitions': integerOrText(1),
  'collection-count-from-metadata': booleanOrText,
  'max-records-skip-per-page': integerOrText(),
  'batch-size': integerOrText(),
});

const MAPPING_PARAMETERS: JsonShape = object({
  'partition-key-type': choice(PARTITION_KEY_TYPES),
  'partition-key-name': text,
  'partition-key': any,
  'sort-key-name': text,
  'exclude-columns': list(text),
  'attribute-mappings': list(object({
    'target-attribute-name': text,
    'attribute-name': text,
    'attribute-type': text,
    'attribute-sub-type': text,
    value: any,
  })),
});

/** What the rules of each type hold. */
export const RULE_SHAPES: Readonly<Record<RuleType, JsonMembers>> = {
  selection: {
    ...RULE_KEYS,
    'rule-action': choice(SELECTION_ACTIONS),
    'object-locator': object({ ...TABLE_LOCATOR, 'table-type': choice(TABLE_TYPES) }),
    'load-order': integerOrText(1, MAX_LOAD_ORDER),
    filters: FILTERS,
  },
  transformation: {
    ...RULE_KEYS,
    'rule-action': choice(Object.keys(TRANSFORMATIONS)),
    'rule-target': choice(TRANSFORMATION_TARGETS),
    'object-locator': COLUMN_LOCATOR,
    value: scalar,
    'old-value': scalar,
    expression: text,
    'data-type': object({
      type: choice(DATA_TYPES),
      length: integerOrText(),
      precision: integerOrText(),
      scale: integerOrText(),
    }),
    'primary-key-def': object({ name: text, origin: choice(PRIMARY_KEY_ORIGINS), columns: list(text) }),
    'before-image-def': object({
      'column-prefix': text,
      'column-suffix': text,
      'column-filter': choice(BEFORE_IMAGE_COLUMN_FILTERS),
    }),
  },
  'table-settings': {
    ...RULE_KEYS,
    'object-locator': object(TABLE_LOCATOR),
    'parallel-load': PARALLEL_LOAD,
    'lob-settings': object({ mode: choice(LOB_MODES), 'bulk-max-size': integerOrText() }),
  },
  'object-mapping': {
    ...RULE_KEYS,
    'rule-action': choice(OBJECT_MAPPING_ACTIONS),
    'object-locator': object(TABLE_LOCATOR),
    'target-table-name': text,
    'kafka-target-topic': text,
    'partition-key': any,
    'mapping-parameters': MAPPING_PARAMETERS,
  },
  'post-processing': {
    ...RULE_KEYS,
    'rule-action': choice(['add-tag']),
    'object-locator': object(TABLE_LOCATOR),
    'tag-set': list(object({ key: text, value: text })),
  },
  validation: {
    ...RULE_KEYS,
    'rule-action': choice(['override-validation-function']),
    'rule-target': choice(['column']),
    'object-locator': COLUMN_LOCATOR,
    'source-function': text,
    'target-function': text,
  },
};
