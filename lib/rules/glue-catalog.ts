import { defineRules, Finding, finding } from './finding';

/** The rules for tables of a lake in the Glue catalog. */
export const CATALOG_RULES = defineRules('catalog',
  'https://docs.aws.amazon.com/dms/latest/userguide/'
  + 'CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Expressions.html', {
    'no-sequence': {
      severity: 'warning',
      reason: 'All changes of a transaction have its commit time; without a sequence any of those of one row may be taken '
        + 'for the last.',
      fix: 'add a column with the expression $AR_H_CHANGE_SEQ to the task, and name it as sequenceColumnName',
    },
  });

/** A table of the catalog, as far as rules look at it. */
export interface CatalogTable {
  /** Name of the view with the last state. */
  readonly latestView: string;
  /** The column that tells the changes of a transaction apart. */
  readonly sequenceColumn?: string;
}

/** Checks a table of the catalog. */
export function checkCatalogTable({ latestView, sequenceColumn }: CatalogTable): Finding[] {
  return sequenceColumn !== undefined ? [] : [finding(CATALOG_RULES['no-sequence'], '',
    `${latestView} cannot tell apart several changes of a row in one transaction`)];
}
