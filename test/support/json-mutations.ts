import * as fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What people and programs leave in a document by mistake. */
const anything: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, '', ' ', 'x', '0', '-1', '%', '[', '${x}', '__proto__', '\0', '\ud800', [], {}, [[]], [null], { '': null }),
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.constant('x'.repeat(5000)),
);

type Mutation = (document: Json, choose: (length: number) => number, value: Json) => Json;

const replace: Mutation = (document, choose, value) => {
  if (typeof document !== 'object' || document === null || choose(5) === 0) return value;
  return descend(document, choose, (child) => replace(child, choose, value));
};

const remove: Mutation = (document, choose, value) => {
  if (typeof document !== 'object' || document === null) return value;
  const keys = Object.keys(document);
  if (keys.length === 0) return document;
  if (choose(4) > 0) return descend(document, choose, (child) => remove(child, choose, value));
  const gone = keys[choose(keys.length)]!;
  return Array.isArray(document)
    ? document.filter((_, i) => String(i) !== gone)
    : Object.fromEntries(Object.entries(document).filter(([key]) => key !== gone));
};

/** A key gets another name, or comes twice under two. */
const rename: Mutation = (document, choose, value) => {
  if (typeof document !== 'object' || document === null) return document;
  if (Array.isArray(document) || choose(4) > 0) {
    return descend(document, choose, (child) => rename(child, choose, value));
  }
  const entries = Object.entries(document);
  if (entries.length === 0) return { more: value };
  const [key, child] = entries[choose(entries.length)]!;
  const other = choose(2) === 0 ? key.toUpperCase() : `${key}x`;
  return Object.fromEntries([...entries.filter(([name]) => choose(2) === 0 || name !== key), [other, child]]);
};

/** An element comes twice, or all of them the other way round. */
const repeat: Mutation = (document, choose, value) => {
  if (typeof document !== 'object' || document === null) return document;
  if (!Array.isArray(document) || choose(3) > 0) {
    return descend(document, choose, (child) => repeat(child, choose, value));
  }
  return choose(2) === 0 ? [...document, ...document] : [...document].reverse();
};

function descend(
  document: Json[] | { [key: string]: Json },
  choose: (length: number) => number,
  change: (child: Json) => Json,
): Json {
  const keys = Object.keys(document);
  if (keys.length === 0) return document;
  const chosen = keys[choose(keys.length)]!;
  if (Array.isArray(document)) return document.map((child, i) => (String(i) === chosen ? change(child) : child));
  const changed = ([key, child]: [string, Json]): [string, Json] => [key, key === chosen ? change(child) : child];
  return Object.fromEntries(Object.entries(document).map(changed));
}

/** A document with one to three mistakes in it. */
export function mutated(document: Json): fc.Arbitrary<Json> {
  const mistake = fc.record({
    mutation: fc.constantFrom(replace, replace, remove, rename, repeat),
    choices: fc.infiniteStream(fc.nat(1_000_000)),
    value: anything,
  });
  return fc.array(mistake, { minLength: 1, maxLength: 3 }).map((mistakes) =>
    mistakes.reduce((changed, { mutation, choices, value }) =>
      mutation(changed, (length) => (choices.next().value as number) % length, value), document));
}
