import { defineRules, Finding, finding } from './finding';
import { pathOf, ResourceDefinition } from './resources';
import { TemplateDefinitions } from './template';

/** The rules for how many there may be of something. */
export const QUOTA_RULES = defineRules('quotas', 'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Limits.html', {
  'tasks-per-instance': {
    reason: 'A replication instance runs at most 200 tasks.',
    fix: 'spread the tasks over more instances',
  },
  'endpoints-per-instance': {
    severity: 'warning',
    reason: 'A replication instance works with at most 100 endpoints unless AWS raised the quota.',
    fix: 'share endpoints between tasks, spread the tasks over more instances, or ask for a higher quota',
  },
  account: {
    severity: 'warning',
    reason: 'An account has quotas in each Region, which AWS raises on request.',
    fix: 'ask for a higher quota before you deploy, or use fewer',
  },
  'template-size': {
    reason: 'CloudFormation takes templates of at most 1,000,000 bytes.',
    fix: 'spread the tasks over more stacks',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html',
  },
  'resources-per-template': {
    reason: 'CloudFormation takes at most 500 resources in a template.',
    fix: 'spread the resources over more stacks',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html',
  },
});

const TASKS_PER_INSTANCE = 200;
const ENDPOINTS_PER_INSTANCE = 100;
const RESOURCES_PER_TEMPLATE = 500;
const BYTES_PER_TEMPLATE = 1_000_000;

/** Of an account in a Region. */
const PER_ACCOUNT: Readonly<Record<string, number>> = {
  'AWS::DMS::ReplicationInstance': 60,
  'AWS::DMS::ReplicationSubnetGroup': 60,
  'AWS::DMS::Endpoint': 1000,
  'AWS::DMS::ReplicationTask': 600,
  'AWS::DMS::ReplicationConfig': 100,
  'AWS::DMS::EventSubscription': 60,
  'AWS::DMS::Certificate': 100,
};

/** Checks the numbers of a template: how large it is, and how much of everything it makes. */
export function checkQuotas(template: unknown, { tasks, resources }: TemplateDefinitions): Finding[] {
  const count = resources.all().length;
  // Written without spaces: as it is deployed it is never smaller.
  const bytes = Buffer.byteLength(JSON.stringify(template));
  const users = new Map<ResourceDefinition, { tasks: number; endpoints: Set<ResourceDefinition> }>();
  for (const { replicationInstance: instance, source, target } of tasks) {
    if (!instance) continue;
    const used = users.get(instance) ?? { tasks: 0, endpoints: new Set() };
    [source, target].forEach((endpoint) => endpoint && used.endpoints.add(endpoint));
    users.set(instance, { ...used, tasks: used.tasks + 1 });
  }
  return [
    ...[...users].flatMap(([instance, used]) => [
      ...above('tasks-per-instance', used.tasks, TASKS_PER_INSTANCE, pathOf(instance),
        `${instance.logicalId} has ${used.tasks} tasks`),
      ...above('endpoints-per-instance', used.endpoints.size, ENDPOINTS_PER_INSTANCE, pathOf(instance),
        `the tasks of ${instance.logicalId} have ${used.endpoints.size} endpoints`),
    ]),
    ...Object.entries(PER_ACCOUNT).flatMap(([type, most]) => {
      const made = resources.ofType(type).length;
      return above('account', made, most, 'Resources', `there are ${made} resources of type ${type}`);
    }),
    ...above('resources-per-template', count, RESOURCES_PER_TEMPLATE, 'Resources', `there are ${count} resources`),
    ...above('template-size', bytes, BYTES_PER_TEMPLATE, '', `the template has ${bytes} bytes or more`),
  ];
}

function above(rule: keyof typeof QUOTA_RULES, number: number, most: number, path: string, message: string): Finding[] {
  return number <= most ? [] : [finding(QUOTA_RULES[rule], path, `${message}: it is at most ${most}`)];
}
