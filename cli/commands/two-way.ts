import { Option, type Command } from 'commander';
import type { TwoWayOptions } from '../two-way/run';
import { positiveInteger } from './arguments';

const EXAMPLES = `
Examples:
  $ dms two-way                                          two embedded PostgreSQL servers with an example
  $ dms two-way cdk.out --stack Dev/shop-two-way --site SITEA=postgres://… --site SITEB=postgres://…
  $ dms two-way --schema shop --site OLD=postgres://… --site NEW=postgres://…
  $ dms two-way --schema shop --print-ddl

In a second terminal: dms status --local, dms switch --local, dms reverse --local.
Ctrl-C stops; started again, it goes on where it was.`;

export function registerTwoWay(program: Command): void {
  program
    .command('two-way')
    .summary('run a two-way replication between two PostgreSQL databases on this machine')
    .description(
      'Prepares two sites (heartbeat, fence, sequences), runs the legs between them as DMS would, and ends switches whose ' +
        'driver was killed. Runs in the foreground until Ctrl-C.',
    )
    .argument('[template]', 'a template or cdk.out folder with a TwoWayReplication (default: all tables of --schema)')
    .option('--site <name=url>', 'a site, NAME=postgres://…; the first one is written to at the beginning', collect, [])
    .option('--stack <name>', 'stack to take the two tasks from, as `cdk ls` shows it')
    .option('--schema <name>', 'without a template: the schema that is replicated, at both sites')
    .addOption(new Option('--mode <mode>', 'one leg at a time, or both all the time').choices(['prepared', 'hot']).default('prepared'))
    .option('--pause-limit <seconds>', 'how long a switch may keep everybody from writing', positiveInteger, 30)
    .option('--workdir <folder>', 'where the site map, the legs and their checkpoints are kept', '.two-way')
    .option('--print-ddl', 'print the SQL that prepares the sites, and end')
    .option('--print-tear-down', 'print the SQL that takes all of that away again, and end')
    .addHelpText('after', EXAMPLES)
    .action(async (template: string | undefined, options: TwoWayOptions) => {
      const { runTwoWay } = await import('../two-way/run.js');
      await runTwoWay(template, options);
    });
}

const collect = (value: string, before: string[]): string[] => [...before, value];
