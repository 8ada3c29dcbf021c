import { escapeIdentifier } from 'pg';

/** A table by name, in the source. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** A table's name as SQL has it. */
export function quotedName({ schema, name }: TableName): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

/** A table's name as messages have it. */
export function titleOf({ schema, name }: TableName): string {
  return `${schema}.${name}`;
}
