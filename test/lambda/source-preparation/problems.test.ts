import fc from 'fast-check';
import { LONGEST_MESSAGE } from '../../../lambda/plain-words';
import { error, names, type Problem, summary, warning } from '../../../lambda/source-preparation/problems';

test('errors come first, in their order', () => {
  expect(summary('No.', [warning('a'), error('b'), warning('c'), error('d')]))
    .toBe('No. (1) b. (2) d. (3) warning: a. (4) warning: c.');
});

test('what does not fit is counted', () => {
  const problems = ['a', 'b', 'c'].map((letter) => error(letter.repeat(10)));
  expect(summary('No.', problems, 47)).toBe(`No. (1) ${'a'.repeat(10)}. (2) ${'b'.repeat(10)}. And 1 more.`);
  expect(summary('No.', problems, 46)).toBe(`No. (1) ${'a'.repeat(10)}. And 2 more.`);
});

test('a problem that is too long for all the room is cut off', () => {
  const message = summary('No.', [error('a'.repeat(2_000)), error('b')]);
  expect(message).toHaveLength(LONGEST_MESSAGE);
  expect(message).toMatch(/^No\. \(1\) a+… And 1 more\.$/);
});

test('no message is too long, and each tells of all problems', () => {
  const problem: fc.Arbitrary<Problem> = fc.record({
    severity: fc.constantFrom('error' as const, 'warning' as const), text: fc.stringMatching(/^x{0,600}$/),
  });
  fc.assert(fc.property(fc.array(problem, { minLength: 1, maxLength: 30 }), (problems) => {
    const message = summary('Not ready.', problems);
    const shown = [...message.matchAll(/ \(\d+\) /g)].length;
    const [, more = '0'] = / And (\d+) more\.$/.exec(message) ?? [];
    expect(message.length).toBeLessThanOrEqual(LONGEST_MESSAGE);
    expect(shown + Number(more)).toBe(problems.length);
  }));
});

test('of many names a few are shown', () => {
  expect(names(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d, e');
  expect(names(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more');
});
