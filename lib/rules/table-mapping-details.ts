import { isRecord, Json } from '../private/json';
import { FilterOperator, RuleType, TransformationAction } from '../table-mappings/document';
import {
  ACTIONS_WITHOUT_COLUMN, FILTER_OPERATORS, MAX_SEGMENT_COLUMNS, MAX_TAGS, TRANSFORMATIONS,
} from '../table-mappings/vocabulary';
import { looksLikePattern } from '../table-mappings/wildcard';
import { at, Finding, finding, Rule } from './finding';
import { MAPPING_RULES } from './table-mapping-rules';
import { asNumber, asText, isUnresolved, oneOf, section, shown } from './values';

/** What the shape of a rule cannot say: keys that belong together, wildcards, numbers of things. */
export function checkRuleDetails(type: RuleType, rule: Json, path: string): Finding[] {
  switch (type) {
    case 'selection': return checkSelection(rule, path);
    case 'transformation': return checkTransformation(rule, path);
    case 'table-settings': return checkTableSettings(rule, path);
    case 'object-mapping': return checkNeeded(rule, ['rule-action', 'object-locator'], path);
    case 'post-processing': return checkTags(rule, path);
    case 'validation': return [
      ...checkNeeded(rule, ['rule-action', 'object-locator', 'source-function', 'target-function'], path),
      ...checkLocator(rule, ['schema-name', 'table-name', 'column-name'], path),
    ];
  }
}

function checkSelection(rule: Json, path: string): Finding[] {
  const filters = Array.isArray(rule.filters) ? rule.filters as unknown[] : [];
  return [
    ...checkNeeded(rule, ['rule-action', 'object-locator'], path),
    ...checkLocator(rule, ['schema-name', 'table-name'], path),
    ...(rule['rule-action'] === 'explicit'
      ? checkExact(rule, MAPPING_RULES['explicit-wildcard'], 'an explicit selection', path)
      : []),
    ...(filters.length > 0 ? checkFilterPlace(rule, path) : []),
    ...filters.flatMap((filter, index) => checkFilter(filter, at(path, `filters[${index}]`))),
  ];
}

function checkFilterPlace(rule: Json, path: string): Finding[] {
  const action = asText(rule['rule-action']);
  const table = asText(section(rule['object-locator'])['table-name']);
  return [
    ...(action === 'exclude' || action === 'explicit' ? [finding(MAPPING_RULES['filter-on-include-only'],
      at(path, 'filters'), `an ${action} selection has filters: only include selections can have them`)] : []),
    ...(table !== undefined && looksLikePattern(table) ? [finding(MAPPING_RULES['filter-wildcard'],
      at(path, 'object-locator.table-name'), `${shown(table)} has a wildcard and the selection has filters: `
      + 'filters need an exact table name')] : []),
  ];
}

function checkFilter(filter: unknown, path: string): Finding[] {
  if (!isRecord(filter) || isUnresolved(filter)) return [];
  const conditions = filter['filter-conditions'];
  if (Array.isArray(conditions) && conditions.length === 0) {
    return [finding(MAPPING_RULES['filter-values'], at(path, 'filter-conditions'),
      'there is no condition: a filter has at least one')];
  }
  return [
    ...checkNeeded(filter, ['filter-type', 'column-name', 'filter-conditions'], path),
    ...(Array.isArray(conditions) ? conditions as unknown[] : []).flatMap((condition, index) =>
      checkCondition(condition, at(path, `filter-conditions[${index}]`))),
  ];
}

function checkCondition(condition: unknown, path: string): Finding[] {
  if (!isRecord(condition) || isUnresolved(condition)) return [];
  const operator = condition['filter-operator'];
  if (operator === undefined) return checkNeeded(condition, ['filter-operator'], path);
  const takes = typeof operator === 'string' ? FILTER_OPERATORS[operator as FilterOperator] : undefined;
  if (takes === undefined || takes === 'none') return [];
  const needed = takes === 'two' ? ['start-value', 'end-value'] : ['value'];
  const missing = needed.filter((key) => isMissing(condition[key]));
  return missing.length === 0 ? [] : [finding(MAPPING_RULES['filter-values'], path,
    `the operator ${shown(operator)} lacks ${missing.map((key) => `"${key}"`).join(' and ')}`)];
}

