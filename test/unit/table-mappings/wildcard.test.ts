import * as fc from 'fast-check';
import { hasWildcard, looksLikePattern, matchesPattern } from '../../../lib/table-mappings/wildcard';

test.each<[string, string, boolean]>([
  ['%', '', true],
  ['DMS%', 'DMS_LOG', true],
  ['DMS%', 'dms_log', false],
  ['my_table', 'my-table', true],
  ['my_table', 'mytable', false],
  ['my[_]table', 'my_table', true],
  ['my[_]table', 'my-table', false],
  ['[ab]%', 'beta', true],
  ['[ab]%', 'gamma', false],
  ['t[1-3]', 't2', true],
  ['t[1-3]', 't4', false],
  ['t[1-3]', 't-', false],
  ['t[13-]', 't-', true],
  ['t[3-1]', 't2', false],
  ['t[3-1]', 't', false],
  ['t[3-3]', 't3', true],
  ['t[3-1x]', 'tx', true],
  ['a.b', 'axb', false],
  ['a[', 'a[', true],
  ['a[^b]', 'a^', true],
  ['_', '\u{1F600}', true],
  ['\u{1F600}', '\u{1F600}', true],
  ['\u{1F600}', 'x', false],
  ['a%b', 'a\nb', true],
  ['a b', 'a b', true],
  ['a b', 'ab', false],
])('%j on %j is %j', (pattern, name, expected) => {
  expect(matchesPattern(pattern, name)).toBe(expected);
});

test.each<[string, boolean, boolean]>([
  ['orders', false, false],
  ['order_lines', true, false],
  ['order%', true, true],
  ['order[_]lines', true, true],
  ['t[1-3]', true, true],
  ['odd[', false, false],
  ['odd[]', false, false],
])('%j has a wildcard: %j, and was meant as a pattern: %j', (pattern, wildcard, meant) => {
  expect([hasWildcard(pattern), looksLikePattern(pattern)]).toEqual([wildcard, meant]);
});

/** A pattern as pieces, each with the expression that says the same. */
const piece = fc.oneof(
  fc.constantFrom(['%', '[^]*'], ['_', '[^]'], ['[_]', '_'], ['[ab]', '(a|b)'], ['[a-c]', '(a|b|c)']),
  fc.constantFrom('a', 'b', 'd', '.', '*', '(', '\\', '$', '-').map((text) => [text, `\\x${hex(text)}`]),
);
const hex = (text: string): string => text.charCodeAt(0).toString(16).padStart(2, '0');

test('a pattern matches what the regular expression of its pieces matches', () => {
  const name = fc.string({ unit: fc.constantFrom(...'abcd_.*(\\$-\n'), maxLength: 6 });
  fc.assert(fc.property(fc.array(piece, { maxLength: 5 }), name, (pieces, given) => {
    const oracle = new RegExp(`^(?:${pieces.map(([, source]) => source).join('')})$`);
    expect(matchesPattern(pieces.map(([pattern]) => pattern).join(''), given)).toBe(oracle.test(given));
  }), { numRuns: 2000 });
});
