import { checkCatalogTable } from '../../../../lib/rules';
import { RuleCase } from './rule-case';

export const CATALOG_CASES: RuleCase[] = [
  {
    rule: 'catalog/no-sequence',
    broken: () => checkCatalogTable({ latestView: 'orders_latest' }),
    path: '',
    message: 'orders_latest cannot tell apart several changes of a row in one transaction',
    passing: () => checkCatalogTable({ latestView: 'orders_latest', sequenceColumn: 'dms_sequence' }),
  },
];
