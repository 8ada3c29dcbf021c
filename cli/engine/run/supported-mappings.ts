import type { MappingRule, TableMappingDocument } from '../../../lib/table-mappings/document';
import { UsageError } from '../../errors';

const SELECTION_TABLE_TYPES = [undefined, 'table'];
const TRANSFORMATION_TARGETS = ['schema', 'table', 'column'];
const TRANSFORMATION_ACTIONS = [
  'rename', 'convert-lowercase', 'convert-uppercase', 'add-prefix', 'remove-prefix', 'replace-prefix', 'add-suffix',
  'remove-suffix', 'replace-suffix', 'add-column', 'include-column', 'remove-column',
];

/**
 * Refuses the parts of the table-mapping grammar that the engine does not carry out, each by its key: a rehearsal that
 * left a rule out would prove nothing.
 *
 * @throws {UsageError} for the first such part
 */
export function refuseUnsupportedMappings(task: string, mappings: TableMappingDocument): void {
  for (const rule of mappings.rules) {
    const unsupported = unsupportedPart(rule);
    if (unsupported !== undefined) {
      throw new UsageError(`task ${task}: rule ${rule['rule-id']}: ${unsupported} is not supported by the local engine yet`);
    }
  }
}

function unsupportedPart(rule: MappingRule): string | undefined {
  switch (rule['rule-type']) {
    case 'selection': {
      const type = rule['object-locator']['table-type'];
      return SELECTION_TABLE_TYPES.includes(type) ? undefined : `table-type "${type}"`;
    }
    case 'transformation':
      if (!TRANSFORMATION_TARGETS.includes(rule['rule-target'])) return `rule-target "${rule['rule-target']}"`;
      if (rule['object-locator']['data-type'] !== undefined) return 'object-locator.data-type';
      return TRANSFORMATION_ACTIONS.includes(rule['rule-action']) ? undefined : `rule-action "${rule['rule-action']}"`;
    default:
      return `rule-type "${rule['rule-type']}"`;
  }
}
