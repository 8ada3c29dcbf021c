import * as fc from 'fast-check';
import {
  excessOf, fillLimits, placeNewTasks, Shard, SHARD_LIMITS, type TaskWeight,
} from '../../../lib/replication/replication-fleet-placement';

const weight = (taskId: string, more: Partial<TaskWeight> = {}): TaskWeight =>
  ({ taskId, resources: 5, documents: 6_000, endpoints: [], ...more });

const weights = (number: number, more: Partial<TaskWeight> = {}): TaskWeight[] =>
  Array.from({ length: number }, (_, index) => weight(`task-${index}`, more));

/** How many tasks each shard got. */
function sizes(placed: ReadonlyMap<string, number>): number[] {
  const counts: number[] = [];
  placed.forEach((shard) => { counts[shard - 1] = (counts[shard - 1] ?? 0) + 1; });
  return counts;
}

describe('placing tasks', () => {
  test.each<[string, TaskWeight[], number, number[]]>([
    ['the tasks that were asked for', weights(25), 10, [10, 10, 5]],
    // (400 - 30) / 5
    ['resources, with one for each task to spare', weights(150, { documents: 500 }), 200, [74, 74, 2]],
    // (750,000 - 30 × 1,300) / (50,000 + 5 × 1,300)
    ['bytes', weights(20, { documents: 50_000 }), 200, [12, 8]],
    ['tasks of an instance', weights(300, { resources: 1, documents: 1_500 }), 200, [200, 100]],
  ])('a shard is full by %s', (_, tasks, tasksPerShard, expected) => {
    expect(sizes(placeNewTasks(tasks, new Map(), fillLimits(tasksPerShard)))).toEqual(expected);
  });

  test('a shard is full by endpoints, of which one that is shared counts once', () => {
    const lake = { endpoint: 'lake', resources: 1 };
    const tasks = weights(120, { resources: 1, documents: 500 }).map((task, index) =>
      ({ ...task, endpoints: [{ endpoint: `database-${index}`, resources: 1 }, lake] }));
    expect(sizes(placeNewTasks(tasks, new Map(), fillLimits(200)))).toEqual([99, 21]);
  });

  test('an endpoint that is made in the shard takes up its resources once', () => {
    const database = { endpoint: 'database', resources: 100 };
    const shard = new Shard(0);
    shard.add(weight('a', { endpoints: [database, database] }));
    shard.add(weight('b', { endpoints: [database] }));
    expect(shard.load).toEqual({ tasks: 2, endpoints: 1, resources: 110, bytes: 110 * 1_300 + 12_000 });
  });

  test('a place that became free is taken, and what else is in a shard counts', () => {
    const tasks = [weight('old'), ...weights(3)];
    const limits = fillLimits(2);
    expect(placeNewTasks(tasks, new Map([['old', 1], ['other', 4]]), limits))
      .toEqual(new Map([['task-0', 1], ['task-1', 4], ['task-2', 5]]));
    expect(placeNewTasks([weight('old'), weight('new')], new Map([['old', 1]]), limits, new Map([[1, 391]])))
      .toEqual(new Map([['new', 2]]));
  });

  test('a task that is larger than a shard gets one of its own', () => {
    const tasks = [weight('a'), weight('large', { documents: 900_000 }), weight('b')];
    expect(placeNewTasks(tasks, new Map(), fillLimits(100))).toEqual(new Map([['a', 1], ['large', 2], ['b', 1]]));
  });

  test('a line without a task keeps its place', () => {
    expect(placeNewTasks(weights(2), new Map([['gone', 1]]), fillLimits(2)))
      .toEqual(new Map([['task-0', 1], ['task-1', 2]]));
  });
});

/** One deployment: some tasks appear, some vanish, and some that had vanished come back. */
interface Change {
  readonly added: { readonly documents: number; readonly resources: number; readonly source: number }[];
  readonly removed: number[];
  readonly restored: number[];
}

const change: fc.Arbitrary<Change> = fc.record({
  added: fc.array(fc.record({
    documents: fc.oneof(fc.integer({ min: 500, max: 10_000 }), fc.integer({ min: 10_000, max: 300_000 })),
    resources: fc.integer({ min: 1, max: 9 }),
    source: fc.integer({ min: 1, max: 400 }),
  }), { maxLength: 120 }),
  removed: fc.array(fc.nat(), { maxLength: 40 }),
  restored: fc.array(fc.nat(), { maxLength: 10 }),
});

describe('whatever is added and removed', () => {
  test('no task ever moves, and no shard has too much of anything', () => {
    const history = fc.array(change, { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(history, fc.constantFrom(1, 20, 100, 200), (changes, tasksPerShard) => {
      const tasks = new Map<string, TaskWeight>();
      const gone = new Map<string, TaskWeight>();
      const assigned = new Map<string, number>();
      let made = 0;
      for (const { added, removed, restored } of changes) {
        removed.forEach((index) => {
          const id = [...tasks.keys()][index % Math.max(tasks.size, 1)];
          if (id === undefined) return;
          gone.set(id, tasks.get(id)!);
          tasks.delete(id);
          // Its line goes with a deleted task.
          assigned.delete(id);
        });
        restored.forEach((index) => {
          const id = [...gone.keys()][index % Math.max(gone.size, 1)];
          if (id === undefined) return;
          tasks.set(id, gone.get(id)!);
          gone.delete(id);
        });
        added.forEach(({ documents, resources, source }) => {
          const id = `task-${made++}`;
          tasks.set(id, { taskId: id, documents, resources, endpoints: [{ endpoint: source, resources: 1 }] });
        });
        const before = new Map(assigned);
        const placed = placeNewTasks([...tasks.values()], assigned, fillLimits(tasksPerShard));
        placed.forEach((shard, id) => assigned.set(id, shard));

        before.forEach((shard, id) => expect(assigned.get(id)).toBe(shard));
        expect([...assigned.keys()].sort()).toEqual([...tasks.keys()].sort());
        const shards = new Map<number, Shard>();
        assigned.forEach((number, id) => {
          const shard = shards.get(number) ?? new Shard();
          shard.add(tasks.get(id)!);
          shards.set(number, shard);
        });
        shards.forEach(({ load }) => {
          expect(excessOf(load, SHARD_LIMITS)).toEqual([]);
          expect(load.tasks).toBeLessThanOrEqual(tasksPerShard);
        });
      }
    }), { numRuns: 60 });
  });

  test('a line that stays keeps the task where it was, when it comes back', () => {
    const history = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(history, fc.nat(), (steps, pick) => {
      const assigned = new Map<string, number>();
      const all: TaskWeight[] = [];
      steps.forEach((number, step) => {
        all.push(...Array.from({ length: number }, (_, index) => weight(`task-${step}-${index}`)));
        const absent = all[pick % all.length]!;
        const present = all.filter((task) => task !== absent);
        placeNewTasks(present, assigned, fillLimits(30)).forEach((shard, id) => assigned.set(id, shard));
        const before = assigned.get(absent.taskId);
        placeNewTasks(all, assigned, fillLimits(30)).forEach((shard, id) => assigned.set(id, shard));
        expect(before === undefined || assigned.get(absent.taskId) === before).toBe(true);
        // The place was kept: with everybody back no shard is over its limit.
        expect(Math.max(...sizes(assigned))).toBeLessThanOrEqual(30);
      });
    }), { numRuns: 60 });
  });
});