function checkTransformation(rule: Json, path: string): Finding[] {
  const needed = checkNeeded(rule, ['rule-action', 'rule-target', 'object-locator'], path);
  const action = asText(rule['rule-action']) as TransformationAction | undefined;
  const target = asText(rule['rule-target']);
  const grammar = action !== undefined && Object.hasOwn(TRANSFORMATIONS, action) ? TRANSFORMATIONS[action] : undefined;
  if (!grammar || action === undefined) return needed;
  const targetFits = target === undefined || (grammar.targets as readonly string[]).includes(target);
  return [
    ...needed,
    ...(targetFits ? [] : [finding(MAPPING_RULES['transformation-target'], at(path, 'rule-target'),
      `${shown(target)} cannot be the target of ${shown(action)}: it is ${oneOf(grammar.targets)}`)]),
    ...checkNeeded(rule, grammar.needs, path),
    ...checkLocator(rule, locatorNeeds(action, target), path),
    ...checkAction(action, rule, path),
  ];
}

function locatorNeeds(action: TransformationAction, target: string | undefined): string[] {
  // A target that is not known yet may be a schema.
  if (target === undefined || target === 'schema') return ['schema-name'];
  const ofColumn = target === 'column' && !ACTIONS_WITHOUT_COLUMN.includes(action);
  return ['schema-name', 'table-name', ...(ofColumn ? ['column-name'] : [])];
}

function checkAction(action: TransformationAction, rule: Json, path: string): Finding[] {
  const dataType = rule['data-type'];
  switch (action) {
    case 'add-column':
    case 'change-data-type': return isRecord(dataType) && !isUnresolved(dataType)
      ? checkNeeded(dataType, ['type'], at(path, 'data-type'))
      : [];
    case 'define-primary-key': return checkPrimaryKey(rule, path);
    case 'add-before-image-columns': return checkBeforeImage(rule['before-image-def'], at(path, 'before-image-def'));
    case 'data-masking-digits-mask': return checkMask(rule.value, at(path, 'value'));
    default: return [];
  }
}

function checkPrimaryKey(rule: Json, path: string): Finding[] {
  const definition = rule['primary-key-def'];
  const columns = isRecord(definition) ? definition.columns : undefined;
  return [
    ...checkExact(rule, MAPPING_RULES['primary-key-wildcard'], 'a primary key', path),
    ...(isRecord(definition) && !isUnresolved(definition)
      ? checkNeeded(definition, ['columns'], at(path, 'primary-key-def'))
      : []),
    ...(Array.isArray(columns) && columns.length === 0 ? [finding(MAPPING_RULES['missing-key'],
      at(path, 'primary-key-def.columns'), 'there is no column: a primary key has at least one')] : []),
  ];
}

function checkBeforeImage(definition: unknown, path: string): Finding[] {
  if (!isRecord(definition) || isUnresolved(definition)) return [];
  const { 'column-prefix': prefix, 'column-suffix': suffix } = definition;
  const bothEmpty = prefix === '' && (suffix === '' || isMissing(suffix));
  return bothEmpty ? [finding(MAPPING_RULES['before-image-affix'], path, 'column-prefix and column-suffix are empty')] : [];
}

function checkMask(value: unknown, path: string): Finding[] {
  const mask = asText(value);
  return mask === undefined || /^[\x20-\x7e]$/.test(mask) ? [] : [finding(MAPPING_RULES['mask-character'], path,
    `${shown(mask)} is given: it has to be one printable ASCII character`)];
}

function checkTableSettings(rule: Json, path: string): Finding[] {
  return [
    ...checkNeeded(rule, ['object-locator'], path),
    ...checkLocator(rule, ['schema-name', 'table-name'], path),
    ...checkExact(rule, MAPPING_RULES['table-settings-wildcard'], 'a table-settings rule', path),
    ...checkParallelLoad(rule['parallel-load'], at(path, 'parallel-load')),
    ...checkLobSettings(rule['lob-settings'], at(path, 'lob-settings')),
  ];
}

