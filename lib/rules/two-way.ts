import { Json } from '../private/json';
import { isSupportedBothWays } from './engine';
import { at, Finding, finding, Rule } from './finding';
import { isServerless, loadsTables, migrationType } from './task-kind';
import { changesOf, selectionOf, takesControlTables } from './two-way-mirror';
import { carriesDdl, Leg, Pair, pairsOf, preventsLoops, secretOf } from './two-way-pairs';
import { TWO_WAY_RULES } from './two-way-rules';
import { asText, isLeftOut, isUnresolved, oneOf, section, shown } from './values';

/**
 * Checks every two tasks that replicate there and back, and what a task with loopback prevention has to be although
 * its counterpart is not here.
 */
export function checkTwoWay(legs: readonly Leg[]): Finding[] {
  const pairs = pairsOf(legs);
  const inPairs = new Set(pairs.flat());
  const twoWay = legs.filter((leg) => inPairs.has(leg) || preventsLoops(leg) === true || misplaced(leg).length > 0);
  return [...twoWay.flatMap(checkLeg), ...pairs.flatMap(checkPair)];
}

const LOOPBACK = 'LoopbackPreventionSettings';

function inSettings(leg: Leg, rule: Rule, key: string, message: string): Finding {
  return finding(rule, `${at(leg.path, leg.settingsKey)} → ${key}`, message);
}

function inMappings(leg: Leg, rule: Rule, key: string, message: string): Finding {
  return finding(rule, `${at(leg.path, 'TableMappings')} → ${key}`, message);
}

function checkLeg(leg: Leg): Finding[] {
  return [
    ...misplaced(leg).map((index) => inMappings(leg, TWO_WAY_RULES['loopback-in-mapping'], `rules[${index}].${LOOPBACK}`,
      `${LOOPBACK} stands in a rule of the table mapping`)),
    ...checkEngines(leg),
    ...checkPrepMode(leg),
    ...(isServerless(leg.properties) && migrationType(leg.properties) === 'cdc' ? [finding(TWO_WAY_RULES.serverless,
      at(leg.path, 'ReplicationType'), 'a serverless replication of type cdc is one of two ways')] : []),
    ...checkValidation(leg),
    ...takesControlTables(leg.rules ?? []).map((index) => inMappings(leg, TWO_WAY_RULES['control-tables'],
      `rules[${index}].object-locator.table-name`, 'the selection takes the tables that DMS writes for itself')),
  ];
}

/** Indexes of mapping rules that hold the setting. */
function misplaced({ rules }: Leg): number[] {
  return (rules ?? []).flatMap((rule, index) => (isLeftOut(rule[LOOPBACK]) ? [] : [index]));
}

function checkEngines(leg: Leg): Finding[] {
  return ([['SourceEndpointArn', leg.source], ['TargetEndpointArn', leg.target]] as const).flatMap(([key, endpoint]) => {
    const engine = asText(endpoint?.EngineName);
    return engine === undefined || isSupportedBothWays(engine) ? [] : [finding(TWO_WAY_RULES.engine, at(leg.path, key),
      `the engine ${engine} cannot be one of two ways`)];
  });
}

function checkPrepMode(leg: Leg): Finding[] {
  const load = leg.settings?.FullLoadSettings;
  const mode = section(load).TargetTablePrepMode;
  if (leg.settings === undefined || !loadsTables(leg.properties) || isUnresolved(load) || isUnresolved(mode)) return [];
  return mode === 'DO_NOTHING' ? [] : [inSettings(leg, TWO_WAY_RULES['prep-mode'],
    'FullLoadSettings.TargetTablePrepMode',
    `TargetTablePrepMode is ${isLeftOut(mode) ? 'left out, which is DROP_AND_CREATE' : shown(mode)}`)];
}

