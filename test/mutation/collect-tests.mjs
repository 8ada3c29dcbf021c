import { expect } from 'expect';
import { bind } from 'jest-each';

/** Loads a file and registers its tests, in order, under the names that they have with Jest. */
export async function collectTests(file, load) {
  const tests = [];
  const times = new Map();
  let block = { titles: [], before: [], after: [] };

  const describe = (title, body) => {
    const outer = block;
    block = { titles: [...outer.titles, title], before: [...outer.before], after: [...outer.after] };
    body();
    block = outer;
  };
  const test = (title, body) => {
    const { titles, before, after } = block;
    const name = [...titles, title].join(' ');
    times.set(name, (times.get(name) ?? 0) + 1);
    const id = `${file}: ${name}${times.get(name) === 1 ? '' : ` (${times.get(name)})`}`;
    tests.push({ id, name, file, run: () => outcome(before, body, after) });
  };
  Object.assign(describe, { each: bind(describe, false) });
  Object.assign(test, { each: bind(test, false) });
  const hook = (kind) => (body) => void block[kind].push(body);
  Object.assign(globalThis, { expect, describe, test, beforeEach: hook('before'), afterEach: hook('after') });

  await load(file);
  return tests;
}

/** The message of the first failure, or `undefined`. */
async function outcome(before, body, after) {
  try {
    for (const prepare of before) await prepare();
    try {
      await body();
    } finally {
      for (const cleanUp of after) await cleanUp();
    }
    return undefined;
  } catch (error) {
    return String(error?.message ?? error);
  }
}
