import { at, defineRules, Finding, finding } from './finding';
import { listed, servicesOf, statementsOf } from './policy';
import { pathOf, ResourceDefinition, TemplateResources } from './resources';
import { asText, CfnProperties, didYouMean, isLeftOut, isSet, oneOf, shown } from './values';

/** The rules for event subscriptions. */
export const EVENT_RULES = defineRules('events', 'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Events.html', {
  'source-type': {
    reason: 'DMS tells events of replication instances and of replication tasks.',
    fix: 'use replication-instance or replication-task',
  },
  category: {
    reason: 'Each type of source has its own categories of events, in lower case and with spaces.',
    fix: 'use the categories of the source type, or leave EventCategories out for all of them',
  },
  'source-ids': {
    reason: 'Ids only tell sources apart when it is known what they are ids of.',
    fix: 'give SourceType with SourceIds',
  },
  'source-kind': {
    reason: 'A subscription takes ids of sources of its own type only.',
    fix: 'correct SourceType, or refer to resources of that type',
  },
  'topic-key': {
    reason: 'DMS publishes to an encrypted topic only with a key that lets it.',
    fix: 'encrypt the topic with a key whose policy allows kms:GenerateDataKey* and kms:Decrypt to dms.amazonaws.com',
  },
});

const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  'replication-instance': [
    'configuration change', 'creation', 'deletion', 'failover', 'failure', 'low storage', 'maintenance',
  ],
  'replication-task': ['configuration change', 'creation', 'deletion', 'failure', 'state change'],
};
const SOURCES: Readonly<Record<string, string>> = {
  'replication-instance': 'AWS::DMS::ReplicationInstance',
  'replication-task': 'AWS::DMS::ReplicationTask',
};

/** Checks the properties of an `AWS::DMS::EventSubscription`. */
export function checkEventSubscription(properties: CfnProperties, path: string = ''): Finding[] {
  const { SourceType, SourceIds } = properties;
  const type = asText(SourceType);
  if (type !== undefined && !Object.hasOwn(CATEGORIES, type)) {
    const types = Object.keys(CATEGORIES);
    return [finding(EVENT_RULES['source-type'], at(path, 'SourceType'),
      `${shown(type)} is not a type of source${didYouMean(type, types)}: it is ${oneOf(types)}`)];
  }
  const all = [...new Set(Object.values(CATEGORIES).flat())];
  const allowed = type === undefined ? all : CATEGORIES[type]!;
  return [
    ...(isSet(SourceIds) && isLeftOut(SourceType) ? [finding(EVENT_RULES['source-ids'], at(path, 'SourceIds'),
      'SourceIds is given without SourceType')] : []),
    ...listed(properties.EventCategories).flatMap((value, index) => {
      const category = asText(value);
      return category === undefined || allowed.includes(category) ? [] : [finding(EVENT_RULES.category,
        at(at(path, 'EventCategories'), `[${index}]`),
        `${shown(category)} is not a category of events${didYouMean(category, allowed)}: it is ${oneOf(allowed)}`)];
    }),
  ];
}

/** Checks a subscription together with what it refers to. */
export function checkSubscribed(subscription: ResourceDefinition, resources: TemplateResources): Finding[] {
  const { SourceType, SourceIds, SnsTopicArn } = subscription.properties;
  const path = pathOf(subscription);
  const wanted = new Map(Object.entries(SOURCES)).get(asText(SourceType) ?? '');
  return [
    ...listed(SourceIds).flatMap((id, index) => {
      const type = resources.direct(id)?.resource.type;
      return wanted === undefined || type === undefined || type === wanted || !Object.values(SOURCES).includes(type)
        ? []
        : [finding(EVENT_RULES['source-kind'], at(at(path, 'SourceIds'), `[${index}]`),
          `the source is an ${type} and SourceType is ${shown(SourceType)}`)];
    }),
    ...checkTopic(resources.referenced(SnsTopicArn, ['AWS::SNS::Topic']), at(path, 'SnsTopicArn'), resources),
  ];
}

function checkTopic(topic: ResourceDefinition | undefined, path: string, resources: TemplateResources): Finding[] {
  const id = topic?.properties.KmsMasterKeyId;
  if (asText(id)?.endsWith('alias/aws/sns')) {
    return [finding(EVENT_RULES['topic-key'], path, `${topic!.logicalId} is encrypted with alias/aws/sns`)];
  }
  const key = resources.referenced(id, ['AWS::KMS::Key']);
  const services = key && statementsOf(key.properties.KeyPolicy)
    ?.filter(({ Effect }) => Effect !== 'Deny')
    .map((statement) => servicesOf(statement));
  const denied = services?.every((names) =>
    names !== undefined && !names.some((name) => /^dms\.amazonaws\.com/.test(name)));
  return denied === true ? [finding(EVENT_RULES['topic-key'], path,
    `${topic!.logicalId} is encrypted with ${key!.logicalId}, which lets no service dms.amazonaws.com use it`)] : [];
}
