import { type GuardProperties, OnTaskChange } from '../../../lambda/task-lifecycle/api';
import { refusalOf } from '../../../lambda/task-lifecycle/refusals';

const properties = (more: Partial<GuardProperties> = {}): GuardProperties => ({
  ChangeDigest: 'change', References: [], TimeoutMinutes: '30', ReplicationLogicalId: 'Task', IdentityDigest: 'identity',
  LoadDigest: 'load', MigrationType: 'full-load-and-cdc', OnChange: OnTaskChange.RESUME, ...more,
});
const refusal = (after: Partial<GuardProperties>): string | undefined => refusalOf(properties(), properties(after));

const { RESUME, RELOAD, FAIL } = OnTaskChange;

test.each([RESUME, RELOAD, FAIL])('%s: a change that needs no load may be made', (OnChange) => {
  expect(refusal({ OnChange, ChangeDigest: 'other' })).toBeUndefined();
});

test('a change that needs a load is refused only with FAIL', () => {
  expect(refusal({ LoadDigest: 'other', OnChange: RESUME })).toBeUndefined();
  expect(refusal({ LoadDigest: 'other', OnChange: RELOAD })).toBeUndefined();
  expect(refusal({ LoadDigest: 'other', OnChange: FAIL })).toMatch(/^the change to replication Task needs every table/);
});

test('a change that replaces the task is made only with RELOAD', () => {
  expect(refusal({ IdentityDigest: 'other', OnChange: RELOAD })).toBeUndefined();
  expect(refusal({ IdentityDigest: 'other', OnChange: RESUME })).toMatch(/replaces replication Task.*onChange RELOAD/);
  expect(refusal({ IdentityDigest: 'other', OnChange: FAIL })).toMatch(/replaces replication Task/);
});

test('RELOAD is not advised for a task of changes only, which cannot have it', () => {
  expect(refusal({ IdentityDigest: 'other', MigrationType: 'cdc' })).not.toContain('RELOAD');
});
