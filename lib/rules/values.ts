import { isRecord, Json } from '../private/json';

/** Properties of a CloudFormation resource, keys as in the template; values may be intrinsics. */
export type CfnProperties = Record<string, unknown>;

/**
 * Whether CloudFormation or CDK decides the value later: intrinsics, dynamic references, CDK tokens. Such a value is
 * never compared with anything.
 */
export function isUnresolved(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${Token[') || value.includes('{{resolve:');
  if (!isRecord(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0] === 'Condition' || keys[0]!.startsWith('Fn::'));
}

/** Whether a property is left out: `AWS::NoValue` and null count as that. */
export function isLeftOut(value: unknown): boolean {
  return value === undefined || value === null || (isRecord(value) && value.Ref === 'AWS::NoValue');
}

/** Whether a property is there. One that a condition may leave out is neither there nor left out. */
export function isSet(value: unknown): boolean {
  return !isLeftOut(value) && !(isRecord(value) && JSON.stringify(value['Fn::If'] ?? '').includes('"AWS::NoValue"'));
}

/** A boolean as CloudFormation reads one, or `undefined` when it is none or not known yet. */
export function asBoolean(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return undefined;
}

/** A number, also one written as text, or `undefined` when it is none or not known yet. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^\s*-?[0-9]+(\.[0-9]+)?\s*$/.test(value)) return Number(value);
  return undefined;
}

/** A known text, or `undefined` when it is none or not known yet. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && !isUnresolved(value) ? value : undefined;
}

/** The object at `value`, or an empty one: for reading settings that may be left out. */
export function section(value: unknown): Json {
  return isRecord(value) && !isUnresolved(value) ? value : {};
}

/** A value as a message shows it: short, quoted as JSON. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`;
}

/** ` (did you mean "length"?)` when one of `known` is close to `given`, else nothing. */
export function didYouMean(given: string, known: readonly string[]): string {
  const limit = Math.max(1, Math.floor(given.length / 3));
  const [best] = known
    .map((word) => ({ word, distance: editDistance(given.toLowerCase(), word.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return best === undefined ? '' : ` (did you mean ${JSON.stringify(best.word)}?)`;
}

/** Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, replaced);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
