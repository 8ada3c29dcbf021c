import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEATURE_FLAGS } from '../unit/make-stack';

const ROOT = join(__dirname, '..', '..');

interface Manifest {
  readonly artifacts: Record<string, { readonly type: string; readonly properties?: Record<string, unknown> }>;
  readonly missing?: unknown[];
}

let outdir: string;

beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), 'app-'));
  // No credentials, no profile, no home: what a reviewer's machine and a fork's build have.
  execFileSync(process.execPath, ['--import', 'tsx', join('bin', 'app.ts')], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(FEATURE_FLAGS) },
    stdio: 'pipe',
  });
});

afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const manifestOf = (...folders: string[]): Manifest =>
  JSON.parse(readFileSync(join(outdir, ...folders, 'manifest.json'), 'utf8')) as Manifest;

describe('bin/app.ts', () => {
  test('synthesizes every environment at once, as an assembly of its own', () => {
    const assemblies = Object.entries(manifestOf().artifacts)
      .filter(([, artifact]) => artifact.type === 'cdk:cloud-assembly')
      .map(([id]) => id);
    expect(assemblies.sort()).toEqual(['assembly-Dev', 'assembly-Prod', 'assembly-Staging']);
  });

  test.each(['Dev', 'Staging', 'Prod'])('%s has the one stack, and nothing left to look up', (id) => {
    const { artifacts, missing } = manifestOf(`assembly-${id}`);
    const stacks = Object.values(artifacts).filter(({ type }) => type === 'aws:cloudformation:stack');
    expect(stacks.map(({ properties }) => properties?.['stackName'])).toEqual(['aws-cdc-dms-rds-to-s3']);
    expect(missing).toBeUndefined();
  });
});
