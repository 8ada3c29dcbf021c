import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { App, CfnResource, Stack } from 'aws-cdk-lib/core';
import { selection } from '../support/dms-template';
import { TemporaryFolders } from '../support/temporary-folder';

const ROOT = join(__dirname, '..', '..');
const folders = new TemporaryFolders();
const folder = folders.create();

interface Topic {
  readonly name: string;
  readonly display: string;
}

/** A cloud assembly with a stack for each entry, each holding one topic; a topic's name cannot change in place. */
function assembly(directory: string, stacks: Readonly<Record<string, Topic>>): string {
  const app = new App({ outdir: join(folder, directory) });
  for (const [id, { name, display }] of Object.entries(stacks)) {
    new CfnTopic(new Stack(app, id), 'Topic', { topicName: name, displayName: display });
  }
  return app.synth().directory;
}

function diff(base: string, head: string, env: Record<string, string> = {}): { status: number | null; page: string } {
  const script = join(ROOT, 'scripts', 'pull-request-diff.ts');
  const run = spawnSync(process.execPath, ['--import', 'tsx', script, base, head], {
    cwd: ROOT, encoding: 'utf8', env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true', ...env },
  });
  return { status: run.status, page: run.stdout + run.stderr };
}

const BASE = { A: { name: 'one', display: 'One' }, B: { name: 'two', display: 'Two' } };

test('a replaced resource fails the pull request, named before what only changes, unless it is allowed', () => {
  const base = assembly('base', BASE);
  const head = assembly('head', { A: { name: 'one', display: 'Eins' }, B: { name: 'zwei', display: 'Two' } });
  const { status, page } = diff(base, head);
  expect(page).toContain('## Stacks: 1 destructive, 1 changed');
  expect(page).toContain('AWS::SNS::Topic Topic replace');
  expect(page.indexOf('<b>B</b>: destructive')).toBeLessThan(page.indexOf('<b>A</b>: changed'));
  expect(status).toBe(1);
  expect(diff(base, head, { ALLOW_DESTRUCTIVE: 'true' }).status).toBe(0);
});

test('a change in place passes, and so does no change', () => {
  const base = assembly('base-2', BASE);
  const head = assembly('head-2', { ...BASE, A: { name: 'one', display: 'Eins' } });
  const { status, page } = diff(base, head);
  expect(page).toContain('## Stacks: 1 changed, 1 unchanged');
  expect(status).toBe(0);
  expect(diff(base, base)).toEqual({ status: 0, page: 'Running replication does not notice.\n\n## Stacks: 2 unchanged\n' });
});

test('a stack that is gone fails, a new one does not', () => {
  const both = assembly('both', BASE);
  const one = assembly('one', { A: BASE.A });
  const gone = diff(both, one);
  expect(gone.page).toContain('<b>B</b>: removed');
  expect(gone.status).toBe(1);
  const added = diff(one, both);
  expect(added.page).toContain('<b>B</b>: new');
  expect(added.status).toBe(0);
});

test('a task that loads every table again fails as well, and its tables are named', () => {
  const task = (directory: string, table: string): string => {
    const app = new App({ outdir: join(folder, directory) });
    const stack = new Stack(app, 'Shop');
    new CfnResource(stack, 'Task', { type: 'AWS::DMS::ReplicationTask', properties: {
      MigrationType: 'full-load', SourceEndpointArn: 's', TargetEndpointArn: 't', ReplicationInstanceArn: 'i',
      TableMappings: JSON.stringify({ rules: [selection('public', table)] }),
    } });
    new CfnResource(stack, 'Guard', {
      type: 'Custom::DmsTaskGuard', properties: { ServiceToken: 'f', ReplicationLogicalId: 'Task', OnChange: 'RELOAD' },
    });
    return app.synth().directory;
  };
  const { status, page } = diff(task('orders', 'orders'), task('clients', 'clients'));
  expect(page).toContain('## Running replication');
  expect(page).toContain('  reloads   Task  AWS::DMS::ReplicationTask');
  expect(page).toContain('- public.orders is no longer replicated');
  expect(status).toBe(1);
});

test('a folder that is no cloud assembly is refused', () => {
  const { status, page } = diff(folder, folder);
  expect(page).toContain('is not a cloud assembly: run `cdk synth` first');
  expect(status).toBe(2);
});
