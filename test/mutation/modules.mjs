import { transformSync } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { Script } from 'node:vm';

/** TypeScript modules that can be loaded anew: transformed and compiled once, run again after `forget`. */
export class Modules {
  compiled = new Map();
  loaded = new Map();
  /** Of each module the ones that it asks for. */
  imports = new Map();
  mutated;

  /**
   * Has modules run again when they are next asked for: those that a mutant of the file before, or of this one, can have
   * changed while they were loaded.
   *
   * @param mutated the file whose mutants may be switched on; the others then run as if they had none, which takes half
   *   the time. Left out, it is all of them.
   */
  forget(mutated) {
    const changed = [this.mutated, mutated && resolve(mutated)];
    for (const path of [...this.loaded.keys()]) {
      if (changed.some((file) => file === undefined || this.reaches(path, file))) this.loaded.delete(path);
    }
    this.mutated = changed[1];
  }

  /** Whether `file` is `other`, or asks for it by itself or through others. */
  reaches(file, other) {
    const wanted = resolve(other);
    const seen = new Set([resolve(file)]);
    for (const path of seen) {
      if (path === wanted) return true;
      this.imports.get(path)?.forEach((next) => seen.add(next));
    }
    return false;
  }

  has(file) {
    return this.loaded.has(resolve(file));
  }

  load(file) {
    const path = resolve(file);
    const known = this.loaded.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.loaded.set(path, module);
    this.compile(path)(module.exports, (id) => this.require(id, path), module, path, dirname(path));
    return module.exports;
  }

  require(id, from) {
    if (!id.startsWith('.')) return createRequire(from)(id);
    const path = resolve(dirname(from), id);
    const found = [`${path}.ts`, `${path}/index.ts`].find((candidate) => existsSync(candidate)) ?? path;
    this.imports.set(from, (this.imports.get(from) ?? new Set()).add(found));
    return this.load(found);
  }

  compile(path) {
    const plain = this.mutated !== undefined && this.mutated !== path;
    const key = `${path} ${plain}`;
    if (!this.compiled.has(key)) {
      const text = readFileSync(path, 'utf8');
      const { code } = transformSync(plain ? withoutMutants(text) : text, {
        loader: 'ts', format: 'cjs', target: 'node20', sourcefile: path, minifySyntax: plain,
      });
      const source = `(function (exports, require, module, __filename, __dirname) {${code}\n})`;
      this.compiled.set(key, new Script(source, { filename: path }).runInThisContext());
    }
    return this.compiled.get(key);
  }
}

/** What is left of Stryker's switches and counters is taken out by the minifier. */
const withoutMutants = (text) => text
  .replaceAll(/stryMutAct_\w+\("\d+"\)/g, 'false')
  .replaceAll(/stryCov_\w+\("[\d", ]+\)/g, '0');
