import { randomBytes } from 'node:crypto';
import { ApplyConflicts } from '../../../lib/two-way/two-way-mode';
import { legMappings } from '../../../lib/two-way/two-way-mappings';
import { legSettings } from '../../../lib/two-way/two-way-settings';
import { TwoWaySiteEngine } from '../../../lib/two-way/two-way-site';
import type { TwoWayMode } from '../../../lib/two-way/switch/switch-run';
import type { SequenceStrategy, SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import type { LegTask, Pair } from '../world';
import { impatient } from './impatient';

/** What is asked of a pair that no template describes. */
export interface PairOptions {
  readonly sites: readonly [string, string];
  readonly schema: string;
  readonly mode: TwoWayMode;
  readonly pauseLimitSeconds: number;
  readonly sequences?: SequenceStrategy;
}

/** Kilobytes: the rows of an example are small, and nothing of them may be cut. */
const LOB_MAX_SIZE = 1024;

/** The gates of a machine on which everything is near. */
export const LOCAL_GATES: TwoWayConfiguration['gates'] = {
  maxLagSeconds: 5,
  maxValidationAgeHours: 1,
  maxTransactionSeconds: 5,
  maxSlotBytes: 10_000_000_000,
};

/** All tables of one schema in both directions, as `TwoWayReplication` would define them. */
export function builtInPair({ sites, schema, mode, pauseLimitSeconds, sequences }: PairOptions): Pair {
  const configuration: TwoWayConfiguration = {
    mode,
    sites: [localSite(sites[0], schema), withSlot(localSite(sites[1], schema))],
    tables: ['%'],
    sequences: sequences ?? { kind: 'interleaved' },
    gates: LOCAL_GATES,
    pauseLimitSeconds,
    needsApproval: false,
  };
  return { configuration, tasks: [task('forward', 'full-load-and-cdc', schema), task('backward', 'cdc', schema)] };
}

const localSite = (name: string, schema: string): SiteConfiguration => ({ name, engine: 'postgres', schema });

/** Only the leg without a load reads a slot that a switch makes; the engine reads with pgoutput. */
export const withSlot = (site: SiteConfiguration): SiteConfiguration => ({
  ...site, slotName: site.slotName ?? slotNameOf(site), slotPlugin: 'pgoutput',
});

/** A server has one list of slots for all of its databases, and a pair keeps the name that it was given. */
const slotNameOf = ({ name }: SiteConfiguration): string =>
  `dms_two_way_${name.toLowerCase().replace(/\W/g, '_').slice(0, 30)}_${randomBytes(4).toString('hex')}`;

function task(logicalId: string, migrationType: string, schema: string): LegTask {
  const side = { engine: TwoWaySiteEngine.POSTGRES, schema };
  const endpoint = { logicalId: 'Endpoint', type: 'AWS::DMS::Endpoint', properties: { EngineName: 'postgres' } };
  const settings = legSettings(side, side, { conflicts: ApplyConflicts.STOP, lobMaxSize: LOB_MAX_SIZE });
  return impatient({
    logicalId,
    properties: {
      MigrationType: migrationType,
      TableMappings: legMappings(side, side, ['%']).toString(),
      ReplicationTaskSettings: settings.toString(),
    },
    source: endpoint,
    target: endpoint,
  });
}
