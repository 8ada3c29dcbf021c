import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeReport, checkReport } from '../../cli/check/report';
import { runDms } from '../support/dms';
import { TemporaryFolders } from '../support/temporary-folder';

const folders = new TemporaryFolders();

const SELECTION = {
  'rule-type': 'selection',
  'rule-id': '1',
  'rule-name': 'clients',
  'object-locator': { 'schema-name': 'public', 'table-name': 'clients' },
  'rule-action': 'include',
};
const MAPPINGS = { rules: [SELECTION] };
const DUPLICATED = { rules: [SELECTION, { ...SELECTION, 'rule-name': 'again' }] };
const SETTINGS = { TargetMetadata: { SupportLobs: true, LimitedSizeLobMode: true, LobMaxSize: 64 } };

function template(mappings: unknown): unknown {
  return {
    Resources: {
      Task: {
        Type: 'AWS::DMS::ReplicationTask',
        Properties: {
          MigrationType: 'full-load',
          SourceEndpointArn: 'given',
          TargetEndpointArn: 'given',
          ReplicationInstanceArn: 'given',
          TableMappings: JSON.stringify(mappings),
          ReplicationTaskSettings: JSON.stringify({ FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' } }),
        },
      },
    },
  };
}

/** Writes files (text as it is, anything else as JSON) into a folder and returns it. */
function write(files: Record<string, unknown>): string {
  const folder = folders.create();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

interface Document {
  readonly files: { file: string; kind: string; findings: { rule: string; severity: string; path: string }[] }[];
  readonly errors: number;
  readonly warnings: number;
}

async function checkJson(...args: string[]): Promise<{ exitCode: number | null; document: Document }> {
  const { exitCode, stdout, stderr } = await runDms(['check', '--json', ...args]);
  expect(stderr).toBe('');
  return { exitCode, document: JSON.parse(stdout) as Document };
}

test('a correct document: nothing found, exit code 0', async () => {
  const folder = write({ 'mappings.json': MAPPINGS });
  const file = join(folder, 'mappings.json');
  expect(await runDms(['check', file])).toEqual({
    exitCode: 0,
    stdout: `${file} (table-mapping): nothing found\n\n0 errors, 0 warnings in 1 file\n`,
    stderr: '',
  });
});

test('a wrong document: exit code 1, rule and path and fix in the text', async () => {
  const file = join(write({ 'mappings.json': DUPLICATED }), 'mappings.json');
  const { exitCode, stdout } = await runDms(['check', file]);
  expect(exitCode).toBe(1);
  const lines = stdout.split('\n');
  expect(lines[0]).toBe(`${file} (table-mapping)`);
  expect(lines[1]).toMatch(/^ {2}error {4}\S+\/\S+ {2}rules\[1\]\.rule-id$/);
  expect(lines[3]).toMatch(/^ {11}fix: ./);
  expect(stdout).toContain('\n\n1 error, 0 warnings in 1 file\n');
});

test('--json: exactly one document, with every file', async () => {
  const folder = write({ 'mappings.json': DUPLICATED, 'settings.json': SETTINGS });
  const { exitCode, document } = await checkJson(join(folder, 'mappings.json'), join(folder, 'settings.json'));
  expect(exitCode).toBe(1);
  expect(document.files.map(({ file, kind }) => [file, kind])).toEqual([
    [join(folder, 'mappings.json'), 'table-mapping'],
    [join(folder, 'settings.json'), 'task-settings'],
  ]);
  expect(document.errors).toBe(1);
  expect(document.files[0]?.findings.map(({ severity, path }) => [severity, path])).toEqual([['error', 'rules[1].rule-id']]);
});

test('a cdk.out folder: every template of it and of nested assemblies, nothing of its assets', async () => {
  const folder = write({
    'manifest.json': { version: '1' },
    'b.template.json': template(MAPPINGS),
    'assembly-Dev/Dev.template.json': template(DUPLICATED),
    'asset.abc/inner.template.json': 'no template at all',
  });
  const { exitCode, document } = await checkJson(folder);
  expect(document.files.map(({ file, kind }) => [file, kind])).toEqual([
    [join(folder, 'b.template.json'), 'template'],
    [join(folder, 'assembly-Dev', 'Dev.template.json'), 'template'],
  ]);
  expect(document.files[1]?.findings.filter(({ severity }) => severity === 'error').map(({ path }) => path))
    .toEqual(['Resources.Task.Properties.TableMappings → rules[1].rule-id']);
  expect(exitCode).toBe(1);
});

test('warnings fail the check with --strict only', async () => {
  const misspelled = { rules: [{ ...SELECTION, 'load-ordr': 1 }] };
  const file = join(write({ 'mappings.json': misspelled }), 'mappings.json');
  const lenient = await checkJson(file);
  expect([lenient.document.errors, lenient.document.warnings, lenient.exitCode]).toEqual([0, 1, 0]);
  const strict = await checkJson('--strict', file);
  expect([strict.document.errors, strict.document.warnings, strict.exitCode]).toEqual([0, 1, 1]);
});

test('a byte order mark is no part of the document', async () => {
  const file = join(write({ 'mappings.json': `\uFEFF${JSON.stringify(MAPPINGS)}` }), 'mappings.json');
  expect((await checkJson(file)).exitCode).toBe(0);
});

describe('what cannot be checked: exit code 2 and one line that names the file', () => {
  test.each([
    ['a missing file', 'none.json', {}, 'cannot read FILE: there is no such file or folder'],
    ['YAML', 't.yaml', { 't.yaml': 'Resources: {}\n' },
      'FILE is YAML, and dms reads JSON: run `cdk synth` and give cdk.out, or convert it with `cfn-flip`'],
    ['an empty folder', '.', {},
      'FILE holds no *.template.json: run `cdk synth` first, or give the folder it writes to'],
  ])('%s', async (_name, file, files, line) => {
    const path = join(write(files), file);
    const result = await runDms(['check', path]);
    expect(result).toEqual({ exitCode: 2, stdout: '', stderr: `dms: ${line.replace('FILE', path)}\n` });
  });

  test.each([
    ['cut off JSON', '{"rules": [', 'is not JSON: '],
    ['an empty file', '', 'is not JSON: '],
    ['a list of numbers', '[1, 2]', ': '],
    ['another object', '{"name": "x"}', ': '],
  ])('%s', async (_name, content, words) => {
    const path = join(write({ 'x.json': content }), 'x.json');
    const { exitCode, stdout, stderr } = await runDms(['check', '--json', path]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr.startsWith(`dms: ${path}`)).toBe(true);
    expect(stderr).toContain(words);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('unexpected');
  });

  test('one bad file among good ones: nothing is printed as if it were complete', async () => {
    const folder = write({ 'good.json': MAPPINGS, 'bad.json': '{' });
    const { exitCode, stdout } = await runDms(['check', '--json', join(folder, 'good.json'), join(folder, 'bad.json')]);
    expect([exitCode, stdout]).toEqual([2, '']);
  });
});

test('the text puts errors before warnings and counts both', () => {
  const finding = (severity: 'error' | 'warning', rule: string): Parameters<typeof checkReport>[0][0]['findings'][0] => ({
    severity, rule, path: 'rules[0]', message: `${rule} is broken`, fix: 'mend it',
  });
  const report = checkReport([
    { file: 'a.json', kind: 'table-mapping', findings: [finding('warning', 'x/one'), finding('error', 'x/two')] },
    { file: 'b.json', kind: 'task-settings', findings: [] },
  ]);
  expect([report.errors, report.warnings]).toEqual([1, 1]);
  expect(describeReport(report, (_style, text) => text).split('\n')).toEqual([
    'a.json (table-mapping)',
    '  error    x/two  rules[0]',
    '           x/two is broken',
    '           fix: mend it',
    '  warning  x/one  rules[0]',
    '           x/one is broken',
    '           fix: mend it',
    '',
    'b.json (task-settings): nothing found',
    '',
    '1 error, 1 warning in 2 files',
  ]);
});

describe('dms', () => {
  test.each([[['--help']], [['check', '--help']], [['seed', '--help']]])('%j shows examples, exit code 0', async (args) => {
    const { exitCode, stdout, stderr } = await runDms(args);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Examples:\n  $ dms ');
  });

  test('--version prints the version of the package', async () => {
    const { version } = jest.requireActual<{ version: string }>('../../cli/package.json');
    expect(await runDms(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    [['chek'], 'unknown command \'chek\' (Did you mean check?): see `dms --help`'],
    [['check'], 'missing required argument \'file\': see `dms check --help`'],
    [['check', '--jsno', 'x'], 'unknown option \'--jsno\' (Did you mean --json?): see `dms check --help`'],
  ])('%j: exit code 2 and one line with the way to the help', async (args, line) => {
    expect(await runDms(args)).toEqual({ exitCode: 2, stdout: '', stderr: `dms: ${line}\n` });
  });

  test('without a command: the help on stderr, exit code 2', async () => {
    const { exitCode, stdout, stderr } = await runDms([]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: dms [options] [command]');
  });
});
