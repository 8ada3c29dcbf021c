import type { Command } from 'commander';
import { switchOptions, type SwitchOptions } from './switch-options';

const EXIT = 'Exit code: 0 done, 1 refused or rolled back, 2 bad usage or input.';

const SWITCH_EXAMPLES = `
Examples:
  $ dms switch --local --dry-run
  $ dms switch --local
  $ dms switch --stack Prod-shop-two-way --to SITEB
  $ dms switch --stack Prod-shop-two-way --approve AAAAKgAA…

On AWS, Ctrl-C stops following; the switch goes on.
${EXIT}`;

const REVERSE_EXAMPLES = `
Examples:
  $ dms reverse --local
  $ dms reverse --stack Prod-shop-two-way --dry-run

${EXIT}`;

const COMPLETE_EXAMPLES = `
Examples:
  $ dms complete --local --dry-run
  $ dms complete --stack Prod-shop-two-way --yes

${EXIT}`;

export function registerSwitch(program: Command): void {
  switchOptions(program.command('switch')
    .summary('let applications write to the other site of a two-way replication')
    .description('Switches to the other site: looks at the gates, fences the old side, waits until everything has arrived, '
      + 'and opens the new side. Whatever goes wrong before that, the old side is written to as before.'))
    .option('--to <site>', 'refuse unless this is the other site')
    .option('--recover', 'end a switch whose driver was killed: forward if the new side may be open, back otherwise')
    .option('--approve <token>', 'on AWS: agree to the switch that waits with this token')
    .option('--reject <token>', 'on AWS: refuse the switch that waits with this token')
    .addHelpText('after', SWITCH_EXAMPLES)
    .action((options: SwitchOptions) => run('switch', options));
}

export function registerReverse(program: Command): void {
  switchOptions(program.command('reverse')
    .summary('go back to the site that was switched from')
    .description('The same as `dms switch`, but only back: to the site that the last switch came from.'))
    .addHelpText('after', REVERSE_EXAMPLES)
    .action((options: SwitchOptions) => run('reverse', options));
}

export function registerComplete(program: Command): void {
  switchOptions(program.command('complete')
    .summary('end a two-way replication at the site that is written to: there is no way back')
    .description('Stops both legs for good, drops their slots and closes the other site. It cannot be undone.'))
    .option('--yes', 'do not ask')
    .addHelpText('after', COMPLETE_EXAMPLES)
    .action((options: SwitchOptions) => run('complete', options));
}

async function run(command: 'switch' | 'reverse' | 'complete', options: SwitchOptions): Promise<void> {
  const { runSwitch } = await import('../two-way/run-switch.js');
  await runSwitch(command, options);
}
