import type { Column } from '../columns/column';
import type { DmsType } from '../columns/dms-types';
import type { ColumnType } from '../columns/postgres-types';
import type { Expression } from './expression';

/** A column that comes from the source. */
export interface CopiedColumn {
  /** Its name in the target. */
  readonly name: string;
  readonly source: string;
  readonly type: ColumnType;
}

/** A column for the value that a copied one had before the change. */
export interface BeforeImage extends CopiedColumn {
  /** DMS keeps no before image of a LOB: the column is there and stays null. */
  readonly isVoid: boolean;
}

/** A column that a rule adds. */
export interface ComputedColumn {
  readonly name: string;
  readonly expression: Expression;
  readonly type: DmsType;
  readonly create: () => Column;
}
