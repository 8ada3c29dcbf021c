import { isRecord } from '../../../lib/private/json';
import { parseJsonProperty, type TaskDefinition } from '../../../lib/rules/template';
import { type Leg, legOf } from '../../../lib/rules/two-way-pairs';
import { asText, section } from '../../../lib/rules/values';
import { CONFIGURATION_VARIABLE, type SiteConfiguration, type TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { UsageError } from '../../errors';
import { chooseTasks } from '../../rehearsal/stacks';
import type { Pair } from '../world';
import { LOCAL_GATES, withSlot, type PairOptions } from './built-in-pair';
import { impatient } from './impatient';

const POSTGRES = ['postgres', 'aurora-postgresql'];

/** Schemas as `LoopbackPreventionSettings` has them. */
interface Loopback {
  readonly source: string;
  readonly target: string;
}

/** A pair as a template has it, whatever its engines are. */
interface FoundPair {
  readonly configuration: TwoWayConfiguration;
  readonly tasks: readonly [TaskDefinition, TaskDefinition];
}

type Options = Omit<PairOptions, 'schema'>;

/**
 * The pair of a template, to be run here.
 *
 * @param options what the sites are called, when the template does not say
 * @throws {UsageError} when the template has no pair, or it is not one of PostgreSQL
 */
export function templatePair(path: string, stack: string | undefined, options: Options): Pair {
  const { configuration, tasks: [forward, backward] } = findPair(path, stack, options);
  [forward, backward].forEach(refuseOtherEngine);
  return { configuration: local(configuration), tasks: [impatient(forward), impatient(backward)] };
}

/** What the functions of the switch are told by a template. @throws {UsageError} when it has no pair */
export const templateConfiguration = (path: string, stack: string | undefined, options: Options): TwoWayConfiguration =>
  findPair(path, stack, options).configuration;

/** Two tasks whose `LoopbackPreventionSettings` are mirrored, of which one has a load. */
function findPair(path: string, stack: string | undefined, options: Options): FoundPair {
  const all = chooseTasks(path, { stack });
  const legs = all.map(({ task }) => legOf(subjectOf(task), ''));
  const pairs = legs.flatMap((forward, index) => legs.flatMap((backward, other) =>
    (isPair(forward, backward) ? [[index, other] as const] : [])));
  if (pairs.length !== 1) {
    throw new UsageError(`${path} has ${pairs.length === 0 ? 'no pair' : `${pairs.length} pairs`} of tasks with mirrored `
      + 'LoopbackPreventionSettings in their task settings, one full-load-and-cdc and one cdc: give a template of one '
      + 'TwoWayReplication, or choose its stack with --stack');
  }
  const [[there, back]] = pairs as [readonly [number, number]];
  const tasks = [all[there]!.task, all[back]!.task] as const;
  const told = configurationIn(all[there]!.template);
  if (told !== undefined) return { configuration: told, tasks };
  tasks.forEach(refuseOtherEngine);
  return { configuration: derived(legs[there]!, loopbackOf(legs[there]!)!, options), tasks };
}

const subjectOf = ({ properties, source, target }: TaskDefinition): Parameters<typeof legOf>[0] => ({
  properties, source: source?.properties, target: target?.properties,
});

function isPair(forward: Leg, backward: Leg): boolean {
  const [one, other] = [loopbackOf(forward), loopbackOf(backward)];
  return one !== undefined && other !== undefined && one.source === other.target && one.target === other.source
    && forward.properties.MigrationType === 'full-load-and-cdc' && backward.properties.MigrationType === 'cdc';
}

function loopbackOf({ settings }: Leg): Loopback | undefined {
  const loopback = section(settings?.LoopbackPreventionSettings);
  const [source, target] = [asText(loopback.SourceSchema), asText(loopback.TargetSchema)];
  if (loopback.EnableLoopbackPrevention !== true || source === undefined || target === undefined) return undefined;
  return { source, target };
}

function refuseOtherEngine({ logicalId, source, target }: TaskDefinition): void {
  for (const endpoint of [source, target]) {
    const engine = asText(endpoint?.properties.EngineName);
    if (engine === undefined || !POSTGRES.includes(engine)) {
      throw new UsageError(`task ${logicalId} has an endpoint of ${engine ?? 'an unknown engine'}: on this machine both sites have to be PostgreSQL`);
    }
  }
}

/** What the functions of the switch are told, when the template has them. */
function configurationIn(template: unknown): TwoWayConfiguration | undefined {
  const resources = isRecord(template) && isRecord(template.Resources) ? Object.values(template.Resources) : [];
  for (const resource of resources) {
    const environment = section(section(section(resource).Properties).Environment);
    const text = section(environment.Variables)[CONFIGURATION_VARIABLE];
    const found = text === undefined ? undefined : parseJsonProperty(text);
    if (isRecord(found)) return found as unknown as TwoWayConfiguration;
  }
  return undefined;
}

/** Of a template that other tools wrote. */
function derived(
  { rules = [] }: Leg, { source, target }: Loopback, { sites, mode, pauseLimitSeconds }: Options,
): TwoWayConfiguration {
  const tables = rules
    .filter((rule) => rule['rule-type'] === 'selection' && rule['rule-action'] === 'include')
    .map((rule) => (asText(section(rule['object-locator'])['table-name']) ?? '%').replaceAll('[_]', '_').toLowerCase());
  return {
    mode,
    sites: [{ name: sites[0], engine: 'postgres', schema: source }, { name: sites[1], engine: 'postgres', schema: target }],
    tables: [...new Set(tables)],
    sequences: { kind: 'interleaved' },
    gates: LOCAL_GATES,
    pauseLimitSeconds,
    needsApproval: false,
  };
}

/** What is AWS's does not count here: secrets, DMS's slots, and people who are asked. */
function local({ aws: _, ...configuration }: TwoWayConfiguration): TwoWayConfiguration {
  const plain = ({ name, engine, schema }: SiteConfiguration): SiteConfiguration => ({ name, engine, schema });
  const { sites: [first, second] } = configuration;
  return { ...configuration, sites: [plain(first), withSlot(plain(second))], needsApproval: false };
}
