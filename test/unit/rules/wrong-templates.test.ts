import { checkTemplate } from '../../../lib/rules';
import { goodTemplate } from './cases/good-template';
import { WRONG_TEMPLATES } from './cases/wrong-template-cases';

/** Each rule once: what is wrong with an endpoint may show in every task that uses it. */
const rulesOf = (template: unknown): string[] => [...new Set(checkTemplate(template).map(({ rule }) => rule))].sort();

test('the template that the wrong ones are made of is a good one', () => {
  expect(checkTemplate(goodTemplate())).toEqual([]);
});

test.each(WRONG_TEMPLATES)('$name: is found, and nothing else', ({ rules, template }) => {
  expect(rulesOf(template)).toEqual([...rules].sort());
});

test('the wrong templates differ from one another and from the good one', () => {
  const templates = [goodTemplate(), ...WRONG_TEMPLATES.map(({ template }) => template)];
  const texts = templates.map((template) => JSON.stringify(template));
  expect(new Set(texts).size).toBe(texts.length);
  expect(WRONG_TEMPLATES.length).toBeGreaterThanOrEqual(30);
});
