import { TableError, UsageError, codeOf, messageOf } from '../../errors';
import type { Selected } from '../plan/selection';
import type { SourceTable } from '../source/catalog';
import type { LakeLocation } from '../target/location';
import type { LakeTask } from '../task/replication-task';
import type { Loaded, LoadContext } from './load-context';
import type { LoadPart } from './parts';

/** What a thread is given when it starts. */
export interface ThreadData {
  readonly context: LoadContext<LakeTask>;
  readonly lake: LakeLocation;
}

/** What a thread is told. */
export type Order =
  | { readonly kind: 'load'; readonly id: number; readonly table: Selected<SourceTable>; readonly part: LoadPart }
  /** Every part that is being loaded is given up. */
  | { readonly kind: 'abort' }
  /** Nothing more will come. */
  | { readonly kind: 'end' };

/** What a thread tells of the part with this id. */
export type News = { readonly id: number } & (
  | { readonly kind: 'progress'; readonly rows: number; readonly bytes: number }
  | { readonly kind: 'loaded'; readonly result: Loaded }
  | { readonly kind: 'failed'; readonly failure: Failure }
);

/** An error as plain data: a clone would lose its class and its code. */
export interface Failure {
  readonly message: string;
  /** Its own, or that of what caused it. */
  readonly code: string | undefined;
  readonly kind: 'usage' | 'table' | 'other';
  readonly stack: string | undefined;
}

export function failureOf(error: unknown): Failure {
  return {
    message: messageOf(error),
    code: codeOf(error instanceof UsageError ? error.cause : error),
    kind: error instanceof TableError ? 'table' : error instanceof UsageError ? 'usage' : 'other',
    stack: error instanceof Error ? error.stack : undefined,
  };
}

export function errorOf({ message, code, kind, stack }: Failure): Error {
  if (kind === 'table') return new TableError(message);
  // The code of its cause tells a lost connection.
  if (kind === 'usage') return new UsageError(message, { cause: { code } });
  return Object.assign(new Error(message), { stack }, code === undefined ? {} : { code });
}
