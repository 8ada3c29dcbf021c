// What a pull request does to what is deployed: the difference of every stack between two cloud assemblies, and what
// that means to running replication (`dms impact`).
//
//   tsx scripts/pull-request-diff.ts BASE_CDK_OUT HEAD_CDK_OUT
//
// Markdown on stdout. Exit code 1 when something would be destroyed, replaced or loaded again, unless
// ALLOW_DESTRUCTIVE=true; 2 when a diff could not be made. Needs no credentials and no network.
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { formatDifferences, fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { describeImpact } from '../cli/impact/describe';
import { isHarmful, type StackImpact } from '../cli/impact/effects';
import { impactOf } from '../cli/impact/impact';
import { isAssembly, stackTemplates } from '../cli/rehearsal/assembly';

interface StackDiff {
  readonly stack: string;
  readonly outcome: 'unchanged' | 'changed' | 'destructive' | 'new' | 'removed';
  readonly details: string;
}

const DESTRUCTIVE: readonly ResourceImpact[] = [
  ResourceImpact.WILL_DESTROY, ResourceImpact.WILL_REPLACE, ResourceImpact.MAY_REPLACE,
];

const [base, head] = process.argv.slice(2);
if (base === undefined || head === undefined) {
  fail('usage: pull-request-diff.ts BASE_CDK_OUT HEAD_CDK_OUT');
}
for (const folder of [base, head]) {
  if (!isAssembly(folder)) fail(`${folder} is not a cloud assembly: run \`cdk synth\` first`);
}

const before = stackTemplates(base);
const after = stackTemplates(head);
const diffs = [...new Set([...before.keys(), ...after.keys()])].sort().map(diffOf);
const impacts = impactOf(base, head);
process.stdout.write(`${impactMarkdown(impacts)}\n${markdown(diffs)}`);

const destructive = diffs.some(({ outcome }) => outcome === 'destructive' || outcome === 'removed')
  || impacts.some(({ effects }) => effects.some(isHarmful));
if (destructive && process.env.ALLOW_DESTRUCTIVE !== 'true') process.exitCode = 1;

function diffOf(stack: string): StackDiff {
  const [old, current] = [before.get(stack), after.get(stack)];
  if (old === undefined) return { stack, outcome: 'new', details: 'This stack is new.' };
  if (current === undefined) {
    return { stack, outcome: 'removed', details: 'This stack is gone: its resources would stay behind or be deleted.' };
  }
  const diff = fullDiff(templateOf(old), templateOf(current));
  if (diff.isEmpty) return { stack, outcome: 'unchanged', details: '' };
  const text = new PassThrough();
  formatDifferences(text, diff);
  const details = stripVTControlCharacters(String(text.read() ?? '')).trim();
  const destroys = Object.values(diff.resources.changes).some(({ changeImpact }) => DESTRUCTIVE.includes(changeImpact));
  return { stack, outcome: destroys ? 'destructive' : 'changed', details };
}

function templateOf(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

function markdown(all: readonly StackDiff[]): string {
  const count = (outcome: StackDiff['outcome']): number => all.filter((one) => one.outcome === outcome).length;
  const counts = (['destructive', 'removed', 'changed', 'new', 'unchanged'] as const)
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => `${count(outcome)} ${outcome}`);
  // What destroys comes first: nobody reads to the end of a long diff.
  const order = ['destructive', 'removed', 'changed', 'new'];
  const sections = all
    .filter(({ outcome }) => outcome !== 'unchanged')
    .sort((one, other) => order.indexOf(one.outcome) - order.indexOf(other.outcome))
    .map(({ stack, outcome, details }) =>
      `<details${outcome === 'destructive' ? ' open' : ''}><summary><b>${stack}</b>: ${outcome}</summary>\n\n`
      + `\`\`\`\n${details}\n\`\`\`\n\n</details>\n`);
  return [`## Stacks: ${counts.join(', ')}`, ...sections].join('\n\n') + '\n';
}

/** What a diff of templates does not say: tables that are no longer replicated, tasks that pause or load again. */
function impactMarkdown(all: readonly StackImpact[]): string {
  const told = all.filter(({ effects }) => effects.length > 0);
  const plain = (_style: unknown, text: string): string => text;
  return told.length === 0
    ? 'Running replication does not notice.\n'
    : `## Running replication\n\n\`\`\`\n${describeImpact(told, plain)}\n\`\`\`\n`;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
