import { ACCOUNT, type Call, type Emulator, type PolicyDocument, REGION, type RolePolicies, type Statement } from './emulator';

/** What a policy is asked about: an action, and a resource. `*` is asked for where an action knows no resources. */
export interface Question {
  readonly action: string;
  readonly resource: string;
}

/**
 * Which resources a call needs, by the service authorization reference: every one of them has to be allowed. An action
 * that is not here is not guessed at.
 */
const NEEDS: Readonly<Record<string, (parameters: Readonly<Record<string, string>>) => Question[]>> = {
  'dynamodb:GetItem': ({ TableName }) => onTable('dynamodb:GetItem', TableName),
  'dynamodb:PutItem': ({ TableName }) => onTable('dynamodb:PutItem', TableName),
  // A transaction needs what each of its parts does. Those of the site map are all puts.
  'dynamodb:TransactWriteItems': ({ TransactItems }) =>
    (TransactItems as unknown as readonly { Put: { TableName: string } }[])
      .flatMap(({ Put: { TableName } }) => onTable('dynamodb:PutItem', TableName)),
  'dms:DescribeReplicationTasks': () => [{ action: 'dms:DescribeReplicationTasks', resource: '*' }],
  'dms:DescribeConnections': () => [{ action: 'dms:DescribeConnections', resource: '*' }],
  'dms:DescribeReplications': () => [{ action: 'dms:DescribeReplications', resource: '*' }],
  'dms:StartReplicationTask': ({ ReplicationTaskArn }) => on('dms:StartReplicationTask', ReplicationTaskArn),
  'dms:StopReplicationTask': ({ ReplicationTaskArn }) => on('dms:StopReplicationTask', ReplicationTaskArn),
  'dms:StartReplication': ({ ReplicationConfigArn }) => on('dms:StartReplication', ReplicationConfigArn),
  'dms:StopReplication': ({ ReplicationConfigArn }) => on('dms:StopReplication', ReplicationConfigArn),
  'dms:TestConnection': ({ EndpointArn, ReplicationInstanceArn }) =>
    on('dms:TestConnection', EndpointArn, ReplicationInstanceArn),
  'cloudformation:DescribeStacks': ({ StackName }) => on('cloudformation:DescribeStacks', StackName),
  'cloudformation:DescribeStackResource': ({ StackName }) => on('cloudformation:DescribeStackResource', StackName),
  'lambda:Invoke': ({ FunctionName }) => on('lambda:InvokeFunction', FunctionName),
  'secretsmanager:GetSecretValue': ({ SecretId }) => on('secretsmanager:GetSecretValue', SecretId),
  'states:StartExecution': ({ stateMachineArn }) => on('states:StartExecution', stateMachineArn),
};

const on = (action: string, ...resources: (string | undefined)[]): Question[] =>
  resources.map((resource) => ({ action, resource: resource ?? 'nothing' }));

/** DynamoDB takes the name of a table, and policies know its ARN. */
const onTable = (action: string, name: string | undefined): Question[] =>
  on(action, `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`);

/** What a call needs to be allowed. */
export function questionsOf(call: Call): Question[] {
  const name = `${call.service}:${call.action}`;
  const needs = NEEDS[name];
  if (needs === undefined) throw new Error(`a function calls ${name}: say in policy.ts which resources that needs`);
  return needs(call.parameters as Record<string, string>);
}

/** Whether policies of an identity allow something: some statement does, and none denies it. */
export function allows(policies: readonly PolicyDocument[], question: Question): boolean {
  const concerned = policies.flatMap(({ Statement: given }) => list(given)).filter((one) => concerns(one, question));
  return concerned.some(({ Effect }) => Effect === 'Allow') && !concerned.some(({ Effect }) => Effect === 'Deny');
}

function concerns(statement: Statement, { action, resource }: Question): boolean {
  const actions = statement.Action === undefined
    ? !list(statement.NotAction).some((pattern) => matches(pattern, action, 'i'))
    : list(statement.Action).some((pattern) => matches(pattern, action, 'i'));
  const resources = statement.Resource === undefined
    ? !list(statement.NotResource).some((pattern) => matches(pattern, resource))
    : list(statement.Resource).some((pattern) => matches(pattern, resource));
  if (!actions || !resources) return false;
  if (statement.Condition !== undefined) {
    throw new Error(`a statement has a condition, which is not evaluated here: ${JSON.stringify(statement)}`);
  }
  return true;
}

/** IAM's patterns: `*` stands for any text, `?` for any character. */
function matches(pattern: string, text: string, flags = ''): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${source}$`, flags).test(text);
}

function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value as readonly T[] : [value as T];
}

/** The roles of functions, each with what its functions asked for. */
export async function rolesOf(
  emulator: Emulator, calls: readonly Call[],
): Promise<{ role: string; policies: RolePolicies; asked: Question[] }[]> {
  const ofFunctions = calls.filter(({ caller }) => caller.kind === 'function');
  const roles = [...new Set(ofFunctions.map(({ caller }) => caller.role))];
  return Promise.all(roles.map(async (role) => ({
    role,
    policies: await emulator.policiesOf(role),
    asked: ofFunctions.filter(({ caller }) => caller.role === role).flatMap(questionsOf),
  })));
}

/** The same action on something else of its kind: the last part of the ARN is another one. */
export function elsewhere({ action, resource }: Question): Question {
  return { action, resource: resource.replace(/[^:/]+$/, 'another') };
}
