import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeImpact } from '../../cli/impact/describe';
import type { Effect } from '../../cli/impact/effects';
import { templateEffects } from '../../cli/impact/impact';
import { runDms } from '../support/dms';
import { selection, template, transformation } from '../support/dms-template';
import { TemporaryFolders } from '../support/temporary-folder';

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown>; [attribute: string]: unknown }>;

const folders = new TemporaryFolders();

const INSTANCE = { Type: 'AWS::DMS::ReplicationInstance', Properties: { ReplicationInstanceClass: 'dms.t3.medium' } };
const ORDERS = selection('public', 'orders');

/** The stack of a task, with the parts that a test wants otherwise. */
function stack(
  options: Parameters<typeof template>[0] = {}, more: Resources = {}, onChange?: string,
): { Resources: Resources } {
  const { Resources } = template({ rules: [ORDERS], ...options }) as { Resources: Resources };
  Resources['Task']!.Properties!['ReplicationInstanceArn'] = { Ref: 'Instance' };
  const guard: Resources = onChange === undefined ? {} : {
    Guard: { Type: 'Custom::DmsTaskGuard', Properties: { ReplicationLogicalId: 'Task', OnChange: onChange } },
  };
  return { Resources: { ...Resources, Instance: INSTANCE, ...guard, ...more } };
}

/** What it does to a task with a lifecycle to become another one. */
const effectsOf = (
  after: object, onChange: string | undefined = 'RESUME', before: object = stack({}, {}, onChange),
): Effect[] => templateEffects(before, after);

const kindsOf = (effects: readonly Effect[]): string[] => effects.map(({ effect, resource }) => `${effect} ${resource}`);

describe('a task', () => {
  test('that stays as it is has no effect', () => {
    expect(effectsOf(stack({}, {}, 'RESUME'))).toEqual([]);
  });

  test('that is logged otherwise pauses, and the setting is named', () => {
    const after = stack({ settings: { Logging: { EnableLogging: true } } }, {}, 'RESUME');
    expect(effectsOf(after)).toEqual([{
      effect: 'pauses', resource: 'Task', type: 'AWS::DMS::ReplicationTask',
      message: 'the task is stopped, changed and resumed where it stopped',
      details: ['Logging: not given → {"EnableLogging":true}'],
    }]);
  });

  test('on a larger instance pauses', () => {
    const larger = { Type: INSTANCE.Type, Properties: { ReplicationInstanceClass: 'dms.r6i.large' } };
    const [effect] = effectsOf(stack({}, { Instance: larger }, 'RESUME'));
    expect(effect).toMatchObject({ effect: 'pauses', resource: 'Task', details: ['Instance: ReplicationInstanceClass'] });
  });

  test.each([
    ['RESUME', 'pauses'], ['RELOAD', 'reloads'], ['FAIL', 'refused'], [undefined, 'by hand'],
  ])('with onChange %s and another table: %s', (onChange, expected) => {
    const after = stack({ rules: [selection('public', 'clients')] }, {}, onChange);
    const [effect] = effectsOf(after, onChange, stack({}, {}, onChange));
    expect(effect).toMatchObject({
      effect: expected,
      details: ['public.orders is no longer replicated', 'public.clients is replicated from now on'],
    });
  });

  test('whose rules are only named and numbered otherwise, pauses without a detail', () => {
    const after = stack({ rules: [{ ...ORDERS, 'rule-id': '7', 'rule-name': 'seven' }] }, {}, 'RELOAD');
    expect(effectsOf(after, 'RELOAD')).toMatchObject([{ effect: 'pauses', details: [] }]);
  });

  test('tells other filters, other transformations and another exclusion', () => {
    const rules = [
      { ...ORDERS, filters: [{ 'filter-type': 'source' }] },
      { ...selection('public', 'audit'), 'rule-action': 'exclude' },
      transformation(3, 'convert-lowercase', 'table', {}),
    ];
    const [effect] = effectsOf(stack({ rules }, {}, 'RESUME'));
    expect(effect!.details).toEqual([
      'public.audit is excluded from now on',
      'public.orders has other filters or another load order',
      'transformation rules: 0 gone, 1 new',
    ]);
  });

  test.each([['RELOAD', 'reloads'], ['RESUME', 'refused'], [undefined, 'reloads']])(
    'with onChange %s and another migration type: %s', (onChange, expected) => {
      const after = stack({ migrationType: 'cdc' }, {}, onChange);
      const [effect] = effectsOf(after, onChange, stack({}, {}, onChange));
      expect(effect!.effect).toBe(expected);
      expect(effect!.message).toContain('MigrationType cannot be changed in a task that exists');
      expect(effect!.details).toEqual(['MigrationType: "full-load-and-cdc" → "cdc"']);
    });

  test('whose endpoint is replaced is replaced with it', () => {
    const { Source } = stack().Resources;
    const after = stack({}, { Source: { ...Source!, Properties: { ...Source!.Properties, KmsKeyId: 'other' } } }, 'RELOAD');
    expect(kindsOf(effectsOf(after, 'RELOAD'))).toEqual(['replaces Source', 'reloads Task']);
  });

  test('under another id is another task', () => {
    const { Task, ...others } = stack().Resources;
    const effects = effectsOf({ Resources: { ...others, Renamed: Task! } }, undefined);
    expect(kindsOf(effects)).toEqual(['destroys Task', 'starts Renamed']);
  });

  test('of a serverless replication is told as well', () => {
    const config = (table: string): object => ({ Resources: { Config: {
      Type: 'AWS::DMS::ReplicationConfig',
      Properties: { ReplicationType: 'full-load', TableMappings: { rules: [selection('public', table)] } },
    } } });
    expect(templateEffects(config('orders'), config('clients'))).toMatchObject([{
      effect: 'by hand', resource: 'Config', type: 'AWS::DMS::ReplicationConfig',
      details: ['public.orders is no longer replicated', 'public.clients is replicated from now on'],
    }]);
  });
});

