import { checkDocument } from '../../../lib/rules';
import { TableMappings } from '../../../lib/table-mappings';
import { mappingShape, wrapMapping } from '../../../lib/table-mappings/parse';
import { TaskSettings } from '../../../lib/task-settings';
import { documentedExamples } from '../../support/documented-examples';

/** The rule that a document marked invalid breaks, by the words of the index. */
const EXPECTED_RULES: readonly [RegExp, string][] = [
  [/no selection rule/i, 'mappings/no-selection'],
  [/duplicate rule-id/i, 'mappings/duplicate-rule-id'],
  [/non-numeric rule-id/i, 'mappings/rule-id'],
];

const examples = documentedExamples();

if (examples !== undefined) {
  const of = (isValid: boolean): [string, unknown, string][] => examples
    .filter(({ expected }) => (expected === 'valid') === isValid)
    .map(({ file, document, expected }) => [file, document, expected]);

  test.each(of(true))('%s is accepted and survives', (_, document) => {
    const { kind, findings } = checkDocument(document);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    if (kind === 'task-settings') {
      expect(TaskSettings.fromJson(document).toJson()).toEqual(document);
    } else {
      const wrapped = wrapMapping(document, mappingShape(document)!);
      expect(TableMappings.fromJson(wrapped).toJson()).toEqual(wrapped);
    }
  });

  test.each(of(false))('%s is refused', (_, document, expected) => {
    const { findings } = checkDocument(document);
    const broken = findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
    const rules = EXPECTED_RULES.filter(([words]) => words.test(expected)).map(([, rule]) => rule);
    expect(broken).toEqual(expect.arrayContaining(rules));
    expect(broken.length).toBeGreaterThan(0);
  });
} else {
  test('documented examples are not here (set DMS_EXAMPLES)', () => {
    expect(examples).toBeUndefined();
  });
}
