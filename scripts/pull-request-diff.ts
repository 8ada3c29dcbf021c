// What a pull request does to what is deployed: an offline `cdk diff` of every stack between two cloud assemblies.
//
//   tsx scripts/pull-request-diff.ts BASE_CDK_OUT HEAD_CDK_OUT
//
// Markdown on stdout. Exit code 1 when something would be destroyed or replaced, unless ALLOW_DESTRUCTIVE=true; 2 when
// a diff could not be made. Needs no credentials and no network.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { isAssembly, stackTemplates } from '../cli/rehearsal/assembly';

interface StackDiff {
  readonly stack: string;
  readonly outcome: 'unchanged' | 'changed' | 'destructive' | 'new' | 'removed';
  readonly details: string;
}

const [base, head] = process.argv.slice(2);
if (base === undefined || head === undefined) {
  fail('usage: pull-request-diff.ts BASE_CDK_OUT HEAD_CDK_OUT');
}
for (const folder of [base, head]) {
  if (!isAssembly(folder)) fail(`${folder} is not a cloud assembly: run \`cdk synth\` first`);
}

const before = stackTemplates(base);
const after = stackTemplates(head);
const diffs: StackDiff[] = [...new Set([...before.keys(), ...after.keys()])].sort().map((stack) => {
  if (!before.has(stack)) return { stack, outcome: 'new', details: 'This stack is new.' };
  if (!after.has(stack)) return { stack, outcome: 'removed', details: 'This stack is gone: its resources would stay behind or be deleted.' };
  return diff(stack, before.get(stack)!);
});

const destructive = diffs.filter(({ outcome }) => outcome === 'destructive' || outcome === 'removed');
process.stdout.write(markdown(diffs));
if (destructive.length > 0 && process.env.ALLOW_DESTRUCTIVE !== 'true') process.exitCode = 1;

function diff(stack: string, oldTemplate: string): StackDiff {
  const cdk = join(dirname(require.resolve('aws-cdk/package.json')), 'bin', 'cdk');
  const run = (failOn: 'never' | 'any-change' | 'destructive'): { status: number | null; text: string } => {
    const options = ['--app', head!, '--template', oldTemplate, '--fail-on', failOn, '--no-color', '--no-notices'];
    const command = [cdk, 'diff', stack, ...options];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    return { status, text: `${stdout}${stderr}`.trim() };
  };
  // A diff that could not be made ends with 1 as well: only one that is asked never to fail tells the two apart.
  const { status, text } = run('never');
  if (status !== 0) fail(`cdk diff ${stack} failed:\n${text}`);
  if (run('any-change').status === 0) return { stack, outcome: 'unchanged', details: '' };
  return { stack, outcome: run('destructive').status === 0 ? 'changed' : 'destructive', details: text };
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
      `<details${outcome === 'destructive' ? ' open' : ''}><summary><b>${stack}</b>: ${outcome}</summary>\n\n\`\`\`\n${details}\n\`\`\`\n\n</details>\n`);
  return [`## Stacks: ${counts.join(', ')}`, ...sections].join('\n\n') + '\n';
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
