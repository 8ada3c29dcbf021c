import type {
  MappingRule, TableMappingDocument, TableSettingsRule, TransformationRule,
} from '../../../lib/table-mappings/document';
import { UsageError } from '../../errors';


/**
 * Refuses the parts of the table-mapping grammar that the engine does not carry out, each by its key: a rehearsal that
 * left a rule out would prove nothing. What DMS itself leaves without effect for these endpoints is accepted: LOB
 * settings of single tables on S3, and tablespaces (docs/fidelity.md).
 *
 * @param migrationType of the task: views have no changes to capture
 * @throws {UsageError} for the first such part
 */
export function refuseUnsupportedMappings(
  task: string, mappings: TableMappingDocument, migrationType: string, intoDatabase: boolean,
): void {
  for (const rule of mappings.rules) {
    const problem = problemOf(rule, migrationType, intoDatabase);
    if (problem !== undefined) throw new UsageError(`task ${task}: rule ${rule['rule-id']}: ${problem}`);
  }
}

function problemOf(rule: MappingRule, migrationType: string, intoDatabase: boolean): string | undefined {
  switch (rule['rule-type']) {
    case 'selection': {
      const type = rule['object-locator']['table-type'] ?? 'table';
      return type === 'table' || rule['rule-action'] === 'exclude' || migrationType === 'full-load'
        ? undefined
        : `table-type "${type}" in a ${migrationType} task: views have no changes; load them by a full-load task of their own`;
    }
    case 'transformation':
      return problemOfTransformation(rule);
    case 'table-settings':
      return problemOfTableSettings(rule);
    case 'post-processing':
    case 'validation':
      return undefined;
    case 'object-mapping':
      return 'rule-type "object-mapping" is for DynamoDB, Kafka and Kinesis targets: ' +
        `${intoDatabase ? 'a PostgreSQL' : 'an S3'} target has nothing to map records to; remove it`;
  }
}

function problemOfTransformation(rule: TransformationRule): string | undefined {
  return rule.expression === undefined || rule['rule-action'] === 'add-column'
    ? undefined
    : unsupported(`expression of rule-action "${rule['rule-action']}"`);
}

function problemOfTableSettings(rule: TableSettingsRule): string | undefined {
  const type = rule['parallel-load']?.type;
  return [undefined, 'none', 'ranges'].includes(type)
    ? undefined
    : `parallel-load "${type}": a PostgreSQL source loads in parallel by "ranges" only`;
}

const unsupported = (key: string): string => `${key} is not supported by the local engine yet`;
