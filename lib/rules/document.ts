import { isRecord } from '../private/json';
import { MappingShape, mappingShape, wrapMapping } from '../table-mappings/parse';
import { TASK_SETTINGS } from '../task-settings/schema';
import { checkTemplate } from './check-template';
import { Finding } from './finding';
import { checkRules, checkTableMappings } from './table-mappings';
import { checkTaskSettings } from './task-settings';
import { didYouMean, shown } from './values';

/** What a JSON document turned out to be. */
export type DocumentKind = 'table-mapping' | 'table-mapping fragment' | 'task-settings' | 'template';

/** A document and what is wrong with it. */
export interface DocumentReport {
  readonly kind: DocumentKind;
  readonly findings: Finding[];
}

/** Where the wrapped part stands in the document that is checked, by the part's shape. */
const WRAPPED_AT: Readonly<Record<Exclude<MappingShape, 'document'>, string>> = {
  'rule-list': 'rules',
  rule: 'rules[0]',
  fragment: 'rules[0]',
};

/**
 * Recognises a parsed JSON document and checks it: a table mapping, a part of one (a list of rules, one rule, a
 * part of a rule), task settings, or a CloudFormation template.
 *
 * @throws when it is none of them
 */
export function checkDocument(document: unknown): DocumentReport {
  if (isRecord(document) && 'Resources' in document) {
    return { kind: 'template', findings: checkTemplate(document) };
  }
  const shape = mappingShape(document);
  if (shape === 'document') return { kind: 'table-mapping', findings: checkTableMappings(document) };
  if (shape !== undefined) {
    const { rules } = wrapMapping(document, shape);
    const findings = checkRules(rules as unknown[])
      .map((found) => ({ ...found, path: found.path.slice(WRAPPED_AT[shape].length).replace(/^\./, '') }));
    return { kind: 'table-mapping fragment', findings };
  }
  if (isRecord(document) && Object.keys(document).some((key) => key in TASK_SETTINGS)) {
    return { kind: 'task-settings', findings: checkTaskSettings(document) };
  }
  throw new Error(unrecognised(document));
}

function unrecognised(document: unknown): string {
  const keys = isRecord(document) ? Object.keys(document) : [];
  const hint = keys.map((key) => didYouMean(key, ['rules', 'Resources', ...Object.keys(TASK_SETTINGS)])).join('');
  const found = keys.length > 0 ? `an object with ${keys.slice(0, 5).map(shown).join(', ')}` : shown(document);
  return `this is ${found}${hint}: a document is a table mapping ("rules"), a rule ("rule-type"), task settings `
    + '(a section such as "FullLoadSettings") or a CloudFormation template ("Resources")';
}
