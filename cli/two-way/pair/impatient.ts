import { isRecord } from '../../../lib/private/json';
import { parseJsonProperty } from '../../../lib/rules/template';
import { section } from '../../../lib/rules/values';
import type { LegTask } from '../world';

/** Who waits in front of a terminal is told of a lost connection at once; the pair tries again by itself. */
export function impatient({ logicalId, properties, source, target }: LegTask): LegTask {
  const given = parseJsonProperty(properties.ReplicationTaskSettings);
  const settings = isRecord(given) ? given : {};
  return {
    logicalId, source, target,
    properties: {
      MigrationType: properties.MigrationType,
      TableMappings: properties.TableMappings,
      ReplicationTaskSettings: JSON.stringify({
        ...settings, ErrorBehavior: { ...section(settings.ErrorBehavior), RecoverableErrorCount: 0 },
      }),
    },
  };
}
