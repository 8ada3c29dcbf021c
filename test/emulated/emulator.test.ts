import { emulatedAccount } from './support/account';
import { DeployedStack, type Template } from './support/stack';

// What the other tests rely on: the emulator refuses what AWS refuses.
const account = emulatedAccount();
let stacks = 0;
const stack = (): DeployedStack => new DeployedStack(account(), `stack-${stacks += 1}`);

const ROLE = {
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
  },
};
const LOGS = { Type: 'AWS::Logs::LogGroup', Properties: {} };
const ENDPOINT = { Type: 'AWS::DMS::Endpoint', Properties: { EndpointType: 'source', EngineName: 'postgres', ServerName: 'db' } };

/** A template with a custom resource whose function runs `body` with `event` and `answer(status, id, data)`. */
function custom(body: string, version = '1', more: Record<string, unknown> = {}): Template {
  return {
    Resources: {
      Role: ROLE,
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs24.x', Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Code: { ZipFile: `
            const https = require('node:https');
            exports.handler = (event) => new Promise((resolve, reject) => {
              const answer = (Status, PhysicalResourceId, Data) => {
                const url = new URL(event.ResponseURL);
                const request = https.request({ hostname: url.hostname, path: url.pathname, method: 'PUT' }, resolve);
                request.on('error', reject);
                request.end(JSON.stringify({ Status, Reason: 'because', PhysicalResourceId, Data,
                  StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId }));
              };
              ${body}
            });` },
        },
      },
      Custom: {
        Type: 'Custom::Thing',
        Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, Version: version, ServiceTimeout: 60 },
      },
      ...more,
    },
  };
}

test('a type that the emulator does not have is refused before anything is made', async () => {
  await expect(stack().create({ Resources: { Logs: LOGS, Game: { Type: 'AWS::GameLift::Fleet', Properties: {} } } }))
    .rejects.toThrow('Unrecognized resource types: [AWS::GameLift::Fleet]');
});

test('a wrong enum fails, and what was made is deleted', async () => {
  const wrong = { ...ENDPOINT, Properties: { ...ENDPOINT.Properties, EndpointType: 'sink' } };

  const { status, failures, steps } = await stack().create({ Resources: { Logs: LOGS, Wrong: wrong } });

  expect(status).toBe('ROLLBACK_COMPLETE');
  expect(failures['Wrong']).toContain("EndpointType is 'sink': it must be one of source, target");
  expect(steps.slice(-2)).toEqual(['DELETE_IN_PROGRESS Logs', 'DELETE_COMPLETE Logs']);
  expect((await account().remains()).filter(({ type }) => type === 'AWS::Logs::LogGroup')).toEqual([]);
});

test('a property that a type does not have fails, and so does one that is missing', async () => {
  const unknown = { ...LOGS, Properties: { Colour: 'red' } };
  const missing = { ...ENDPOINT, Properties: { EndpointType: 'source' } };

  expect((await stack().create({ Resources: { Unknown: unknown } })).failures['Unknown'])
    .toBe('Encountered unsupported property Colour');
  expect((await stack().create({ Resources: { Missing: missing } })).failures['Missing'])
    .toBe('Property EngineName cannot be empty.');
});

test('a custom resource that fails is rolled back, after what depends on it and before what it depends on', async () => {
  const after = { ...LOGS, DependsOn: 'Custom' };

  const { status, failures, steps } = await stack().create(
    custom("answer(event.RequestType === 'Create' ? 'FAILED' : 'SUCCESS', 'thing')", '1', { After: after }),
  );

  expect(status).toBe('ROLLBACK_COMPLETE');
  expect(failures['Custom']).toContain('Message returned: because');
  expect(steps.filter((step) => step.startsWith('DELETE_COMPLETE'))).toEqual([
    'DELETE_COMPLETE Custom', 'DELETE_COMPLETE Function', 'DELETE_COMPLETE Role',
  ]);
});

test('a custom resource that does not answer fails when its time is over', async () => {
  const { status, failures } = await stack().create(custom("if (event.RequestType === 'Delete') answer('SUCCESS', 'thing'); else resolve()"));

  expect(status).toBe('ROLLBACK_COMPLETE');
  expect(failures['Custom']).toContain('did not receive a response from your Custom Resource');
});

test('a custom resource with a new id is another one: the old one is deleted at the end', async () => {
  const body = "answer('SUCCESS', `thing-${event.ResourceProperties.Version}`, { was: event.PhysicalResourceId ?? 'new' })";
  const updated = stack();
  await updated.create(custom(body));

  const { status, steps } = await updated.update(custom(body, '2', { After: { ...LOGS, DependsOn: 'Custom' } }));

  expect(status).toBe('UPDATE_COMPLETE');
  expect(steps).toEqual([
    'UPDATE_IN_PROGRESS Custom', 'UPDATE_COMPLETE Custom',
    'CREATE_IN_PROGRESS After', 'CREATE_COMPLETE After',
    'DELETE_IN_PROGRESS Custom', 'DELETE_COMPLETE Custom',
  ]);
  expect((await updated.resources())['Custom']).toBe('thing-2');
});

test('a task that runs can be neither changed nor deleted', async () => {
  const subnets = {
    Type: 'AWS::DMS::ReplicationSubnetGroup',
    Properties: { ReplicationSubnetGroupDescription: 'x', SubnetIds: ['a', 'b'] },
  };
  const instance = {
    Type: 'AWS::DMS::ReplicationInstance',
    Properties: { ReplicationInstanceClass: 'dms.t3.medium', ReplicationSubnetGroupIdentifier: { Ref: 'Subnets' } },
  };
  const task = (table: string): object => ({
    Type: 'AWS::DMS::ReplicationTask',
    Properties: {
      MigrationType: 'cdc',
      ReplicationInstanceArn: { Ref: 'Instance' },
      SourceEndpointArn: { Ref: 'Source' },
      TargetEndpointArn: { Ref: 'Target' },
      TableMappings: JSON.stringify({ rules: [{ 'rule-type': 'selection', 'rule-id': '1', 'rule-name': table }] }),
    },
  });
  const target = { ...ENDPOINT, Properties: { ...ENDPOINT.Properties, EndpointType: 'target' } };
  const template = (table: string): Template =>
    ({
      Resources: {
        Subnets: subnets, Instance: instance, Source: { ...ENDPOINT }, Target: target, Task: task(table),
      },
    });
  const running = async (): Promise<DeployedStack> => {
    const made = stack();
    await made.create(template('a'));
    await account().setTask((await made.task()).ReplicationTaskArn ?? '', { status: 'running' });
    return made;
  };
  const moved = template('a');
  (moved.Resources['Source'] as { Properties: object }).Properties = { ...ENDPOINT.Properties, ServerName: 'elsewhere' };

  expect((await (await running()).update(moved)).failures['Source']).toMatch(/cannot be modified while .* is running/);

  const other = await running();
  const changed = await other.update(template('b'));
  // The rollback cannot change it either.
  expect(changed.status).toBe('UPDATE_ROLLBACK_FAILED');
  expect(changed.failures['Task']).toContain('cannot be modified while it is running state');
  const deleted = await other.delete();
  expect(deleted.status).toBe('DELETE_FAILED');
  expect(deleted.failures['Task']).toContain('cannot be deleted: it is running');
  // What the task needs stays with it.
  expect(deleted.steps.filter((step) => step.startsWith('DELETE'))).toEqual(['DELETE_IN_PROGRESS Task', 'DELETE_FAILED Task']);
});
