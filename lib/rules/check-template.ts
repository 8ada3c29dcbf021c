import { checkCertificate } from './certificate';
import { checkAddress } from './credentials';
import { checkEndpoint } from './endpoint';
import { checkEventSubscription, checkSubscribed } from './event-subscription';
import { at, Finding } from './finding';
import { RolePolicies } from './policy';
import { checkPostgresServer } from './postgres-server';
import { checkParameterGroup } from './postgres-source';
import { checkQuotas } from './quotas';
import { checkReplicationInstance } from './replication-instance';
import { checkSubnetGroup } from './replication-subnet-group';
import { checkTask } from './replication-task';
import { checkReferences } from './resource-references';
import { checkResourceShape } from './resource-shape';
import { pathOf, TemplateResources } from './resources';
import { checkEndpointRoles } from './roles';
import { checkBucket } from './s3-target';
import { checkServiceRoles } from './service-roles';
import { checkWayOut } from './subnet-routes';
import { capturesChanges } from './task-kind';
import { readTemplate, ResourceDefinition, TaskDefinition } from './template';
import { checkTwoWay } from './two-way';
import { legOf } from './two-way-pairs';
import { isUnresolved, section } from './values';

/**
 * Checks all that DMS does in a CloudFormation template: its own resources one by one and together, the parameter
 * groups behind sources of changes, the buckets behind targets, and the roles that everything runs with.
 *
 * @throws when it is no template
 */
export function checkTemplate(template: unknown): Finding[] {
  const definitions = readTemplate(template);
  const { tasks, serverlessReplications, endpoints, resources } = definitions;
  const all = [...tasks, ...serverlessReplications];
  return [
    ...endpoints.flatMap((endpoint) => [
      ...checkEndpoint(endpoint.properties, pathOf(endpoint)),
      ...checkAddress(endpoint.properties, pathOf(endpoint)),
    ]),
    ...all.flatMap((task) => checkTask({
      properties: task.properties,
      source: task.source?.properties,
      target: task.target?.properties,
    }, pathOf(task))),
    ...checkTwoWay(all.map((task) => legOf({
      properties: task.properties,
      source: task.source?.properties,
      target: task.target?.properties,
    }, pathOf(task)))),
    ...all.flatMap((task) => checkPostgresServer(task, resources)),
    ...checkParameterGroups(all),
    ...distinct(all.map((task) => task.targetBucket))
      .flatMap((bucket) => checkBucket(bucket.properties, pathOf(bucket))),
    ...checkCompute(resources),
    ...checkEndpointRoles(endpoints, resources, new RolePolicies(resources)),
    ...checkServiceRoles(resources),
    ...resources.all().flatMap((resource) => [
      ...checkResourceShape(resource),
      ...checkReferences(resource, resources),
    ]),
    ...checkQuotas(template, definitions),
  ];
}

/** A group serves every task that captures changes from a database with it. */
function checkParameterGroups(tasks: readonly TaskDefinition[]): Finding[] {
  const groups = tasks.filter((task) => capturesChanges(task.properties)).map((task) => task.sourceParameterGroup);
  const known = distinct(groups).filter(({ properties }) => !isUnresolved(properties.Parameters));
  return known.flatMap((group) => checkParameterGroup(
    section(group.properties.Parameters),
    { tasks: groups.filter((other) => other?.logicalId === group.logicalId).length },
    at(pathOf(group), 'Parameters'),
  ));
}

/** What runs the tasks, and what tells about it. */
function checkCompute(resources: TemplateResources): Finding[] {
  return [
    ...resources.ofType('AWS::DMS::ReplicationInstance')
      .flatMap((instance) => checkReplicationInstance(instance.properties, pathOf(instance))),
    ...resources.ofType('AWS::DMS::ReplicationSubnetGroup')
      .flatMap((group) => [
        ...checkSubnetGroup(group.properties, pathOf(group), resources),
        ...checkWayOut(group, resources),
      ]),
    ...resources.ofType('AWS::DMS::Certificate')
      .flatMap((certificate) => checkCertificate(certificate.properties, pathOf(certificate))),
    ...resources.ofType('AWS::DMS::EventSubscription').flatMap((subscription) => [
      ...checkEventSubscription(subscription.properties, pathOf(subscription)),
      ...checkSubscribed(subscription, resources),
    ]),
  ];
}

function distinct(resources: readonly (ResourceDefinition | undefined)[]): ResourceDefinition[] {
  const found = resources.filter((resource) => resource !== undefined);
  return [...new Map(found.map((resource) => [resource.logicalId, resource])).values()];
}