function checkValidation(leg: Leg): Finding[] {
  const validation = leg.settings?.ValidationSettings;
  const enabled = section(validation).EnableValidation;
  if (leg.settings === undefined || isUnresolved(validation) || isUnresolved(enabled) || enabled === true) return [];
  return [inSettings(leg, TWO_WAY_RULES.validation, 'ValidationSettings.EnableValidation',
    `EnableValidation is ${isLeftOut(enabled) ? 'left out, which is false' : shown(enabled)}`)];
}

function checkPair(pair: Pair): Finding[] {
  const [there, back] = pair;
  return [
    ...checkLoopback(pair),
    ...(loadsTables(there.properties) && loadsTables(back.properties) ? [finding(TWO_WAY_RULES['two-full-loads'],
      at(back.path, isServerless(back.properties) ? 'ReplicationType' : 'MigrationType'),
      `both this and the task at ${there.path} load tables`)] : []),
    ...(carriesDdl(there) === true && carriesDdl(back) === true ? [inSettings(back, TWO_WAY_RULES['ddl-both-ways'],
      'ChangeProcessingDdlHandlingPolicy', `both this and the task at ${there.path} carry DDL`)] : []),
    ...checkMirror(pair),
    ...checkLogins(pair),
  ];
}

function checkLoopback(pair: Pair): Finding[] {
  const missing = pair.filter((leg) => preventsLoops(leg) === false);
  if (missing.length > 0) {
    return missing.map((leg) => inSettings(leg, TWO_WAY_RULES['loopback-missing'], LOOPBACK,
      'the task is one of two ways, and EnableLoopbackPrevention is not true'));
  }
  const [there, back] = pair.map(({ settings }) => section(settings?.[LOOPBACK])) as [Json, Json];
  const differs = (one: unknown, other: unknown): boolean =>
    asText(one) !== undefined && asText(other) !== undefined && one !== other;
  return (['SourceSchema', 'TargetSchema'] as const)
    .filter((key) => differs(back[key], there[OPPOSITE[key]]))
    .map((key) => inSettings(pair[1], TWO_WAY_RULES['loopback-not-mirrored'], `${LOOPBACK}.${key}`,
      `${key} is ${shown(back[key])}, and ${OPPOSITE[key]} of the task at ${pair[0].path} is ${shown(there[OPPOSITE[key]])}`));
}

const OPPOSITE = { SourceSchema: 'TargetSchema', TargetSchema: 'SourceSchema' } as const;

function checkMirror([there, back]: Pair): Finding[] {
  if (there.rules === undefined || back.rules === undefined) return [];
  const selected = onOneSide(selectionOf(there.rules, false), selectionOf(back.rules, true));
  const changed = onOneSide(changesOf(there.rules, false), changesOf(back.rules, true));
  return [
    ...(selected.length > 0 ? [inMappings(back, TWO_WAY_RULES['selection-not-mirrored'], 'rules',
      `only one of this and the task at ${there.path} has: ${selected.join(', ')}`)] : []),
    ...(changed.length > 0 ? [inMappings(back, TWO_WAY_RULES['transformations-not-mirrored'], 'rules',
      `one of this and the task at ${there.path} does not undo the other: ${changed.join(', ')}`)] : []),
  ];
}

function onOneSide(one: ReadonlySet<string> | undefined, other: ReadonlySet<string> | undefined): string[] {
  if (one === undefined || other === undefined) return [];
  return [...[...one].filter((item) => !other.has(item)), ...[...other].filter((item) => !one.has(item))];
}

function checkLogins([there, back]: Pair): Finding[] {
  const { source, target } = there;
  const same = (one: unknown, other: unknown): boolean =>
    !isLeftOut(one) && JSON.stringify(one) === JSON.stringify(other);
  const shared = [
    ...(same(secretOf(source), secretOf(target)) ? ['secret'] : []),
    ...(same(source?.Password, target?.Password) ? ['password'] : []),
  ];
  return shared.length === 0 ? [] : [finding(TWO_WAY_RULES['same-login'], at(back.path, 'SourceEndpointArn'),
    `both sides have the same ${oneOf(shared)}`)];
}
