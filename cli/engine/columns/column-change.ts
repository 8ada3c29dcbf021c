import { UsageError } from '../../errors';
import type { TextChange } from './changed-column';
import { ChangedColumn } from './changed-column';
import type { Column } from './column';
import type { DmsType } from './dms-types';
import type { Mask } from './masking';
import { maskingOf } from './masking';
import type { ColumnType } from './postgres-types';
import { asText, asWritten, BOOLEAN } from './postgres-types';
import type { SourceValue } from './conversion';
import { conversion } from './conversion';

/** What a rule does to the values of a column. */
export type ColumnChange =
  | { readonly kind: 'type'; readonly type: DmsType; readonly where: string }
  | { readonly kind: 'mask'; readonly mask: Mask; readonly where: string };

/** A column between two changes. */
export interface ChangingColumn {
  readonly dms: string;
  readonly length: number | undefined;
  /** From what the source's output function wrote to the text of the value now. */
  readonly text: TextChange;
  /** How the source would say it; `undefined` when it cannot. */
  readonly source: SourceValue | undefined;
  readonly compareAs: ColumnType['compareAs'];
  /** The column that takes the text. */
  readonly create: () => Column;
}

/**
 * A column's type after the changes that rules make to it, in their order.
 *
 * @param title names the column in messages
 * @throws {UsageError} when a change is not possible for the type that the column has by then
 */
export function changedType(type: ColumnType, changes: readonly ColumnChange[], title: string): ColumnType {
  const [only] = changes;
  if (only === undefined) return type;
  if (changes.length === 1 && only.kind === 'type' && keepsBinaryForm(type, only.type)) {
    const { compareAs, text } = retyped(unchanged(type), only, title);
    return { ...type, dms: only.type.dms, compareAs, changed: { text, type: only.type }, create: only.type.create };
  }
  const changed = changes.reduce(
    (column, change) => (change.kind === 'type' ? retyped(column, change, title) : masked(column, change, title)),
    unchanged(type),
  );
  return {
    dms: changed.dms,
    length: changed.length,
    copyAs: asText,
    compareAs: changed.compareAs,
    plain: type.plain,
    changed: {
      text: changed.text,
      type: changes.findLast((change) => change.kind === 'type')?.type,
    },
    create: () => new ChangedColumn(changed.create(), changed.text),
  };
}

/** Booleans and unsigned integers take what PostgreSQL sends for its own booleans and integers. */
function keepsBinaryForm(from: ColumnType, to: DmsType): boolean {
  return to.dms === 'BOOLEAN' ? from.plain === BOOLEAN : to.dms.startsWith('UINT') && /^INT[248]$/.test(from.dms);
}

function unchanged(type: ColumnType): ChangingColumn {
  const { dms, length, plain, compareAs } = type;
  const isMoment = plain.kind === 'moment';
  // UTC is what every session of the engine has.
  const text = (output: string): string => (isMoment ? output.replace(/\+00$/, '') : plain.text(output));
  const written = plain.text === asWritten ? asText : (identifier: string) => `${plain.sql(identifier)}::text`;
  return {
    dms,
    length,
    text,
    source: {
      kind: dms === 'TIME' ? 'moment' : plain.kind,
      text: isMoment ? (identifier) => `regexp_replace(${asText(identifier)}, '\\+00$', '')` : written,
      number: plain.sql,
    },
    compareAs,
    create: () => type.create(),
  };
}

function retyped(column: ChangingColumn, { type, where }: ColumnChange & { kind: 'type' }, title: string): ChangingColumn {
  const converted = conversion(column, type);
  if (typeof converted === 'string') throw new UsageError(`${where}: change-data-type of ${title}: ${converted}`);
  return {
    dms: type.dms,
    length: type.family === 'text' ? type.length : undefined,
    text: chained(column.text, converted.text),
    source: undefined,
    compareAs: converted.compareAs,
    create: type.create,
  };
}

function masked(column: ChangingColumn, { mask, where }: ColumnChange & { kind: 'mask' }, title: string): ChangingColumn {
  const masking = maskingOf(mask, column);
  if (typeof masking === 'string') throw new UsageError(`${where}: ${mask.action} of ${title}: ${masking}`);
  return { ...column, text: chained(column.text, masking), source: undefined, compareAs: undefined };
}

function chained(first: TextChange, second: TextChange): TextChange {
  return (text) => {
    const between = first(text);
    return between === undefined ? undefined : second(between);
  };
}
