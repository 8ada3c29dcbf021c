import type { SwitchRun } from '../../lib/two-way/switch/switch-run';
import type { SwitchStep } from '../../lib/two-way/switch/switch-steps';

/** What an attempt of a step does: it fails with an error of this name, or adds to the run. */
export type Answer = { readonly error: string } | { readonly adds: Readonly<Record<string, unknown>> };

/** What the attempts of the steps do, one after the other; after the last one they just succeed. */
export type Script = Readonly<Record<string, readonly Answer[]>>;

export interface Perform {
  (step: string, run: SwitchRun): Promise<SwitchRun>;
}

/** Steps that follow a script. `attempts` gets the names of the steps that were tried, in their order. */
export function scripted(script: Script, attempts: string[]): Perform {
  const made = new Map<string, number>();
  return (step, run) => {
    attempts.push(step);
    const number = made.get(step) ?? 0;
    made.set(step, number + 1);
    const answer = script[step]?.[number] ?? { adds: { done: true } };
    if (!('error' in answer)) return Promise.resolve({ ...run, ...answer.adds, lastStep: step });
    return Promise.reject(Object.assign(new Error(`attempt ${number + 1} of ${step}`), { name: answer.error }));
  };
}

/** A way from one step to the next: by a branch, or by the name of an error. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly by: { readonly branch: number } | { readonly error: string };
}

/** An error that no step knows. */
export const UNKNOWN_ERROR = 'Unheard';

export function edgesOf(steps: Readonly<Record<string, SwitchStep>>): readonly Edge[] {
  const failing = (error: string): Edge['by'] => ({ error });
  return Object.entries(steps).flatMap(([from, { next, onError, onErrorNamed }]) => [
    ...(typeof next === 'string' ? [{ to: next }] : next).map(({ to }, branch) => ({ from, to, by: { branch } })),
    ...Object.entries({ ...onErrorNamed, [UNKNOWN_ERROR]: onError })
      .map(([error, to]) => ({ from, to, by: failing(error) })),
  ]);
}

/** A script that takes these edges, if each begins where the one before it has led to. */
export function scriptAlong(path: readonly Edge[], steps: Readonly<Record<string, SwitchStep>>): Script {
  const answers: Record<string, Answer[]> = {};
  for (const { from, by } of path) {
    const step = steps[from];
    if (step === undefined) throw new Error(`No step ${from}`);
    const made = 'error' in by
      ? Array.from({ length: 1 + (step.retries ?? 0) }, () => ({ error: by.error }))
      : [{ adds: { ...fieldsFor(step, by.branch), done: true } }];
    (answers[from] ??= []).push(...made);
  }
  return answers;
}

/** What the run has to say for a branch to be the first that holds. */
function fieldsFor({ next }: SwitchStep, taken: number): Readonly<Record<string, unknown>> {
  if (typeof next === 'string') return {};
  return Object.fromEntries(next.flatMap(({ when }, index) => {
    if (when === undefined) return [];
    const other = typeof when.is === 'string' ? 'switch' : !when.is;
    return [[when.field, index === taken ? when.is : other]];
  }));
}

/** The shortest way from the first step over an edge to an outcome. */
export function pathOver(edge: Edge, edges: readonly Edge[], first: string): readonly Edge[] {
  const ways: Edge[][] = [[]];
  for (const way of ways) {
    const at = way.at(-1)?.to ?? first;
    if (at === edge.from) return [...way, edge];
    // Whoever has been somewhere already comes there on a shorter way.
    const been = new Set([first, ...ways.flat().map(({ to }) => to)]);
    ways.push(...edges.filter(({ from, to }) => from === at && !been.has(to)).map((further) => [...way, further]));
  }
  throw new Error(`Nothing leads to ${edge.from}`);
}
