import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The command-line tests run what users run: the built `dms`. */
export default function buildCli(): void {
  execFileSync(process.execPath, [join(__dirname, '..', '..', 'scripts', 'build-cli.mjs')], { stdio: 'inherit' });
}
