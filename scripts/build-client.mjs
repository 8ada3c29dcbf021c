// Bundles what applications import (and the pure files of lib that it uses) into client/dist, with its types beside it.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const client = join(root, 'client');
const dist = process.argv[2] ?? join(client, 'dist');

await build({
  entryPoints: [join(client, 'src', 'index.ts')],
  outfile: join(dist, 'index.js'),
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'linked',
  logLevel: 'warning',
});
execFileSync(process.execPath, [
  createRequire(import.meta.url).resolve('typescript/bin/tsc'), '-p', join(client, 'tsconfig.json'), '--outDir', join(dist, 'types'),
], { stdio: 'inherit' });
