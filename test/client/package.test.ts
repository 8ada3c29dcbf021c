import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { TemporaryFolders } from '../support/temporary-folder';

const ROOT = join(__dirname, '..', '..');
const folders = new TemporaryFolders();
let installed: string;

/** The package as it is published, where nothing else of this repository is. */
beforeAll(() => {
  installed = join(folders.create(), 'node_modules', 'cdk-dms-pipelines-client');
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'build-client.mjs'), join(installed, 'dist')], { stdio: 'inherit' });
  cpSync(join(ROOT, 'client', 'package.json'), join(installed, 'package.json'));
});

test('the package needs nothing beside itself', () => {
  const keys = execFileSync(process.execPath, ['-e', `
    process.stdout.write(Object.keys(require('cdk-dms-pipelines-client')).sort().join());
  `], { cwd: join(installed, '..', '..'), encoding: 'utf8' });
  expect(keys).toBe('CommitUnknown,DynamoReader,FolderReader,MapUnreadable,NoWritableSite,SiteClient,declareEpoch,inTransaction,'
    + 'isFenceError');
  expect(readFileSync(join(installed, 'dist', 'index.js'), 'utf8').match(/require\("(?!node:)[^"]+"\)/g)).toBeNull();
});

/** What the compiler says of programs that import the package by its name, as users do. */
function complaints(programs: Readonly<Record<string, string>>): Record<string, string[]> {
  const files = new Map(Object.entries(programs).map(([name, text]) => [join(ROOT, `client-${name}.ts`), text]));
  const options: ts.CompilerOptions = {
    strict: true, noEmit: true, skipLibCheck: true, types: ['node'],
    module: ts.ModuleKind.Node20, target: ts.ScriptTarget.ES2022,
    paths: { 'cdk-dms-pipelines-client': [join(installed, 'dist', 'types', 'client', 'src', 'index.d.ts')] },
  };
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...files.keys()], options, {
    ...host,
    getSourceFile: (name, ...rest) => (files.has(name)
      ? ts.createSourceFile(name, files.get(name)!, ts.ScriptTarget.ES2022)
      : host.getSourceFile(name, ...rest)),
    fileExists: (name) => files.has(name) || host.fileExists(name),
    readFile: (name) => files.get(name) ?? host.readFile(name),
  });
  return Object.fromEntries(Object.keys(programs).map((name) => [name, ts
    .getPreEmitDiagnostics(program, program.getSourceFile(join(ROOT, `client-${name}.ts`)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))]));
}

test('the program in its README compiles against its types, and a wrong one would not', () => {
  const readme = readFileSync(join(ROOT, 'client', 'README.md'), 'utf8');
  const [program = ''] = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
  const { right, wrong } = complaints({ right: program, wrong: program.replace('endpoint, port', 'host, port') });
  expect(right).toEqual([]);
  expect(wrong?.join()).toContain("'host' does not exist");
});
