import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Documents of the DMS user guide with an index of what DMS says to each; they are not part of this repository. */
const FOLDER = process.env['DMS_EXAMPLES'] ?? join(__dirname, '..', '..', '..', 'shared', 'examples');
const INDEX = join(FOLDER, 'index.tsv');

export interface DocumentedExample {
  /** Relative to the folder of examples. */
  readonly file: string;
  readonly kind: 'table-mapping' | 'table-mapping-rule' | 'table-mapping-fragment' | 'task-settings';
  /** `valid`, or what is wrong with it. */
  readonly expected: string;
  readonly document: unknown;
}

/** All of them; `undefined` when they are not here. */
export function documentedExamples(): DocumentedExample[] | undefined {
  if (!existsSync(INDEX)) return undefined;
  return readFileSync(INDEX, 'utf8').trim().split('\n').slice(1).map((line) => {
    const [file, kind, , expected] = line.split('\t') as [string, DocumentedExample['kind'], string, string];
    return { file, kind, expected, document: JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as unknown };
  });
}
