import type { MappingRule, RuleType, TableLocator, TableMappingDocument } from '../../../lib/table-mappings/document';
import type { TableName } from '../source/names';

type RuleOf<T extends RuleType> = Extract<MappingRule, { readonly 'rule-type': T }>;

/** The rules of a type, the lowest rule id first: of several rules for one object it is the one that counts. */
export function rulesOf<T extends RuleType>(mappings: TableMappingDocument, type: T): RuleOf<T>[] {
  return mappings.rules
    .filter((rule): rule is RuleOf<T> => rule['rule-type'] === type)
    .sort((one, other) => Number(one['rule-id']) - Number(other['rule-id']));
}

/** Whether a locator that takes no wildcards names the table; an underscore is an underscore there. */
export function namesTable(locator: Partial<TableLocator>, table: TableName): boolean {
  return locator['schema-name'] === table.schema && locator['table-name'] === table.name;
}
