import type { Command } from 'commander';
import { whereOptions, type WhereOptions } from './switch-options';

const EXAMPLES = `
Examples:
  $ dms status --local
  $ dms status --stack Prod-shop-two-way --json

Exit code: 0 it is known who is written to, 1 a switch did not end, 2 bad usage or input.`;

export function registerStatus(program: Command): void {
  whereOptions(program.command('status')
    .summary('show a two-way replication: which site is written to, the legs, the last switches')
    .description('Shows both sites and who is written to, the epoch, the legs with their lag, the last switches, and what to '
      + 'do next. Works while a database is down.'))
    .addHelpText('after', EXAMPLES)
    .action(async (options: WhereOptions) => {
      const { runStatus } = await import('../two-way/run-status.js');
      await runStatus(options);
    });
}
