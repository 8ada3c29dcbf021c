import { isRecord, Json } from '../private/json';
import { boundsOf, JsonMembers, JsonShape } from '../private/json-shape';
import { at, Finding, finding, Rule } from './finding';
import { asBoolean, asNumber, didYouMean, isUnresolved, oneOf, shown } from './values';

/** What is reported when a document does not have the shape it should have. */
export interface ShapeRules {
  readonly 'wrong-type': Rule;
  readonly 'unknown-value': Rule;
  readonly 'out-of-range': Rule;
  readonly 'unknown-key': Rule;
}

/** Compares `value` with its documented shape. Null stands for a key that is left out, in every DMS document. */
export function checkShape(value: unknown, shape: JsonShape, path: string, rules: ShapeRules): Finding[] {
  if (value === undefined || value === null || isUnresolved(value)) return [];
  switch (shape.kind) {
    case 'any': return [];
    case 'object': return isRecord(value)
      ? checkMembers(value, shape.members, path, rules)
      : [wrongType(value, 'an object', path, rules)];
    case 'list': return Array.isArray(value)
      ? (value as unknown[]).flatMap((item, index) => checkShape(item, shape.items, at(path, `[${index}]`), rules))
      : [wrongType(value, 'a list', path, rules)];
    case 'text': return typeof value === 'string' ? [] : [wrongType(value, 'text', path, rules)];
    case 'scalar': return typeof value === 'string' || typeof value === 'number'
      ? []
      : [wrongType(value, 'text or a number', path, rules)];
    case 'boolean': return checkBoolean(value, shape.asTextToo, path, rules);
    case 'integer': return checkInteger(value, shape, path, rules);
    case 'choice': return checkChoice(value, shape.values, path, rules);
    case 'choices': return typeof value === 'string'
      ? value.split(',').flatMap((part) => checkChoice(part.trim(), shape.values, path, rules))
      : [wrongType(value, 'text', path, rules)];
  }
}

/** Compares the members of an object with the documented ones. */
export function checkMembers(value: Json, members: JsonMembers, path: string, rules: ShapeRules): Finding[] {
  const known = Object.keys(members);
  return Object.entries(value).flatMap(([key, inner]) => {
    const shape = Object.hasOwn(members, key) ? members[key] : undefined;
    if (shape) return checkShape(inner, shape, at(path, key), rules);
    return [finding(rules['unknown-key'], at(path, key), `${JSON.stringify(key)} is not a documented key`
      + (didYouMean(key, known) || `: there are ${oneOf(known)}`))];
  });
}

function checkBoolean(value: unknown, asTextToo: boolean, path: string, rules: ShapeRules): Finding[] {
  const fits = typeof value === 'boolean' || (asTextToo && asBoolean(value) !== undefined);
  return fits ? [] : [wrongType(value, 'true or false', path, rules)];
}

function checkInteger(
  value: unknown, shape: { min: number; max: number; asTextToo: boolean }, path: string, rules: ShapeRules,
): Finding[] {
  if (shape.asTextToo && value === '') return [];
  const number = typeof value === 'number' || shape.asTextToo ? asNumber(value) : undefined;
  const allowed = `a whole number${boundsOf(shape.min, shape.max)}`;
  if (number === undefined || !Number.isInteger(number)) return [wrongType(value, allowed, path, rules)];
  if (number >= shape.min && number <= shape.max) return [];
  return [finding(rules['out-of-range'], path, `${number} is out of range: it is ${allowed}`)];
}

function checkChoice(value: unknown, values: readonly string[], path: string, rules: ShapeRules): Finding[] {
  if (typeof value !== 'string') return [wrongType(value, oneOf(values), path, rules)];
  if (values.includes(value)) return [];
  return [finding(rules['unknown-value'], path,
    `${shown(value)} is not allowed${didYouMean(value, values)}: it is ${oneOf(values)}`)];
}

const wrongType = (value: unknown, allowed: string, path: string, rules: ShapeRules): Finding =>
  finding(rules['wrong-type'], path, `${shown(value)} is given: it has to be ${allowed}`);
