import { Command, CommanderError } from 'commander';
import { registerCheck } from './commands/check';
import { registerImpact } from './commands/impact';
import { registerRehearse } from './commands/rehearse';
import { registerSeed } from './commands/seed';
import { registerStatus } from './commands/status';
import { registerComplete, registerReverse, registerSwitch } from './commands/switch';
import { registerTwoWay } from './commands/two-way';
import { codeOf, EXIT_DONE, EXIT_USAGE, messageOf, UsageError } from './errors';
import { version } from './package.json';

const EXAMPLES = `
Examples:
  $ dms check cdk.out
  $ dms impact base/cdk.out cdk.out
  $ dms seed --url postgres://localhost/booking
  $ dms two-way & dms switch --local

Run \`dms <command> --help\` for the options of a command.
Exit codes: 0 done, 1 a finding or failed check, 2 bad usage or input.`;

function createProgram(): Command {
  const program = new Command('dms')
    .description('Check, rehearse and operate AWS DMS pipelines.')
    .version(version)
    .configureHelp({ sortOptions: true })
    // Errors are printed once, by `complain`.
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  registerCheck(program);
  registerImpact(program);
  registerRehearse(program);
  registerSeed(program);
  registerTwoWay(program);
  registerSwitch(program);
  registerReverse(program);
  registerComplete(program);
  registerStatus(program);
  return program;
}

async function main(): Promise<void> {
  process.stdout.on('error', leaveWhenNobodyReads);
  const program = createProgram();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === EXIT_DONE) {
      return;
    }
    // Something may still hold the process (a connection, a bar): what failed has nothing left to wait for.
    process.stderr.write(complaint(error, program), () => process.exit(EXIT_USAGE));
  }
}

/** One line for what the user can mend; for anything else the way to more details as well. */
function complaint(error: unknown, program: Command): string {
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help') {
      return '';
    }
    const command = program.commands.find((candidate) => candidate.name() === process.argv[2]);
    const help = command === undefined ? 'dms --help' : `dms ${command.name()} --help`;
    return `dms: ${messageOf(error).replace(/^error: /, '')}: see \`${help}\`\n`;
  }
  if (process.env.DMS_DEBUG !== undefined && error instanceof Error) {
    return `dms: ${error.stack ?? error.message}\n`;
  }
  const hint = error instanceof UsageError ? '' : ' (unexpected: set DMS_DEBUG=1 for the stack trace)';
  return `dms: ${messageOf(error)}${hint}\n`;
}

/** `dms … | head` closes the pipe early: the reader has what it wanted. */
function leaveWhenNobodyReads(error: Error): void {
  if (codeOf(error) !== 'EPIPE') {
    throw error;
  }
  process.exit();
}

void main();
