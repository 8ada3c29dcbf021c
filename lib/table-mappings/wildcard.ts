/**
 * The patterns of DMS object locators: `%` is any number of characters, `_` exactly one, `[_]` a literal underscore,
 * `[ab]` one of a and b, `[a-d]` one from a to d. Everything else stands for itself, and case matters.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Wildcards.html
 */

const SET = /\[[^\]]+\]/;
const ELEMENT = /\[[^\]]+\]|[\s\S]/gu;

/** Whether `pattern` can match a name other than itself. */
export function hasWildcard(pattern: string): boolean {
  return SET.test(pattern) || pattern.includes('%') || pattern.includes('_');
}

/**
 * Whether `pattern` was meant as a pattern. An underscore does not count here: DMS takes it for a wildcard, yet
 * nearly every snake_case name has one, and DMS accepts such names where it asks for exact ones.
 */
export function looksLikePattern(pattern: string): boolean {
  return SET.test(pattern) || pattern.includes('%');
}

/** Whether the whole of `name` matches `pattern`. */
export function matchesPattern(pattern: string, name: string): boolean {
  return compile(pattern).test(name);
}

function compile(pattern: string): RegExp {
  const elements = pattern.match(ELEMENT) ?? [];
  return new RegExp(`^${elements.map(elementSource).join('')}$`, 'su');
}

function elementSource(element: string): string {
  if (element === '%') return '.*';
  if (element === '_') return '.';
  if (element.length > 1 && element.startsWith('[')) return setSource(element.slice(1, -1));
  return escapeCharacter(element);
}

/** A dash is a range only between two characters; a range that runs backwards matches nothing, as in SQL. */
function setSource(content: string): string {
  const characters = [...content];
  const alternatives: string[] = [];
  for (let i = 0; i < characters.length; i++) {
    const first = characters[i]!;
    const last = characters[i + 2];
    if (characters[i + 1] === '-' && last !== undefined) {
      i += 2;
      if (first <= last) alternatives.push(`${escapeInSet(first)}-${escapeInSet(last)}`);
    } else {
      alternatives.push(escapeInSet(first));
    }
  }
  // Without an alternative it is `[]`, which matches nothing.
  return `[${alternatives.join('')}]`;
}

const escapeCharacter = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
const escapeInSet = (character: string): string => character.replace(/[\\^\]\-[]/gu, '\\$&');
