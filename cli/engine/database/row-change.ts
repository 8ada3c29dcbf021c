import type { RowValue } from './row-values';

/** A change of one row of the target. */
export interface RowChangeOfTarget {
  readonly kind: 'insert' | 'update' | 'delete';
  /** The row's values by the target's columns; those that are `undefined` stay as they are. Empty for a delete. */
  readonly values: readonly RowValue[];
  /** The key that the row has before the change; of a table without one, all of its values. */
  readonly oldKey: readonly RowValue[];
  /** Whether the change gives the row another key. */
  readonly movesKey: boolean;
}

/** One text for each key. */
export function keyText(key: readonly RowValue[]): string {
  // No text of PostgreSQL has this character.
  return key.length === 1 ? key[0]! : key.join('\0');
}
