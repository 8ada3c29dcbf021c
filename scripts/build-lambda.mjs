// Bundles every handler of lambda/ into assets/<handler>/index.js, the SDK included: whoever uses the library needs no
// bundler, and what was tested is what runs.
import { build } from 'esbuild';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lambda = join(root, 'lambda');
const handlers = readdirSync(lambda, { withFileTypes: true }).filter((entry) => entry.isDirectory());

await Promise.all(handlers.map(({ name }) => build({
  entryPoints: [join(lambda, name, 'index.ts')],
  outfile: join(root, 'assets', name, 'index.js'),
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // Of all the places where the SDK looks for credentials, a function has one. The others would be a third of the bundle.
  alias: { '@aws-sdk/credential-provider-node': join(lambda, 'function-credentials.ts') },
  legalComments: 'none',
  logLevel: 'warning',
})));
