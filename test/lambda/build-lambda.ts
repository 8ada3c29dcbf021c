import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Bundles the handlers: constructs point at what is in assets, and the bundle is tested as users get it. */
export default function buildLambda(): void {
  execFileSync(process.execPath, [join(__dirname, '..', '..', 'scripts', 'build-lambda.mjs')], { stdio: 'inherit' });
}
