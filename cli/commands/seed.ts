import { Option, type Command } from 'commander';
import { UsageError } from '../errors';
import { counted, grouped, seconds } from '../output/numbers';
import { createProgress } from '../output/progress';
import { notice, print, printJson } from '../output/print';
import { ContinuousWriter, type WriterCounts } from '../seed/continuous-writer';
import { hasRows, loadSeed } from '../seed/load';
import { positiveInteger, wholeNumber } from './arguments';

interface SeedOptions {
  readonly url?: string;
  readonly clients: number;
  readonly bookings: number;
  readonly seed: number;
  readonly append?: boolean;
  readonly continuous?: boolean;
  readonly seconds?: number;
  readonly changes?: number;
  readonly rate?: number;
  readonly json?: boolean;
}

const DEFAULT_RATE = 100;

const EXAMPLES = `
Examples:
  $ dms seed --url postgres://app@db.example.com/booking
  $ PGHOST=localhost PGDATABASE=booking dms seed --clients 1000 --bookings 5000
  $ dms seed --url postgres://localhost/booking --continuous --rate 500 --seconds 60

The password may come from PGPASSWORD or ~/.pgpass; it is never printed.`;

export function registerSeed(program: Command): void {
  program
    .command('seed')
    .summary('fill a PostgreSQL database with the booking example, and keep writing to it')
    .description(
      'Creates public.clients and public.bookings and fills them with rows of varied types, the same rows for the ' +
        'same --seed. With --continuous it goes on inserting, updating and deleting, as an application would.',
    )
    .option('--url <url>', 'database, postgres://user@host:port/database (default: from PGHOST, PGDATABASE, …)')
    .option('--clients <rows>', 'rows to load into public.clients', wholeNumber, 50_000)
    .option('--bookings <rows>', 'rows to load into public.bookings', wholeNumber, 200_000)
    .option('--seed <number>', 'the same number gives the same rows', wholeNumber, 1)
    .option('--append', 'add to the rows that are there')
    .option('--continuous', 'keep writing until Ctrl-C; loads first when the tables have no rows')
    .addOption(continuousOption('--seconds <number>', 'stop after so many seconds'))
    .addOption(continuousOption('--changes <number>', 'stop after so many committed changes'))
    .addOption(continuousOption('--rate <number>', `changes a second (default: ${DEFAULT_RATE})`))
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(seed);
}

function continuousOption(flags: string, description: string): Option {
  return new Option(flags, `with --continuous: ${description}`).argParser(positiveInteger);
}

async function seed(options: SeedOptions): Promise<void> {
  const { url, continuous = false, append = false } = options;
  if (url === undefined && process.env.PGHOST === undefined) {
    throw new UsageError('no database given: pass --url postgres://user@host:port/database, or set PGHOST');
  }
  for (const name of ['seconds', 'changes', 'rate'] as const) {
    if (options[name] !== undefined && !continuous) {
      throw new UsageError(`--${name} is for continuous writing: add --continuous, or drop it`);
    }
  }
  const loads = !continuous || append || !(await hasRows(url));
  if (loads) {
    await load(options);
  }
  const written = continuous ? await writeContinuously(options) : undefined;
  if (options.json) {
    const loaded = loads ? { clients: options.clients, bookings: options.bookings } : { clients: 0, bookings: 0 };
    printJson({ loaded, ...(written && { written }) });
  } else if (written) {
    print(describe(written));
  } else {
    print(`loaded ${grouped(options.clients)} clients and ${grouped(options.bookings)} bookings`);
  }
}

async function load({ url, clients, bookings, seed: seedNumber, append, json }: SeedOptions): Promise<void> {
  const progress = createProgress(json ?? false);
  const expected: Record<string, number> = { 'public.clients': clients, 'public.bookings': bookings };
  const started = new Map<string, number>();
  const onProgress = (table: string, rows: number, bytes: number): void => {
    const total = expected[table] ?? 0;
    if (!started.has(table)) {
      started.set(table, Date.now());
      progress.tableStarted(table, total);
    }
    if (rows === total) {
      progress.tableFinished(table, rows, (Date.now() - (started.get(table) ?? 0)) / 1000);
    } else {
      progress.tableProgress(table, rows, bytes);
    }
  };
  try {
    await loadSeed(url, { clients, bookings, seed: seedNumber, append, onProgress });
  } finally {
    progress.stop();
  }
}

async function writeContinuously(options: SeedOptions): Promise<WriterCounts> {
  const { url, seed: seedNumber, changes, rate = DEFAULT_RATE } = options;
  const writer = new ContinuousWriter(url, { seed: seedNumber, rate, changes });
  // The outcome of stopping is reported through `finished`, below.
  const stop = (): void => void writer.stop().catch(() => undefined);
  const timer = options.seconds === undefined ? undefined : setTimeout(stop, options.seconds * 1000);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    notice(`writing about ${counted(rate, 'change')} a second; Ctrl-C ends it`);
    const start = Date.now();
    writer.start();
    const counts = await writer.finished();
    notice(`wrote for ${seconds((Date.now() - start) / 1000)}`);
    return counts;
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function describe({ inserts, updates, deletes, transactions, rolledBack }: WriterCounts): string {
  return (
    `committed ${counted(inserts, 'insert')}, ${counted(updates, 'update')} and ${counted(deletes, 'delete')} ` +
    `in ${counted(transactions, 'transaction')}; ${grouped(rolledBack)} more rolled back`
  );
}
