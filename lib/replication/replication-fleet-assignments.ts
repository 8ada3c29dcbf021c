import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * Which task of a fleet is in which shard: data that you keep, because a task that moves is a new task, which loads
 * every table again.
 *
 * Keep a file for each environment that has tasks of its own. Take a line out only when its task was deleted, or was
 * never deployed.
 */
export class FleetAssignments {
  /**
   * Assignments that you keep yourself, in code for instance. What a fleet wants to add stops its synthesis, with the
   * lines to add in the message.
   *
   * @param shards the shard of each task, 1 or more, by the id of the task
   */
  public static of(shards: Record<string, number>): FleetAssignments {
    return new FleetAssignments(checked(shards, 'assignments'));
  }

  /**
   * Assignments in a JSON file beside the code, which is committed like the code. Tasks that have no shard yet are
   * added to it when the app is synthesized, which then stops: look at the change, commit it and synthesize again. A
   * build server, which commits nothing, goes on failing: nothing is deployed to a place that is then forgotten.
   *
   * @param path the file; it is created with the first tasks
   */
  public static keptIn(path: string): FleetAssignments {
    return new FleetAssignments(readFrom(path), path);
  }

  private constructor(private readonly shards: ReadonlyMap<string, number>, private readonly path?: string) {}

  /** The shard of a task; nothing when it has none yet. */
  public shardOf(taskId: string): number | undefined {
    return this.shards.get(taskId);
  }

  /** The shard of each task, by the id of the task. */
  public toJson(): Record<string, number> {
    return Object.fromEntries(this.shards);
  }

  /**
   * Adds shards of tasks that had none, where there is a file, and returns what is to be done about them.
   *
   * @internal
   */
  public _add(placed: ReadonlyMap<string, number>): string {
    if (this.path === undefined) {
      const lines = [...placed].map(([taskId, shard]) => `${JSON.stringify(taskId)}: ${shard}`);
      return `add to the assignments ${lines.join(', ')}`;
    }
    // Another fleet of the same app may have added to the file since it was read: what it wrote stays.
    const all = new Map([...placed, ...readFrom(this.path)]);
    const sorted = [...all].sort(([one], [other]) => (one < other ? -1 : 1));
    const file = `${this.path}.new`;
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
    renameSync(file, this.path);
    return `they were added to ${this.path}: look at the change, commit it and synthesize again`;
  }
}

function readFrom(path: string): ReadonlyMap<string, number> {
  if (!existsSync(path)) return new Map();
  const text = readFileSync(path, 'utf8');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON: ${String(error)}; restore it, because it says where tasks are deployed`, {
      cause: error,
    });
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new Error(`${path} holds ${JSON.stringify(document).slice(0, 40)}: give an object with the shard of each task, `
      + 'such as {"orders": 1}');
  }
  refuseTwice(text, path);
  return checked(document as Record<string, unknown>, path);
}

/** JSON lets the second of two equal keys win without a word: after a merge, that would move a task. */
function refuseTwice(text: string, path: string): void {
  const keys = [...text.matchAll(/("(?:[^"\\]|\\.)*")\s*:/g)].map(([, key]) => JSON.parse(key!) as string);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new Error(`${path} has two lines for task '${twice}': keep the one of the shard that it is deployed in`);
  }
}

function checked(shards: Record<string, unknown>, where: string): ReadonlyMap<string, number> {
  return new Map(Object.entries(shards).map(([taskId, shard]) => {
    if (typeof shard !== 'number' || !Number.isInteger(shard) || shard < 1) {
      throw new Error(`${where}: the shard of task '${taskId}' is ${JSON.stringify(shard)}: give a whole number, 1 or more`);
    }
    return [taskId, shard] as const;
  }));
}
