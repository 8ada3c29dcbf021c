/**
 * What a change does to something that is deployed.
 *
 * - `destroys`: data or a replication is gone afterwards.
 * - `replaces`: something new takes its place, empty.
 * - `reloads`: a task loads every table again.
 * - `refused`: the deployment stops before anything is changed.
 * - `by hand`: people have to stop the task before the deployment, and to start it afterwards.
 * - `pauses`: the deployment stops the task, changes it and resumes it.
 * - `keeps`: something leaves the stack and stays in the account.
 * - `starts`: a new task, which loads its tables.
 */
export type EffectKind = 'destroys' | 'replaces' | 'reloads' | 'refused' | 'by hand' | 'pauses' | 'keeps' | 'starts';

/** The worst first: the order in which effects are told. */
export const EFFECT_KINDS: readonly EffectKind[] = [
  'destroys', 'replaces', 'reloads', 'refused', 'by hand', 'pauses', 'keeps', 'starts',
];

/** What nobody should find out afterwards. */
const HARMFUL: ReadonlySet<EffectKind> = new Set(['destroys', 'replaces', 'reloads', 'refused']);

export interface Effect {
  readonly effect: EffectKind;
  /** Logical id. */
  readonly resource: string;
  readonly type: string;
  /** Why, in a sentence without a full stop. */
  readonly message: string;
  /** What changes, one line each. */
  readonly details: readonly string[];
}

/** What a change does to one stack. */
export interface StackImpact {
  readonly stack: string;
  readonly effects: readonly Effect[];
}

export const isHarmful = ({ effect }: Effect): boolean => HARMFUL.has(effect);

/** Effects with the worst first; those of one kind in the order of the template. */
export const worstFirst = (effects: readonly Effect[]): Effect[] =>
  EFFECT_KINDS.flatMap((kind) => effects.filter(({ effect }) => effect === kind));
