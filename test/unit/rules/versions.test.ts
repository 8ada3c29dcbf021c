import { compareVersions, versionOf } from '../../../lib/rules/versions';

test.each<[string, number[]]>([
  ['3.6.1', [3, 6, 1]], ['16', [16]], ['10.21', [10, 21]],
  ['', []], ['3.', []], ['.6', []], ['v3.6', []], ['3.6-beta', []],
  ['3..6', []],
])('%j is the version %j', (text, version) => {
  expect(versionOf(text)).toEqual(version);
});

test.each<[number[], number[], number]>([
  [[3, 5, 4], [3, 6, 0], -1], [[3, 6, 0], [3, 5, 4], 1], [[3, 10, 0], [3, 9, 9], 1],
  [[4], [3, 9], 1], [[3, 6], [3, 6], 0],
  [[3, 6, 1], [3, 6], 0], [[3, 6], [3, 6, 1], 0], [[2, 9], [3, 1], -1],
])('%j against %j is %i', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});
