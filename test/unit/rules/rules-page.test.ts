import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allRules } from '../../../lib/rules';
import { rulesPage } from '../../../scripts/rules-page';

const PAGE = join(__dirname, '..', '..', '..', 'docs', 'rules.md');

test('docs/rules.md is what npm run docs:rules writes', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(rulesPage(allRules()));
});

test('rule ids are unique and have the form family/name', () => {
  const ids = allRules().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z0-9-]+\/[a-z0-9-]+$/.test(id))).toEqual([]);
});

test('every rule has a reason that is a sentence, a fix that continues one, and an AWS page', () => {
  const odd = allRules().filter(({ reason, fix, source }) =>
    !/^[A-Z].*\.$|^[a-z]+-kms .*\.$/s.test(reason)
    || fix.endsWith('.')
    || !source.startsWith('https://docs.aws.amazon.com/'));
  expect(odd.map(({ id }) => id)).toEqual([]);
});
