import { QUOTAS } from '../rules/quotas';

/** What a task takes up in its shard. */
export interface TaskWeight {
  readonly taskId: string;
  /** Resources in the template: the task, and what stands around it. */
  readonly resources: number;
  /** Bytes of its table mappings and settings in the template. */
  readonly documents: number;
  /** Its source and its target, which it may share with other tasks. */
  readonly endpoints: readonly EndpointWeight[];
}

/** What an endpoint takes up in a shard, however many tasks use it. */
export interface EndpointWeight {
  readonly endpoint: unknown;
  /** Resources in the template of the shard, which are few when the endpoint is made elsewhere. */
  readonly resources: number;
}

/** What a shard has, or may have. */
export interface ShardLoad {
  readonly tasks: number;
  readonly endpoints: number;
  readonly resources: number;
  readonly bytes: number;
}

/** What no shard may have more of. */
export const SHARD_LIMITS: ShardLoad = {
  tasks: QUOTAS.tasksPerInstance,
  endpoints: QUOTAS.endpointsPerInstance,
  resources: QUOTAS.resourcesPerTemplate,
  bytes: QUOTAS.bytesPerTemplate,
};

/**
 * Up to where shards are filled. Tasks cannot move when their documents grow later, nor when an upgrade of the library
 * gives each of them another resource.
 */
export function fillLimits(tasksPerShard: number): ShardLoad {
  return { tasks: tasksPerShard, endpoints: QUOTAS.endpointsPerInstance, resources: 400, bytes: 750_000 };
}

/** Resources of a shard before its first task: an instance with its network, and the handler that starts tasks. */
const EMPTY_SHARD = 30;

/** Bytes of a resource in a template as CDK writes it, without the documents of tasks: more than any of them has. */
const BYTES_PER_RESOURCE = 1_300;

/** A shard that is being filled. */
export class Shard {
  private tasks = 0;
  private documents = 0;
  private readonly endpoints = new Set<unknown>();

  /** @param resources those that belong neither to a task nor to an endpoint */
  public constructor(private resources: number = EMPTY_SHARD) {}

  public add(task: TaskWeight): void {
    this.tasks += 1;
    this.resources += task.resources + this.ofNewEndpoints(task);
    this.documents += task.documents;
    task.endpoints.forEach(({ endpoint }) => this.endpoints.add(endpoint));
  }

  public get load(): ShardLoad {
    const { tasks, resources, documents } = this;
    return { tasks, endpoints: this.endpoints.size, resources, bytes: documents + resources * BYTES_PER_RESOURCE };
  }

  public hasRoomFor(task: TaskWeight, limits: ShardLoad): boolean {
    const { tasks, endpoints, resources, bytes } = this.load;
    const more = task.resources + this.ofNewEndpoints(task);
    const others = new Set([...this.endpoints, ...task.endpoints.map(({ endpoint }) => endpoint)]).size - endpoints;
    return excessOf({
      tasks: tasks + 1,
      endpoints: endpoints + others,
      resources: resources + more,
      bytes: bytes + task.documents + more * BYTES_PER_RESOURCE,
    }, limits).length === 0;
  }

  private ofNewEndpoints(task: TaskWeight): number {
    const others = new Map(task.endpoints
      .filter(({ endpoint }) => !this.endpoints.has(endpoint))
      .map(({ endpoint, resources }) => [endpoint, resources]));
    return [...others.values()].reduce((sum, resources) => sum + resources, 0);
  }
}

/** What there is too much of. */
export function excessOf(load: ShardLoad, limits: ShardLoad): (keyof ShardLoad)[] {
  return (Object.keys(limits) as (keyof ShardLoad)[]).filter((what) => load[what] > limits[what]);
}

/**
 * The shards of tasks that have none yet: the lowest with room, or else a new one. Tasks that have a shard take up room
 * in it and are never moved.
 *
 * A line without a task keeps the place of one that may come back; it takes up as much as the average task.
 *
 * @param assigned the shards of tasks that have one, by task id
 * @param bases resources of shards that belong neither to a task nor to an endpoint
 */
export function placeNewTasks(
  tasks: readonly TaskWeight[],
  assigned: ReadonlyMap<string, number>,
  limits: ShardLoad,
  bases: ReadonlyMap<number, number> = new Map(),
): Map<string, number> {
  const weights = new Map(tasks.map((task) => [task.taskId, task]));
  const average = averageOf(tasks);
  const shards = new Map<number, Shard>();
  const shardAt = (number: number): Shard => {
    const shard = shards.get(number) ?? new Shard(bases.get(number));
    shards.set(number, shard);
    return shard;
  };
  assigned.forEach((number, taskId) => shardAt(number).add(weights.get(taskId) ?? { ...average, taskId }));

  const placed = new Map<string, number>();
  for (const task of tasks) {
    if (assigned.has(task.taskId)) continue;
    const numbers = [...shards.keys()].sort((one, other) => one - other);
    const withRoom = numbers.find((candidate) => shardAt(candidate).hasRoomFor(task, limits));
    const number = withRoom ?? (numbers.at(-1) ?? 0) + 1;
    shardAt(number).add(task);
    placed.set(task.taskId, number);
  }
  return placed;
}

function averageOf(tasks: readonly TaskWeight[]): Omit<TaskWeight, 'taskId'> {
  const mean = (of: (task: TaskWeight) => number): number =>
    Math.ceil(tasks.reduce((sum, task) => sum + of(task), 0) / Math.max(tasks.length, 1));
  return { resources: mean((task) => task.resources), documents: mean((task) => task.documents), endpoints: [] };
}
