import { Option, type Command } from 'commander';
import type { RehearseOptions } from '../rehearsal/run';
import { positiveInteger } from './arguments';

const EXAMPLES = `
Examples:
  $ dms rehearse                                          the app in this folder, an embedded PostgreSQL
  $ dms rehearse cdk.out --stack Dev/aws-cdc-dms-rds-to-s3
  $ dms rehearse template.json --source postgres://me@localhost/shop --target ./lake
  $ dms rehearse template.json --target s3://lake/trial --s3-endpoint http://127.0.0.1:9000
  $ dms rehearse template.json --source postgres://me@localhost/shop --target postgres://me@localhost/copy

Ctrl-C finishes the open batch; --resume goes on from there.
Exit code: 0 done, 1 source and target differ or the run was interrupted, 2 bad usage or input.`;

export function registerRehearse(program: Command): void {
  program
    .command('rehearse')
    .summary('run the DMS tasks of a template on this machine, against real databases')
    .description(
      'Runs the DMS tasks of a CloudFormation template here: full load and change capture from a real PostgreSQL into ' +
        'Parquet or CSV files laid out as DMS lays them out, or into another PostgreSQL, and compares every table with its ' +
        'source at the end.',
    )
    .argument('[template]', 'a template or a cdk.out folder (default: the app of this folder, synthesized first)')
    .option('--stack <name>', 'stack to take the tasks from, as `cdk ls` shows it')
    .option('--task <logical id>', 'one task (default: all tasks of the stack)')
    .option('--source <url>', 'postgres://… to read from (default: an embedded PostgreSQL with the booking example)')
    .option('--target <place>', 'where the rows go: a folder, s3://bucket/folder or postgres://… (default: lake in the work folder)')
    .option('--s3-endpoint <url>', 'a server other than AWS that speaks S3')
    .addOption(new Option('--until <moment>', 'when to stop')
      .choices(['full-load', 'caught-up', 'interrupted']).default('caught-up'))
    .option('--resume', 'go on with an interrupted rehearsal')
    .option('--clean', 'abandon what the work folder holds: drop its slots, remove its files, and end')
    .option('--workdir <folder>', 'where checkpoints are kept', '.rehearsal')
    .option('--clients <rows>', 'rows of public.clients in the embedded PostgreSQL', positiveInteger, 50_000)
    .option('--bookings <rows>', 'rows of public.bookings in the embedded PostgreSQL', positiveInteger, 200_000)
    .option('--report <file>', 'write a page with statistics, charts, differences and findings (HTML)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (template: string | undefined, options: RehearseOptions) => {
      // DuckDB, Arrow and Parquet take their time to load: only who rehearses waits for them.
      const { runRehearsal } = await import('../rehearsal/run.js');
      await runRehearsal(template, options);
    });
}
