import { at, Finding } from './finding';
import { checkEndpoint } from './endpoint';
import { checkParameterGroup } from './postgres-source';
import { checkTask } from './replication-task';
import { checkBucket } from './s3-target';
import { capturesChanges } from './task-kind';
import { readTemplate, ResourceDefinition, TaskDefinition } from './template';
import { section } from './values';

/**
 * Checks all that DMS does in a CloudFormation template: endpoints, tasks, the parameter groups behind sources of
 * changes and the buckets behind targets.
 *
 * @throws when it is no template
 */
export function checkTemplate(template: unknown): Finding[] {
  const { tasks, serverlessReplications, endpoints } = readTemplate(template);
  const all = [...tasks, ...serverlessReplications];
  return [
    ...endpoints.flatMap((endpoint) => checkEndpoint(endpoint.properties, pathOf(endpoint))),
    ...all.flatMap((task) => checkTask({
      properties: task.properties,
      source: task.source?.properties,
      target: task.target?.properties,
    }, pathOf(task))),
    ...checkParameterGroups(all),
    ...distinct(all.map((task) => task.targetBucket))
      .flatMap((bucket) => checkBucket(bucket.properties, pathOf(bucket))),
  ];
}

/** A group serves every task that captures changes from a database with it. */
function checkParameterGroups(tasks: readonly TaskDefinition[]): Finding[] {
  const groups = tasks.filter((task) => capturesChanges(task.properties)).map((task) => task.sourceParameterGroup);
  return distinct(groups).flatMap((group) => checkParameterGroup(
    section(group.properties.Parameters),
    { tasks: groups.filter((other) => other?.logicalId === group.logicalId).length },
    at(pathOf(group), 'Parameters'),
  ));
}

function distinct(resources: readonly (ResourceDefinition | undefined)[]): ResourceDefinition[] {
  const found = resources.filter((resource) => resource !== undefined);
  return [...new Map(found.map((resource) => [resource.logicalId, resource])).values()];
}

const pathOf = ({ logicalId }: Pick<ResourceDefinition, 'logicalId'>): string => `Resources.${logicalId}.Properties`;
