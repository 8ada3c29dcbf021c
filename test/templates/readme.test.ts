import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..', '..');

/** The TypeScript of a Markdown page, one program for each block. */
function snippets(page: string): string[] {
  return [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
}

/** What the compiler says of a program that imports the library by its name, as users do. */
function complaints(program: string): string[] {
  const file = join(ROOT, 'readme-snippet.ts');
  const options: ts.CompilerOptions = {
    strict: true, noEmit: true, skipLibCheck: true, types: ['node'],
    module: ts.ModuleKind.Node20, target: ts.ScriptTarget.ES2022,
    paths: { 'cdk-dms-pipelines': [join(ROOT, 'lib', 'index.ts')] },
  };
  const host = ts.createCompilerHost(options);
  const withSnippet: ts.CompilerHost = {
    ...host,
    getSourceFile: (name, ...rest) => (name === file
      ? ts.createSourceFile(name, program, ts.ScriptTarget.ES2022)
      : host.getSourceFile(name, ...rest)),
    fileExists: (name) => name === file || host.fileExists(name),
    readFile: (name) => (name === file ? program : host.readFile(name)),
  };
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options, withSnippet))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test('the TypeScript in the README compiles against the library', () => {
  const programs = snippets('README.md');
  expect(programs).toHaveLength(1);
  expect(programs.flatMap(complaints)).toEqual([]);
});

test('a wrong property in such a snippet would be found', () => {
  const [program] = snippets('README.md');
  const [complaint] = complaints(program!.replace('databaseName:', 'dbName:'));
  expect(complaint).toContain("'dbName' does not exist in type 'PostgresCdcSourceProps'");
});
