// Bundles the command line (and the pure folders of lib that it uses) into cli/dist; packages stay external.
import { build } from 'esbuild';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = join(dirname(fileURLToPath(import.meta.url)), '..', 'cli');

await build({
  // Threads of the full load run a program of their own.
  entryPoints: { main: join(cli, 'main.ts'), 'load-thread': join(cli, 'engine', 'load', 'load-thread.ts') },
  outdir: join(cli, 'dist'),
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'linked',
  logLevel: 'warning',
});
