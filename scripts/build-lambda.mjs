// Bundles every handler of lambda/ into assets/<handler>/index.js, the SDK included: whoever uses the library needs no
// bundler, and what was tested is what runs. A file NAME.bundle.ts becomes NAME.js beside index.js, which loads it when
// it is needed: what few need must not make the start of all slower.
import { build } from 'esbuild';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lambda = join(root, 'lambda');
const handlers = readdirSync(lambda, { withFileTypes: true }).filter((entry) => entry.isDirectory());

const bundles = handlers.flatMap(({ name }) => readdirSync(join(lambda, name))
  .filter((file) => file === 'index.ts' || file.endsWith('.bundle.ts'))
  .map((file) => ({ source: join(lambda, name, file), target: join(root, 'assets', name, file.replace(/(\.bundle)?\.ts$/, '.js')) })));

const separately = {
  name: 'bundles of their own',
  setup: ({ onResolve }) => onResolve({ filter: /\.bundle\.js$/ }, ({ path }) => ({ path: path.replace('.bundle.js', '.js'), external: true })),
};

await Promise.all(bundles.map(({ source, target }) => build({
  entryPoints: [source],
  outfile: target,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // Of all the places where the SDK looks for credentials, a function has one. The others would be a third of the bundle.
  alias: { '@aws-sdk/credential-provider-node': join(lambda, 'function-credentials.ts') },
  plugins: [separately],
  legalComments: 'none',
  logLevel: 'warning',
})));
