import {
  any, boolean, booleanOrText, choice, choices, integer, integerOrText, JsonShape, list, object, scalar, text,
} from '../../../lib/private/json-shape';
import { TEMPLATE_RULES } from '../../../lib/rules/resource-shape';
import { checkMembers, checkShape } from '../../../lib/rules/shape';
import { capturesChanges, isServerless, loadsTables, migrationType } from '../../../lib/rules/task-kind';

const check = (value: unknown, shape: JsonShape): string[] =>
  checkShape(value, shape, 'at', TEMPLATE_RULES).map(({ rule, path, message }) => `${rule} ${path}: ${message}`);
const wrong = (shown: string, allowed: string, path = 'at'): string[] =>
  [`template/wrong-type ${path}: ${shown} is given: it has to be ${allowed}`];

test.each<[string, JsonShape]>([
  ['an object', object({})], ['a list', list(any)], ['text', text], ['a scalar', scalar], ['a boolean', boolean],
  ['an integer', integer()], ['a choice', choice(['a'])], ['choices', choices(['a'])], ['anything', any],
])('what is left out or not known yet may be %s', (_what, shape) => {
  expect([undefined, null, { Ref: 'A' }, '${Token[TOKEN.1]}'].flatMap((value) => check(value, shape))).toEqual([]);
});

test.each<[JsonShape, unknown[]]>([
  [any, [1, 'a', [], {}, true]],
  [text, ['', 'a']],
  [scalar, ['', 'a', 0, 1.5]],
  [boolean, [true, false]],
  [booleanOrText, [true, false, 'true', 'false']],
  [integer(1, 3), [1, 3]],
  [integer(), [0, 9e15]],
  [integerOrText(1, 3), [1, 3, '1', '3', '']],
  [choice(['a', 'b']), ['a', 'b']],
  [choices(['a', 'b']), ['a', 'a,b', 'b , a']],
  [list(text), [[], ['a', 'b']]],
  [object({ a: text }), [{}, { a: 'b' }]],
])('a value of shape %j is one of %j', (shape, values) => {
  expect(values.flatMap((value) => check(value, shape))).toEqual([]);
});

test.each<[JsonShape, unknown, string[]]>([
  [text, 1, wrong('1', 'text')],
  [text, [], wrong('[]', 'text')],
  [scalar, true, wrong('true', 'text or a number')],
  [scalar, {}, wrong('{}', 'text or a number')],
  [boolean, 'true', wrong('"true"', 'true or false')],
  [booleanOrText, 'yes', wrong('"yes"', 'true or false')],
  [booleanOrText, 1, wrong('1', 'true or false')],
  [integer(1, 3), '2', wrong('"2"', 'a whole number from 1 to 3')],
  [integer(1, 3), '', wrong('""', 'a whole number from 1 to 3')],
  [integer(1, 3), 1.5, wrong('1.5', 'a whole number from 1 to 3')],
  [integerOrText(1), 'two', wrong('"two"', 'a whole number of at least 1')],
  [integerOrText(1), '1.5', wrong('"1.5"', 'a whole number of at least 1')],
  [integer(1, 3), 0, ['template/out-of-range at: 0 is out of range: it is a whole number from 1 to 3']],
  [integer(1, 3), 4, ['template/out-of-range at: 4 is out of range: it is a whole number from 1 to 3']],
  [integerOrText(1, 3), '4', ['template/out-of-range at: 4 is out of range: it is a whole number from 1 to 3']],
  [choice(['a', 'b']), 1, wrong('1', 'a or b')],
  [choice(['apple', 'pear']), 'apple,pear', ['template/unknown-value at: "apple,pear" is not allowed: it is apple or pear']],
  [choice(['apple', 'pear']), 'aple', ['template/unknown-value at: "aple" is not allowed (did you mean "apple"?): it is apple or pear']],
  [choices(['apple', 'pear']), 1, wrong('1', 'text')],
  [choices(['apple', 'pear']), ['apple'], wrong('["apple"]', 'text')],
  [choices(['apple', 'pear']), 'apple, plum', ['template/unknown-value at: "plum" is not allowed: it is apple or pear']],
  [list(text), 'a', wrong('"a"', 'a list')],
  [list(text), {}, wrong('{}', 'a list')],
  [list(text), ['a', 1], wrong('1', 'text', 'at[1]')],
  [object({ a: text }), [], wrong('[]', 'an object')],
  [object({ a: text }), { a: 1 }, wrong('1', 'text', 'at.a')],
  [object({ a: object({ b: text }) }), { a: { b: 1 } }, wrong('1', 'text', 'at.a.b')],
])('of shape %j is not %j', (shape, value, found) => {
  expect(check(value, shape)).toEqual(found);
});

test.each<[string, string]>([
  ['colour', '"colour" is not a documented key (did you mean "color"?)'],
  ['toString', '"toString" is not a documented key: there are color or size'],
])('the key %s is not one of the members', (key, message) => {
  expect(checkMembers({ [key]: 1 }, { color: text, size: text }, '', TEMPLATE_RULES))
    .toEqual([expect.objectContaining({ rule: 'template/unknown-key', severity: 'warning', path: key, message })]);
});

test.each<[object, unknown[]]>([
  [{ MigrationType: 'full-load' }, [false, 'full-load', false, true]],
  [{ MigrationType: 'cdc' }, [false, 'cdc', true, false]],
  [{ MigrationType: 'full-load-and-cdc' }, [false, 'full-load-and-cdc', true, true]],
  [{ ReplicationType: 'cdc' }, [true, 'cdc', true, false]],
  [{ MigrationType: { Ref: 'Type' } }, [false, undefined, false, false]],
  [{}, [false, undefined, false, false]],
])('whether a task of %j is serverless, of which type, captures and loads: %j', (properties, expected) => {
  const own = { ...properties };
  expect([isServerless(own), migrationType(own), capturesChanges(own), loadsTables(own)]).toEqual(expected);
});
