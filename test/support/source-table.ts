import type { TableMappingDocument } from '../../lib/table-mappings/document';
import type { TablePlan } from '../../cli/engine/plan/table-plan';
import { planTable } from '../../cli/engine/plan/table-plan';
import type { SourceTable } from '../../cli/engine/source/catalog';

const OIDS = {
  boolean: 16, bytea: 17, bigint: 20, smallint: 21, integer: 23, text: 25, real: 700, double: 701, money: 790,
  varchar: 1043, date: 1082, time: 1083, timestamp: 1114, timestamptz: 1184, numeric: 1700, uuid: 2950,
} as const;

export type TypeName = keyof typeof OIDS;

export function mappingOf(...rules: object[]): TableMappingDocument {
  return { rules } as unknown as TableMappingDocument;
}

/** A table as the catalog describes it; a type may have a length, as in `varchar(10)`, or precision and scale. */
export function sourceTable(columns: Readonly<Record<string, string>>, rest: Partial<SourceTable> = {}): SourceTable {
  return {
    oid: 1, schema: 'public', name: 't', isView: false, key: ['id'], fullIdentity: false, estimatedRows: 0,
    columns: Object.entries(columns).map(([name, sql]) => {
      const [, type, first, second] = /^(\w+)(?:\((\d+)(?:,(\d+))?\))?$/.exec(sql)!;
      const oid = OIDS[type as TypeName];
      const length = second === undefined ? Number(first) + 4 : ((Number(first) << 16) | Number(second)) + 4;
      const modifier = first === undefined ? -1 : length;
      return {
        name, generation: null, declared: { oid, modifier, sql },
        type: { oid, modifier, name: type!, kind: 'b', category: 'X' },
      };
    }),
    ...rest,
  };
}

export function planOf(table: SourceTable, ...rules: object[]): Promise<TablePlan> {
  const options = { timestampsInMilliseconds: false, lobMaxBytes: 32 * 1024 };
  return planTable(mappingOf(...rules), { table, filters: [], loadOrder: 0 }, options);
}