function checkParallelLoad(load: unknown, path: string): Finding[] {
  if (!isRecord(load) || isUnresolved(load)) return [];
  if (load.type !== 'ranges') return checkNeeded(load, ['type'], path);
  const columns = Array.isArray(load.columns) ? load.columns as unknown[] : undefined;
  const boundaries = Array.isArray(load.boundaries) ? load.boundaries as unknown[] : undefined;
  const names = Array.isArray(load['segment-names']) ? load['segment-names'] as unknown[] : undefined;
  const rule = MAPPING_RULES['parallel-load'];
  return [
    ...checkNeeded(load, ['columns', 'boundaries'], path),
    ...(columns && (columns.length === 0 || columns.length > MAX_SEGMENT_COLUMNS) ? [finding(rule, at(path, 'columns'),
      `there are ${columns.length} columns: ranges have 1 to ${MAX_SEGMENT_COLUMNS}`)] : []),
    ...(columns && boundaries ? boundaries : []).flatMap((boundary, index) =>
      Array.isArray(boundary) && boundary.length !== columns!.length ? [finding(rule, at(path, `boundaries[${index}]`),
        `there are ${boundary.length} values for ${columns!.length} columns: a boundary has one for each`)] : []),
    ...(boundaries && names && names.length !== boundaries.length + 1 ? [finding(MAPPING_RULES['segment-names'],
      at(path, 'segment-names'),
      `there are ${names.length} names for ${boundaries.length + 1} segments: each boundary ends one, and one more `
      + 'follows the last')] : []),
  ];
}

function checkLobSettings(lob: unknown, path: string): Finding[] {
  if (!isRecord(lob) || lob.mode !== 'limited' || asNumber(lob['bulk-max-size']) !== 0) return [];
  return [finding(MAPPING_RULES['lob-limit'], at(path, 'bulk-max-size'),
    'the limit is 0 KB in limited mode: it has to be more than 0')];
}

function checkTags(rule: Json, path: string): Finding[] {
  const tags = rule['tag-set'];
  const odd = Array.isArray(tags) && (tags.length === 0 || tags.length > MAX_TAGS);
  return [
    ...checkNeeded(rule, ['rule-action', 'object-locator', 'tag-set'], path),
    ...checkLocator(rule, ['schema-name', 'table-name'], path),
    ...(odd ? [finding(MAPPING_RULES['tag-count'], at(path, 'tag-set'),
      `there are ${tags.length} tags: an S3 object has 1 to ${MAX_TAGS}`)] : []),
    ...(Array.isArray(tags) ? tags as unknown[] : []).flatMap((tag, index) =>
      isRecord(tag) && !isUnresolved(tag) ? checkNeeded(tag, ['key', 'value'], at(path, `tag-set[${index}]`)) : []),
  ];
}

function checkLocator(rule: Json, keys: readonly string[], path: string): Finding[] {
  const locator = rule['object-locator'];
  return isRecord(locator) && !isUnresolved(locator) ? checkNeeded(locator, keys, at(path, 'object-locator')) : [];
}

function checkExact(rule: Json, broken: Rule, what: string, path: string): Finding[] {
  const locator = section(rule['object-locator']);
  return ['schema-name', 'table-name'].flatMap((key) => {
    const name = asText(locator[key]);
    return name !== undefined && looksLikePattern(name) ? [finding(broken, at(path, `object-locator.${key}`),
      `${shown(name)} has a wildcard: ${what} takes exact names`)] : [];
  });
}

function checkNeeded(record: Json, keys: readonly string[], path: string): Finding[] {
  return keys.filter((key) => isMissing(record[key])).map((key) =>
    finding(MAPPING_RULES['missing-key'], path, `there is no ${JSON.stringify(key)}`));
}

const isMissing = (value: unknown): boolean => value === undefined || value === null;
