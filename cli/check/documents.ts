import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf, UsageError } from '../errors';

/** A JSON file that was given, or found in a folder that was given. */
export interface DocumentFile {
  readonly file: string;
  readonly document: unknown;
}

const YAML = /\.ya?ml$/i;

/**
 * Reads what the command line names: files as they are, and of a folder (`cdk.out`) every synthesized template, those
 * of nested assemblies too.
 *
 * @throws UsageError naming the file that is missing, unreadable, not JSON, or the folder without templates
 */
export function readDocuments(paths: readonly string[]): DocumentFile[] {
  return paths.flatMap(expand).map((file) => ({ file, document: readJson(file) }));
}

function expand(path: string): string[] {
  if (!isFolder(path)) {
    return [path];
  }
  const templates = templatesIn(path);
  if (templates.length === 0) {
    throw new UsageError(`${path} holds no *.template.json: run \`cdk synth\` first, or give the folder it writes to`);
  }
  return templates;
}

function isFolder(path: string): boolean {
  return reading(path, () => statSync(path).isDirectory());
}

function templatesIn(folder: string): string[] {
  const entries = reading(folder, () => readdirSync(folder, { withFileTypes: true }));
  const sorted = entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  const files = sorted.filter((entry) => entry.isFile() && entry.name.endsWith('.template.json'));
  // Assets are what handlers and images are made of: a template in there is not one of the app.
  const folders = sorted.filter((entry) => entry.isDirectory() && !entry.name.startsWith('asset.'));
  return [
    ...files.map(({ name }) => join(folder, name)),
    ...folders.flatMap(({ name }) => templatesIn(join(folder, name))),
  ];
}

function readJson(file: string): unknown {
  // A byte order mark is what Windows editors leave, not part of the document.
  const text = reading(file, () => readFileSync(file, 'utf8')).replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      YAML.test(file)
        ? `${file} is YAML, and dms reads JSON: run \`cdk synth\` and give cdk.out, or convert it with \`cfn-flip\``
        : `${file} is not JSON: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const why = { ENOENT: 'there is no such file or folder', EACCES: 'no permission to read it' }[codeOf(error) ?? ''];
    throw new UsageError(`cannot read ${path}: ${why ?? messageOf(error)}`, { cause: error });
  }
}
