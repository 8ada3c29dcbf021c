import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../lib/private/json';
import { type GuardProperties, LifecycleResource, OnTaskChange } from '../../lib/replication/task-lifecycle-api';
import { loadOf } from '../../lib/private/replication-digest';
import { parseJsonProperty, readTemplate, type TaskDefinition, type TemplateDefinitions } from '../../lib/rules/template';
import type { Effect } from './effects';
import type { ResourceChange } from './resource-changes';
import { mappingDetails } from './selected-tables';
import { settingDetails } from './settings';

/** What a change does to the tasks and serverless replications of a stack. */
export function taskEffects(before: unknown, after: unknown, changes: readonly ResourceChange[]): Effect[] {
  const [old, current] = [readTemplate(before), readTemplate(after)];
  const changeOf = new Map(changes.map((change) => [change.logicalId, change]));
  const was = new Map(replicationsOf(old).map((task) => [task.logicalId, task]));
  const is = new Map(replicationsOf(current).map((task) => [task.logicalId, task]));
  return [
    ...[...was.values()].filter(({ logicalId }) => !is.has(logicalId)).map((task) => removed(task, typeOf(old, task))),
    ...[...is.values()].flatMap((task) => {
      const type = typeOf(current, task);
      const earlier = was.get(task.logicalId);
      return earlier === undefined
        ? [added(task, type)]
        : changed({ earlier, task, type, changeOf, template: current });
    }),
  ];
}

/** Endpoints and instances that change while no task of their stack uses them: tasks of other stacks may. */
export function effectsElsewhere(after: unknown, changes: readonly ResourceChange[]): Effect[] {
  const used = new Set(replicationsOf(readTemplate(after))
    .flatMap(({ source, target, replicationInstance }) => [source, target, replicationInstance])
    .map((resource) => resource?.logicalId));
  return changes
    .filter(({ type, fate }) => SHARED_TYPES.includes(type) && fate === 'updated')
    .filter(({ logicalId }) => !used.has(logicalId))
    .map(({ logicalId: resource, type, properties }): Effect => ({
      effect: 'by hand', resource, type, details: [`${resource}: ${properties.join(', ')}`],
      message: 'DMS does not change it while a task runs with it: stop those of other stacks before, resume them afterwards',
    }));
}

const SHARED_TYPES = ['AWS::DMS::Endpoint', 'AWS::DMS::ReplicationInstance'];

interface ChangedTask {
  readonly earlier: TaskDefinition;
  readonly task: TaskDefinition;
  readonly type: string;
  readonly changeOf: ReadonlyMap<string, ResourceChange>;
  readonly template: TemplateDefinitions;
}

function changed({ earlier, task, type, changeOf, template }: ChangedTask): Effect[] {
  const own = changeOf.get(task.logicalId);
  const around = [task.source, task.target, task.replicationInstance]
    .flatMap((resource) => (resource === undefined ? [] : changeOf.get(resource.logicalId) ?? []));
  if (own === undefined && around.length === 0) return [];
  const resource = task.logicalId;
  const onChange = onChangeOf(template, resource);
  const details = [...detailsOf(earlier, task), ...around.map(({ logicalId, properties }) => `${logicalId}: ${properties.join(', ')}`)];
  if (own?.fate === 'replaced') {
    const why = `${own.replacing.join(', ')} cannot be changed in a task that exists, and a new task loads every table`;
    return [onChange === undefined || onChange === OnTaskChange.RELOAD
      ? { effect: 'reloads', resource, type, message: why, details }
      : { effect: 'refused', resource, type, details, message: `${why}; onChange is ${onChange}: RELOAD would allow it` }];
  }
  const needsLoad = !isDeepStrictEqual(rowsOf(earlier), rowsOf(task));
  return [needsLoad
    ? { resource, type, details, ...loadEffect(onChange) }
    : { resource, type, details, ...pauseEffect(onChange) }];
}

function loadEffect(onChange: OnTaskChange | undefined): Pick<Effect, 'effect' | 'message'> {
  const kept = 'the rows that are in the target stay as they are: only a new load makes them what the definition says';
  switch (onChange) {
    case OnTaskChange.RELOAD: return { effect: 'reloads', message: 'onChange is RELOAD, and the change needs a load: every table is loaded again' };
    case OnTaskChange.FAIL: return { effect: 'refused', message: 'the change needs a load, and onChange is FAIL' };
    case undefined: return { effect: 'by hand', message: `DMS changes no task that runs: stop it before, resume it afterwards; ${kept}` };
    default: return { effect: 'pauses', message: `the task is stopped, changed and resumed; ${kept}` };
  }
}

function pauseEffect(onChange: OnTaskChange | undefined): Pick<Effect, 'effect' | 'message'> {
  return onChange === undefined
    ? { effect: 'by hand', message: 'DMS changes no task that runs: stop it before, resume it afterwards' }
    : { effect: 'pauses', message: 'the task is stopped, changed and resumed where it stopped' };
}

function removed({ logicalId: resource }: TaskDefinition, type: string): Effect {
  const message = 'the task is stopped and deleted with its place in the log; under another id it is a new task, which loads every table';
  return { effect: 'destroys', resource, type, message, details: [] };
}

function added({ logicalId: resource, properties }: TaskDefinition, type: string): Effect {
  const kind = String(properties.MigrationType ?? properties.ReplicationType);
  const message = kind === 'cdc' ? 'a new task, which captures changes' : 'a new task, which loads its tables';
  return { effect: 'starts', resource, type, message, details: [] };
}

const detailsOf = (earlier: TaskDefinition, task: TaskDefinition): string[] => [
  ...mappingDetails(mappingsOf(earlier), mappingsOf(task)),
  ...settingDetails(settingsOf(earlier), settingsOf(task)),
  ...['MigrationType', 'ReplicationType', 'CdcStartPosition', 'CdcStopPosition'].flatMap((key) =>
    settingDetails(earlier.properties[key], task.properties[key], key)),
];

const mappingsOf = ({ properties }: TaskDefinition): unknown => parseJsonProperty(properties.TableMappings);
const settingsOf = ({ properties }: TaskDefinition): unknown =>
  parseJsonProperty(properties.ReplicationTaskSettings ?? properties.ReplicationSettings) ?? {};

/** What decides which rows lie in the target, as the deployment judges it. */
const rowsOf = (task: TaskDefinition): Json => loadOf({
  task: {
    TableMappings: task.properties.TableMappings,
    ReplicationTaskSettings: task.properties.ReplicationTaskSettings ?? task.properties.ReplicationSettings,
  },
  source: task.source?.properties,
  target: task.target?.properties,
});

const replicationsOf = ({ tasks, serverlessReplications }: TemplateDefinitions): TaskDefinition[] =>
  [...tasks, ...serverlessReplications];

const typeOf = ({ resources }: TemplateDefinitions, { logicalId }: TaskDefinition): string =>
  resources.direct({ Ref: logicalId })?.resource.type ?? '';

/** What the lifecycle of a task was told; nothing when the task has none. */
function onChangeOf({ resources }: TemplateDefinitions, logicalId: string): OnTaskChange | undefined {
  const guard = resources.ofType(LifecycleResource.GUARD)
    .map(({ properties }) => properties as Partial<GuardProperties>)
    .find(({ ReplicationLogicalId }) => ReplicationLogicalId === logicalId);
  return guard?.OnChange;
}
