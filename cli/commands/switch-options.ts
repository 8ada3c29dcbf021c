import type { Command } from 'commander';
import { positiveInteger } from './arguments';

/** Which replication is meant. */
export interface WhereOptions {
  /** A folder, or `true` for the usual one. */
  readonly local?: string | true;
  readonly stack?: string;
  readonly stateMachine?: string;
  readonly table?: string;
  readonly json?: boolean;
}

/** The options of `dms switch`, `reverse` and `complete`. */
export interface SwitchOptions extends WhereOptions {
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly pauseLimit?: number;
  readonly recover?: boolean;
  readonly approve?: string;
  readonly reject?: string;
  readonly yes?: boolean;
}

export const whereOptions = (command: Command): Command => command
  .option('--local [folder]', 'the replication that `dms two-way` runs here (default folder: .two-way)')
  .option('--stack <name>', 'the replication of this CloudFormation stack, on AWS')
  .option('--table <name>', 'on AWS without --stack: the table of the site map')
  .option('--json', 'print one JSON document');

export const switchOptions = (command: Command): Command => whereOptions(command)
  .option('--state-machine <arn>', 'on AWS without --stack: the state machine of the switch')
  .option('--dry-run', 'print the plan and the gates, and change nothing')
  .option('--pause-limit <seconds>', 'how long nobody may be able to write (default: as the replication was defined)', positiveInteger);
