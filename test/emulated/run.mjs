// `npm run test:emulated`: lays the emulator's Python environment if it is not there or out of date, then runs the
// tests. Arguments go on to jest.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The oldest that the pinned packages take.
const OLDEST = [3, 11];
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const requirements = join(here, 'requirements.txt');
const environment = join(here, '.venv');
const interpreter = process.platform === 'win32' ? join(environment, 'Scripts', 'python.exe') : join(environment, 'bin', 'python');

/** A Python that is new enough, with its version. */
function findPython() {
  for (const name of ['python3', 'python']) {
    const asked = spawnSync(name, ['-c', 'import sys, venv, ensurepip; print(*sys.version_info[:3])'], { encoding: 'utf8' });
    const version = asked.status === 0 ? asked.stdout.trim().split(' ').map(Number) : [];
    const [major = 0, minor = 0] = version;
    if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return { name, version: version.join('.') };
  }
  return undefined;
}

/** Installs what requirements.txt says, unless just that is installed. */
function layEnvironment({ name, version }) {
  const stamp = join(environment, 'installed');
  const wanted = createHash('sha256').update(readFileSync(requirements)).update(version).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stdout.write(`Installing the emulator's Python packages into ${environment}\n`);
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(environment, { recursive: true });
  execFileSync(name, ['-m', 'venv', environment], { stdio: 'inherit' });
  execFileSync(interpreter, [
    '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '-r', requirements,
  ], { stdio: 'inherit' });
  writeFileSync(stamp, wanted);
}

const python = findPython();
if (python === undefined) {
  const needed = `Python ${OLDEST.join('.')} or newer, with venv and pip`;
  if (process.env.CI) {
    process.stderr.write(`The emulated deployments need ${needed}, and CI is set: install it\n`);
    process.exit(1);
  }
  process.stdout.write(`SKIPPED: the emulated deployments need ${needed}; nothing was tested\n`);
  process.exit(0);
}
layEnvironment(python);
execFileSync(process.execPath, [join(root, 'scripts', 'build-lambda.mjs')], { stdio: 'inherit' });
const jest = spawnSync(
  process.execPath,
  [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '--config', join(here, 'jest.config.js'), ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, EMULATED_PYTHON: interpreter } },
);
process.exit(jest.status ?? 1);
