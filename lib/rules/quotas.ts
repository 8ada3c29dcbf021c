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

/** What one replication instance works with, and what CloudFormation takes in one template. */
export const QUOTAS = {
  tasksPerInstance: 200, endpointsPerInstance: 100, resourcesPerTemplate: 500, bytesPerTemplate: 1_000_000,
} as const;

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
      ...above('tasks-per-instance', used.tasks, QUOTAS.tasksPerInstance, pathOf(instance),
        `${instance.logicalId} has ${used.tasks} tasks`),
      ...above('endpoints-per-instance', used.endpoints.size, QUOTAS.endpointsPerInstance, pathOf(instance),
        `the tasks of ${instance.logicalId} have ${used.endpoints.size} endpoints`),
    ]),
    ...checkAccountQuotas((type) => resources.ofType(type).length),
    ...above('resources-per-template', count, QUOTAS.resourcesPerTemplate, 'Resources', `there are ${count} resources`),
    ...above('template-size', bytes, QUOTAS.bytesPerTemplate, '', `the template has ${bytes} bytes or more`),
  ];
}

/** Checks how much of everything there is in a template, or in several of them together. */
export function checkAccountQuotas(numberOf: (type: string) => number): Finding[] {
  return Object.entries(PER_ACCOUNT).flatMap(([type, most]) => {
    const made = numberOf(type);
    return above('account', made, most, 'Resources', `there are ${made} resources of type ${type}`);
  });
}

function above(rule: keyof typeof QUOTA_RULES, number: number, most: number, path: string, message: string): Finding[] {
  return number <= most ? [] : [finding(QUOTA_RULES[rule], path, `${message}: it is at most ${most}`)];
}
