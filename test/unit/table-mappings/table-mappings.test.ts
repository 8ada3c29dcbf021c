import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { TableMappingRule, TableMappings, TableSelection, Transformation } from '../../../lib/table-mappings';

const ids = (mappings: TableMappings): (string | undefined)[] => mappings.rules.map(({ ruleId }) => ruleId);

describe('TableMappings.of', () => {
  test('numbers rules in order, around the ids that are given', () => {
    const mappings = TableMappings.of(
      TableSelection.include('a', '%'),
      TableSelection.include('b', '%', { ruleId: '1' }),
      TableSelection.include('c', '%', { ruleName: 'third' }),
    );
    expect(ids(mappings)).toEqual(['2', '1', '3']);
    expect((mappings.toJson() as { rules: Record<string, unknown>[] }).rules.map((rule) => rule['rule-name']))
      .toEqual(['2', '1', 'third']);
  });

  test('refuses two rules of one id and says which', () => {
    expect(() => TableMappings.of(
      TableSelection.include('a', '%', { ruleId: '7' }),
      TableSelection.include('b', '%'),
      TableSelection.include('c', '%', { ruleId: '7' }),
    )).toThrow('rule 1 and rule 3 both have the id 7: ids are unique in a mapping; change one, or leave ruleId out to '
      + 'have it given');
  });

  test('leaves the rules it was given as they were', () => {
    const rule = TableSelection.include('a', '%');
    expect(ids(TableMappings.of(rule))).toEqual(['1']);
    expect(rule.ruleId).toBeUndefined();
  });

  test('gives every rule an id of its own, whatever ids are given', () => {
    const given = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 8 });
    fc.assert(fc.property(given, fc.nat(8), fc.integer(), (numbers, more, order) => {
      const rules: TableMappingRule[] = [
        ...numbers.map((number) => TableSelection.include('s', 't', { ruleId: String(number) })),
        ...Array.from({ length: more }, () => Transformation.renameSchema('s', 'u')),
      ].sort((a, b) => Math.sign(order) * (Number(a.ruleId ?? 6) - Number(b.ruleId ?? 6)));
      const found = ids(TableMappings.of(...rules));
      expect(new Set(found).size).toBe(rules.length);
      expect(found).not.toContain(undefined);
    }));
  });
});

describe('TableMappings.fromJson', () => {
  test('gives back any document as it was', () => {
    const rule = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
    const document = fc.record({ rules: fc.array(rule) });
    fc.assert(fc.property(document, (given) => {
      const normal: unknown = JSON.parse(JSON.stringify(given));
      expect(TableMappings.fromJson(normal).toJson()).toEqual(normal);
      expect(JSON.parse(TableMappings.fromJson(JSON.stringify(given)).toString())).toEqual(normal);
    }));
  });

  test('takes a bare list of rules', () => {
    expect(TableMappings.fromJson([{ 'rule-type': 'selection' }]).toJson())
      .toEqual({ rules: [{ 'rule-type': 'selection' }] });
  });

  test('keeps ids and types readable, numbers too', () => {
    const [first, second] = TableMappings.fromJson({ rules: [{ 'rule-id': 7, 'rule-type': 'selection' }, {}] }).rules;
    expect([first?.ruleId, first?.ruleType, second?.ruleId, second?.ruleType])
      .toEqual(['7', 'selection', undefined, '']);
  });

  test('cannot be changed from outside', () => {
    const document = { rules: [{ 'rule-id': '1' }] };
    const mappings = TableMappings.fromJson(document);
    document.rules[0]!['rule-id'] = '2';
    (mappings.toJson() as typeof document).rules[0]!['rule-id'] = '3';
    mappings.rules.pop();
    expect(mappings.toJson()).toEqual({ rules: [{ 'rule-id': '1' }] });
  });

  test.each<[unknown, string]>([
    ['{', 'this is no table mapping: it is not JSON ('],
    [null, 'this is no table mapping: there is no list of rules in null; '],
    [{ rule: 1, version: 2 }, 'this is no table mapping: there is no list of rules in an object with rule, version; '],
    [{ rules: ['x'] }, 'this is no table mapping: rules[0] is string "x"; each rule is an object'],
  ])('refuses %j', (document, message) => {
    expect(() => TableMappings.fromJson(document)).toThrow(message);
  });
});

describe('TableMappings.fromFile', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'mappings-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('reads a document', () => {
    const file = join(folder, 'mapping.json');
    writeFileSync(file, '{"rules":[{"rule-id":"1"}]}');
    expect(TableMappings.fromFile(file).toString()).toBe('{"rules":[{"rule-id":"1"}]}');
  });

  test('names the file that it refuses', () => {
    const file = join(folder, 'mapping.json');
    writeFileSync(file, '{}');
    expect(() => TableMappings.fromFile(file)).toThrow(`${file}: this is no table mapping`);
  });
});
