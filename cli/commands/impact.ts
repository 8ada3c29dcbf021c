import type { Command } from 'commander';
import { EXIT_DONE, EXIT_FINDING } from '../errors';
import { describeImpact } from '../impact/describe';
import { isHarmful } from '../impact/effects';
import { print, printJson } from '../output/print';
import { paintFor } from '../output/style';

const EXAMPLES = `
Examples:
  $ dms impact base/cdk.out cdk.out
  $ aws cloudformation get-template --stack-name shop --query TemplateBody > deployed.json
  $ dms impact deployed.json cdk.out/shop.template.json

Exit code: 0 nothing is lost, replaced, loaded again or refused; 1 something is; 2 bad usage or input.`;

export function registerImpact(program: Command): void {
  program
    .command('impact')
    .summary('say what a change does to running replication')
    .description(
      'Compares two CloudFormation templates, or all stacks of two cdk.out folders, and says what deploying the second ' +
        'does to what the first has deployed: data that is lost, tasks that are replaced or load every table again, ' +
        'tables that are no longer replicated, tasks that pause. Needs no credentials.',
    )
    .argument('<before>', 'what is deployed: a template, or a cdk.out folder')
    .argument('<after>', 'what would be deployed, of the same kind')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(impact);
}

async function impact(before: string, after: string, { json = false }: { json?: boolean }): Promise<void> {
  // AWS's specification of all resources takes a while to read: other commands do not wait for it.
  const { impactOf } = await import('../impact/impact.js');
  const stacks = impactOf(before, after);
  const harmful = stacks.flatMap(({ effects }) => effects).filter(isHarmful).length;
  if (json) {
    printJson({ stacks, harmful });
  } else {
    print(describeImpact(stacks, paintFor(process.stdout)));
  }
  process.exitCode = harmful > 0 ? EXIT_FINDING : EXIT_DONE;
}
