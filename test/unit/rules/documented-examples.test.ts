import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDocument } from '../../../lib/rules';
import { TableMappings } from '../../../lib/table-mappings';
import { mappingShape, wrapMapping } from '../../../lib/table-mappings/parse';
import { TaskSettings } from '../../../lib/task-settings';

/** Documents of the DMS user guide with an index of what DMS says to each; they are not part of this repository. */
const FOLDER = process.env['DMS_EXAMPLES'] ?? join(__dirname, '..', '..', '..', '..', 'shared', 'examples');
const INDEX = join(FOLDER, 'index.tsv');

/** The rule that a document marked invalid breaks, by the words of the index. */
const EXPECTED_RULES: readonly [RegExp, string][] = [
  [/no selection rule/i, 'mappings/no-selection'],
  [/duplicate rule-id/i, 'mappings/duplicate-rule-id'],
  [/non-numeric rule-id/i, 'mappings/rule-id'],
];

if (existsSync(INDEX)) {
  const examples = readFileSync(INDEX, 'utf8').trim().split('\n').slice(1).map((line) => line.split('\t'));

  test.each(examples.filter(([, , , expect]) => expect === 'valid'))('%s is accepted and survives', (file) => {
    const document: unknown = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
    const { kind, findings } = checkDocument(document);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    if (kind === 'task-settings') {
      expect(TaskSettings.fromJson(document).toJson()).toEqual(document);
    } else {
      const wrapped = wrapMapping(document, mappingShape(document)!);
      expect(TableMappings.fromJson(wrapped).toJson()).toEqual(wrapped);
    }
  });

  test.each(examples.filter(([, , , expect]) => expect !== 'valid'))('%s is refused', (file, _kind, _page, expected) => {
    const { findings } = checkDocument(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));
    const broken = findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
    const rules = EXPECTED_RULES.filter(([words]) => words.test(expected)).map(([, rule]) => rule);
    expect(broken).toEqual(expect.arrayContaining(rules));
    expect(broken.length).toBeGreaterThan(0);
  });
} else {
  test('documented examples are not here (set DMS_EXAMPLES)', () => {
    expect(existsSync(INDEX)).toBe(false);
  });
}
