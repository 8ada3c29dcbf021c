import {
  asBoolean, asNumber, asText, didYouMean, isLeftOut, isSet, isUnresolved, oneOf, section, shown,
} from '../../../lib/rules/values';

test.each<[unknown, boolean]>([
  [{ Ref: 'A' }, true], [{ Condition: 'A' }, true], [{ 'Fn::GetAtt': ['A', 'B'] }, true], [{ 'Fn::Sub': '' }, true],
  [{ Ref: 'A', more: 1 }, false], [{ Reference: 'A' }, false], [{ 'x-Fn::': 'A' }, false], [{}, false],
  ['a ${Token[TOKEN.1]}', true], ['{{resolve:ssm:a}} b', true], ['${Ref}', false], ['Ref', false],
  [[{ Ref: 'A' }], false], [null, false], [undefined, false], [1, false],
])('%j is not known yet: %j', (value, expected) => {
  expect(isUnresolved(value)).toBe(expected);
});

const maybe = { 'Fn::If': ['C', 'value', { Ref: 'AWS::NoValue' }] };

test.each<[unknown, boolean, boolean]>([
  [undefined, true, false], [null, true, false], [{ Ref: 'AWS::NoValue' }, true, false],
  [maybe, false, false], [{ 'Fn::If': ['C', 'a', 'b'] }, false, true], [{ Ref: 'A' }, false, true],
  ['', false, true], [0, false, true], [false, false, true], ['AWS::NoValue', false, true], [{}, false, true],
])('%j is left out: %j, is there: %j', (value, leftOut, there) => {
  expect([isLeftOut(value), isSet(value)]).toEqual([leftOut, there]);
});

test.each<[unknown, boolean | undefined]>([
  [true, true], ['true', true], [false, false], ['false', false],
  ['True', undefined], ['', undefined], [1, undefined], [undefined, undefined], [{ Ref: 'A' }, undefined],
])('%j as a boolean is %j', (value, expected) => {
  expect(asBoolean(value)).toBe(expected);
});

test.each<[unknown, number | undefined]>([
  [7, 7], ['7', 7], [' -7.25 ', -7.25], ['10', 10], ['1.50', 1.5],
  ['', undefined], ['.5', undefined], ['5.', undefined], ['7a', undefined], ['a7', undefined], ['- 7', undefined],
  ['1e3', undefined], [true, undefined], [null, undefined], [['7'], undefined],
])('%j as a number is %j', (value, expected) => {
  expect(asNumber(value)).toBe(expected);
});

test.each<[unknown, string | undefined]>([
  ['a', 'a'], ['', ''], ['${Token[TOKEN.1]}', undefined], [1, undefined], [null, undefined], [['a'], undefined],
])('%j as a text is %j', (value, expected) => {
  expect(asText(value)).toBe(expected);
});

test.each<[unknown, object]>([
  [{ a: 1 }, { a: 1 }], [{ Ref: 'A' }, {}], [undefined, {}], [null, {}], ['a', {}], [[1], {}],
])('%j as a section is %j', (value, expected) => {
  expect(section(value)).toEqual(expected);
});

test.each<[unknown, string]>([
  [undefined, 'nothing'], [null, 'null'], ['a', '"a"'], [{ a: [1] }, '{"a":[1]}'],
  ['x'.repeat(58), `"${'x'.repeat(58)}"`], ['x'.repeat(59), `"${'x'.repeat(56)}…`],
])('%j is shown as %s', (value, expected) => {
  expect(shown(value)).toBe(expected);
});

test.each<[string[], string]>([
  [[], ''], [['a'], 'a'], [['a', 'b'], 'a or b'], [['a', 'b', 'c'], 'a, b or c'],
])('one of %j is "%s"', (words, expected) => {
  expect(oneOf(words)).toBe(expected);
});

test.each<[string, string[], string | undefined]>([
  ['lenght', ['length'], 'length'],
  ['LENGTH', ['length'], 'length'],
  ['a', ['b'], 'b'],
  ['ab', ['ba'], 'ba'],
  ['abc', ['acb'], 'acb'],
  ['ab', ['xa'], undefined],
  ['ab', ['bx'], undefined],
  ['ab', ['xx'], undefined],
  ['abc', ['ab'], 'ab'],
  ['ab', ['abc'], 'abc'],
  ['abcdef', ['abXYef'], 'abXYef'],
  ['abcde', ['abXYe'], undefined],
  ['abcdef', ['aXYZef'], undefined],
  ['abcdef', ['abXdeY', 'abcdeX'], 'abcdeX'],
  ['abcdef', ['abcdeX', 'abcdeY'], 'abcdeX'],
  ['abcdefghi', ['badcfeghi'], 'badcfeghi'],
  ['abcdefgh', ['badcfegh'], undefined],
  ['', ['a'], 'a'],
  ['orders', [], undefined],
])('%j may be meant for one of %j: %j', (given, known, meant) => {
  expect(didYouMean(given, known)).toBe(meant === undefined ? '' : ` (did you mean ${JSON.stringify(meant)}?)`);
});
