import { defineRules } from './finding';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';
const PAGE = `${GUIDE}CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.`;
const SELECTIONS = `${PAGE}Selections.html`;
const TRANSFORMATIONS = `${PAGE}Transformations.html`;
const TABLE_SETTINGS = `${PAGE}Tablesettings.html`;
const FILTERS = `${GUIDE}CHAP_Tasks.CustomizingTasks.Filters.html`;

/** The rules for table mappings. */
export const MAPPING_RULES = defineRules('mappings', `${GUIDE}CHAP_Tasks.CustomizingTasks.TableMapping.html`, {
  'not-a-document': {
    reason: 'A table mapping is an object with a list of rules; DMS refuses anything else.',
    fix: 'write {"rules": [{"rule-type": "selection", …}]}',
  },
  'no-selection': {
    reason: 'A task without a selection that takes tables migrates nothing; DMS wants at least one.',
    fix: 'add a rule with "rule-type": "selection" and "rule-action": "include"',
    source: SELECTIONS,
  },
  'missing-key': {
    reason: 'DMS refuses a rule that lacks a key it needs.',
    fix: 'add the key',
  },
  'wrong-type': {
    reason: 'DMS refuses a value of another JSON type than the documented one.',
    fix: 'write the value as documented',
  },
  'unknown-value': {
    reason: 'Rule types, actions, targets, operators and data types are closed lists, and case matters.',
    fix: 'use one of the documented values',
  },
  'out-of-range': {
    reason: 'DMS refuses numbers outside of the documented range.',
    fix: 'use a number in the range',
  },
  'unknown-key': {
    severity: 'warning',
    reason: 'DMS ignores keys that it does not know, so a misspelt key silently does nothing.',
    fix: 'correct the spelling or remove the key',
  },
  'rule-id': {
    reason: 'DMS tells rules apart, and ranks transformations, by a number.',
    fix: 'give the rule a number of its own, as in "rule-id": "7"',
  },
  'duplicate-rule-id': {
    reason: 'Rule ids are unique in a mapping; DMS refuses a second rule of the same id.',
    fix: 'give one of the two another id',
  },
  'duplicate-rule-name': {
    severity: 'warning',
    reason: 'Rule names are documented to be unique; logs and the console tell rules apart by them.',
    fix: 'give one of the two another name',
  },
  'transformation-target': {
    reason: 'Each transformation action works on certain objects only.',
    fix: 'use a target of the action, or the action that fits the target',
    source: TRANSFORMATIONS,
  },
  'one-transformation': {
    severity: 'warning',
    reason: 'DMS applies one transformation to one object: of two that change the same name the lower rule id wins.',
    fix: 'keep one of the two',
    source: TRANSFORMATIONS,
  },
  'explicit-wildcard': {
    reason: 'An explicit selection takes exact names.',
    fix: 'name the table exactly, or use "rule-action": "include"',
    source: SELECTIONS,
  },
  'filter-on-include-only': {
    reason: 'DMS filters rows of included tables only.',
    fix: 'move the filter to an include selection, or remove it',
    source: FILTERS,
  },
  'filter-wildcard': {
    reason: 'DMS filters exact table names only; with a wildcard the filter does not work.',
    fix: 'write one selection with an exact table name for each filtered table',
    source: FILTERS,
  },
  'filter-values': {
    reason: 'Each filter operator compares with no value, one value, or a start and an end value.',
    fix: 'give the operator the values it takes',
    source: FILTERS,
  },
  'primary-key-wildcard': {
    reason: 'A primary key is defined for one table, named exactly.',
    fix: 'write one rule with exact names for each table',
    source: TRANSFORMATIONS,
  },
  'before-image-affix': {
    reason: 'Before-image columns need a name other than the column\'s own.',
    fix: 'give column-prefix or column-suffix',
    source: TRANSFORMATIONS,
  },
  'mask-character': {
    reason: 'Digits are masked by one printable ASCII character.',
    fix: 'give one character, as in "value": "#"',
    source: `${PAGE}Masking.html`,
  },
  'table-settings-wildcard': {
    reason: 'DMS refuses wildcards in table settings: "Exact schema and table name required when using table settings '
      + 'rule".',
    fix: 'write one rule with exact names for each table',
    source: TABLE_SETTINGS,
  },
  'parallel-load': {
    reason: 'Segments are cut by at most ten columns, and each boundary has one value for each column.',
    fix: 'make columns and boundaries fit each other',
    source: TABLE_SETTINGS,
  },
  'segment-names': {
    severity: 'warning',
    reason: 'Boundaries cut one segment more than there are boundaries; each wants a name where there are names.',
    fix: 'give one name for each segment',
    source: `${GUIDE}CHAP_Target.S3.html`,
  },
  'lob-limit': {
    reason: 'Limited LOB mode cuts LOBs at bulk-max-size, which has to be more than zero.',
    fix: 'set bulk-max-size to the kilobytes that the longest LOB takes',
    source: TABLE_SETTINGS,
  },
  'tag-count': {
    reason: 'An S3 object has at most ten tags.',
    fix: 'give 1 to 10 tags',
    source: `${GUIDE}CHAP_Target.S3.html`,
  },
});
