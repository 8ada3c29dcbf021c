/** What a piece of JSON may hold: how the grammar of a document is written down once and used to render and check. */
export type JsonShape =
  | { readonly kind: 'boolean'; readonly asTextToo: boolean }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number; readonly asTextToo: boolean }
  | { readonly kind: 'text' }
  /** Text or a number. */
  | { readonly kind: 'scalar' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** Several of the values in one text, separated by commas. */
  | { readonly kind: 'choices'; readonly values: readonly string[] }
  | { readonly kind: 'object'; readonly members: JsonMembers }
  | { readonly kind: 'list'; readonly items: JsonShape }
  | { readonly kind: 'any' };

export type JsonMembers = Readonly<Record<string, JsonShape>>;

const UNBOUNDED = Number.MAX_SAFE_INTEGER;

export const boolean: JsonShape = { kind: 'boolean', asTextToo: false };
export const booleanOrText: JsonShape = { kind: 'boolean', asTextToo: true };
export const text: JsonShape = { kind: 'text' };
export const scalar: JsonShape = { kind: 'scalar' };
export const any: JsonShape = { kind: 'any' };

export const integer = (min = 0, max = UNBOUNDED): JsonShape => ({ kind: 'integer', min, max, asTextToo: false });
export const integerOrText = (min = 0, max = UNBOUNDED): JsonShape => ({ kind: 'integer', min, max, asTextToo: true });
export const choice = (values: readonly string[]): JsonShape => ({ kind: 'choice', values });
export const choices = (values: readonly string[]): JsonShape => ({ kind: 'choices', values });
export const object = (members: JsonMembers): JsonShape => ({ kind: 'object', members });
export const list = (items: JsonShape): JsonShape => ({ kind: 'list', items });

/** ` of at least 1`, ` from 1 to 49` or nothing: the bounds of an integer, for messages. */
export function boundsOf(min: number, max: number): string {
  if (max !== UNBOUNDED) return ` from ${min} to ${max}`;
  return ` of at least ${min}`;
}