describe('what holds data', () => {
  const bucket = (attributes: object = {}): Resources => ({ Lake: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'a' }, ...attributes } });

  test('is destroyed, kept or replaced', () => {
    const empty = { Resources: {} };
    expect(kindsOf(templateEffects({ Resources: bucket() }, empty))).toEqual(['destroys Lake']);
    expect(kindsOf(templateEffects({ Resources: bucket({ DeletionPolicy: 'Retain' }) }, empty))).toEqual(['keeps Lake']);
    expect(templateEffects({ Resources: bucket() }, { Resources: bucket({ Properties: { BucketName: 'b' } }) })).toEqual([{
      effect: 'replaces', resource: 'Lake', type: 'AWS::S3::Bucket', details: ['replaced by a change of BucketName'],
      message: 'a new one takes its place, without every object in it',
    }]);
  });

  test('an endpoint that no task of its stack uses is changed by hand', () => {
    const endpoint = (Port: number): object => ({ Resources: { Shared: { Type: 'AWS::DMS::Endpoint', Properties: { Port } } } });
    expect(templateEffects(endpoint(1), endpoint(2))).toMatchObject([{ effect: 'by hand', resource: 'Shared', details: ['Shared: Port'] }]);
  });
});

describe('dms impact', () => {
  const write = (files: Record<string, unknown>): string => {
    const folder = folders.create();
    Object.entries(files).forEach(([name, content]) => writeFileSync(join(folder, name), JSON.stringify(content)));
    return folder;
  };

  test('ends with 1 when something would be loaded again, and with 0 when nothing is', async () => {
    const folder = write({ 'a.json': stack(), 'b.json': stack({ migrationType: 'cdc' }), 'c.json': stack({ settings: { Logging: {} } }) });
    const file = (name: string): string => join(folder, name);
    const reloaded = await runDms(['impact', file('a.json'), file('b.json')]);
    expect(reloaded.stdout).toMatch(/^b\n {2}reloads {3}Task {2}AWS::DMS::ReplicationTask\n/);
    expect(reloaded.exitCode).toBe(1);
    const paused = await runDms(['impact', '--json', file('a.json'), file('c.json')]);
    expect(JSON.parse(paused.stdout)).toMatchObject({ harmful: 0, stacks: [{ stack: 'c', effects: [{ effect: 'by hand' }] }] });
    expect(paused.exitCode).toBe(0);
  });

  test('matches the stacks of two cdk.out folders by name', async () => {
    const assembly = (stacks: Record<string, unknown>): string => write({
      ...Object.fromEntries(Object.entries(stacks).map(([name, content]) => [`${name}.template.json`, content])),
      'manifest.json': { artifacts: Object.fromEntries(Object.keys(stacks).map((name) =>
        [name, { type: 'aws:cloudformation:stack', properties: { templateFile: `${name}.template.json` } }])) },
    });
    const { stdout, exitCode } = await runDms(['impact', '--json', assembly({ A: stack(), B: stack() }), assembly({ A: stack(), C: stack() })]);
    const { stacks } = JSON.parse(stdout) as { stacks: { stack: string; effects: Effect[] }[] };
    expect(stacks.map((one) => [one.stack, kindsOf(one.effects)])).toEqual([
      ['A', []],
      ['B', ['destroys Source', 'destroys Target', 'destroys Instance', 'destroys Task']],
      ['C', ['starts Task']],
    ]);
    expect(exitCode).toBe(1);
  });

  test.each<[string, (folder: string) => [string, string], RegExp]>([
    ['two kinds', (folder) => [folder, join(folder, 'a.json')], /are of two kinds: give two templates, or two cdk\.out folders/],
    ['no template', (folder) => [join(folder, 'a.json'), join(folder, 'mappings.json')], /mappings\.json is no CloudFormation template: there is no object "Resources" in it/],
    ['nothing', (folder) => [join(folder, 'a.json'), join(folder, 'missing.json')], /cannot read .*missing\.json: there is no such file or folder/],
  ])('refuses %s', async (_, pathsOf, message) => {
    const folder = write({ 'a.json': stack(), 'mappings.json': { rules: [] }, 'manifest.json': {} });
    const { exitCode, stderr, stdout } = await runDms(['impact', ...pathsOf(folder)]);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  test('tells people the worst of each stack first, and the sum at the end', () => {
    const after = stack({ migrationType: 'cdc' });
    const text = describeImpact([{ stack: 'Shop', effects: effectsOf(after, undefined) }, { stack: 'Log', effects: [] }], (_, said) => said);
    expect(text.split('\n')).toEqual([
      'Shop',
      '  reloads   Task  AWS::DMS::ReplicationTask',
      '            MigrationType cannot be changed in a task that exists, and a new task loads every table',
      '            - MigrationType: "full-load-and-cdc" → "cdc"',
      '',
      'Log: running replication does not notice',
      '',
      '1 effect to decide on before deploying, 0 others',
    ]);
  });
});
