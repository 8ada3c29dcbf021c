import { allRules, Rule } from '../../../lib/rules';
import { CATALOG_CASES } from './cases/catalog-cases';
import { DATABASE_TARGET_CASES } from './cases/database-target-cases';
import { ENDPOINT_CASES } from './cases/endpoint-cases';
import { ENGINE_CASES } from './cases/engine-cases';
import { INSTANCE_CASES } from './cases/instance-cases';
import { REDSHIFT_CASES } from './cases/redshift-cases';
import { ROLE_CASES } from './cases/role-cases';
import { SERVERLESS_CASES } from './cases/serverless-cases';
import { TABLE_MAPPING_CASES } from './cases/table-mapping-cases';
import { TASK_CASES } from './cases/task-cases';
import { TASK_SETTINGS_CASES } from './cases/task-settings-cases';
import { TEMPLATE_CASES } from './cases/template-cases';
import { TWO_WAY_CASES } from './cases/two-way-cases';

const CASES = [
  ...TABLE_MAPPING_CASES, ...TASK_SETTINGS_CASES, ...ENDPOINT_CASES, ...TASK_CASES, ...DATABASE_TARGET_CASES,
  ...REDSHIFT_CASES, ...CATALOG_CASES, ...ENGINE_CASES, ...INSTANCE_CASES, ...SERVERLESS_CASES, ...ROLE_CASES,
  ...TEMPLATE_CASES, ...TWO_WAY_CASES,
]
  .map((one) => ({ ...one, title: one.when === undefined ? one.rule : `${one.rule} (${one.when})` }));
const rules = (): Map<string, Rule> => new Map(allRules().map((rule) => [rule.id, rule]));

test('every rule has a case', () => {
  const covered = new Set(CASES.map(({ rule }) => rule));
  expect([...rules().keys()].filter((id) => !covered.has(id))).toEqual([]);
});

test.each(CASES)('$title: what breaks it is found, and nothing else', ({ rule, broken, path, message }) => {
  const { severity, fix } = rules().get(rule)!;
  expect(broken()).toEqual([{ rule, severity, path, message, fix }]);
});

test.each(CASES)('$title: what just passes gives no finding', ({ passing }) => {
  expect(passing()).toEqual([]);
});
