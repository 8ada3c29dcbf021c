import { PassThrough } from 'node:stream';
import { captureLine } from '../../cli/output/capture-line';
import { CaptureRate } from '../../cli/output/capture-rate';
import { compact, counted, grouped, roughDuration, seconds, volume } from '../../cli/output/numbers';
import { createProgress } from '../../cli/output/progress';
import { BarProgress } from '../../cli/output/progress-bars';
import { LineProgress } from '../../cli/output/progress-lines';
import { paintFor } from '../../cli/output/style';
import { table } from '../../cli/output/table';
import { Transfer } from '../../cli/output/transfer';

function stream(terminal: Partial<NodeJS.WriteStream> = {}): { sink: PassThrough; text: () => string } {
  const sink = Object.assign(new PassThrough(), terminal);
  let written = '';
  sink.setEncoding('utf8').on('data', (chunk: string) => (written += chunk));
  return { sink, text: () => written };
}

const terminal = { isTTY: true as const, columns: 100, hasColors: () => true };

test('numbers are grouped, seconds have one digit, nouns follow their count', () => {
  expect(grouped(1234567)).toBe('1,234,567');
  expect(seconds(1.25)).toBe('1.3 s');
  expect([0, 999, 1000, 45_123_456, 2e15].map(volume)).toEqual(['0 B', '999 B', '1.0 kB', '45.1 MB', '2000.0 TB']);
  expect([999, 382_123, 1_234_567].map(compact)).toEqual(['999', '382k', '1.23M']);
  expect([0.2, 80, 200, 7200].map(roughDuration)).toEqual(['1 s', '80 s', '3 min', '2.0 h']);
  expect([counted(0, 'error'), counted(1, 'error'), counted(2000, 'error')]).toEqual(['0 errors', '1 error', '2,000 errors']);
});

test('a table is aligned without borders', () => {
  const columns = [{ title: 'table' }, { title: 'rows', align: 'right' as const }, { title: 'state' }];
  const rows = [['public.clients', '50,000', 'done'], ['b', '7', '']];
  expect(table(columns, rows, stream().sink)).toBe([
    'table             rows  state',
    'public.clients  50,000  done',
    'b                    7',
  ].join('\n'));
});

test('colours are for terminals that show them', () => {
  expect(paintFor(stream().sink)('red', 'x')).toBe('x');
  expect(paintFor(stream({ ...terminal, hasColors: () => false }).sink)('red', 'x')).toBe('x');
  expect(paintFor(stream(terminal).sink)('red', 'x')).toContain('x');
});

describe('progress', () => {
  test('is bars on a terminal, and lines elsewhere or with --json', () => {
    expect(createProgress(false, stream(terminal).sink)).toBeInstanceOf(BarProgress);
    expect(createProgress(true, stream(terminal).sink)).toBeInstanceOf(LineProgress);
    expect(createProgress(false, stream().sink)).toBeInstanceOf(LineProgress);
  });

  test('in lines: news of a table come every five seconds at most, its end always', () => {
    const { sink, text } = stream();
    let now = 0;
    const progress = new LineProgress(sink, () => now);
    progress.tableStarted('public.clients', 50_000);
    for (now = 1000; now <= 9000; now += 1000) {
      progress.tableProgress('public.clients', now, now * 100);
    }
    progress.tableFinished('public.clients', 9_000, 9.04);
    progress.stop();
    expect(text().split('\n')).toEqual([
      'public.clients: loading about 50,000 rows',
      'public.clients: 5,000 of about 50,000 rows, 500.0 kB, 1k rows/s, 45 s left',
      'public.clients: 9,000 rows in 9.0 s',
      '',
    ]);
  });

  test('the time that is left is not guessed when statistics say nothing, too little, or the load has just begun', () => {
    const after = (estimatedRows: number, rows: number, ms: number): Transfer => {
      const transfer = new Transfer(estimatedRows, 0);
      transfer.hear(rows, ms);
      return transfer;
    };
    expect(after(4000, 1000, 2000)).toMatchObject({ rowsPerSecond: 500, secondsLeft: 6 });
    expect(after(0, 1000, 2000)).toMatchObject({ rowsPerSecond: 500, secondsLeft: undefined });
    expect(after(900, 1000, 2000)).toMatchObject({ rowsPerSecond: 500, secondsLeft: undefined });
    expect(after(4000, 1000, 999)).toMatchObject({ rowsPerSecond: undefined, secondsLeft: undefined });
    expect(after(4000, 0, 2000)).toMatchObject({ rowsPerSecond: 0, secondsLeft: undefined });
  });

  test('the speed of the capture is that of the last five seconds', () => {
    const rate = new CaptureRate();
    const hear = (inserts: number, now: number): void =>
      rate.hear({ inserts, updates: 0, deletes: 0, lagSeconds: 0 }, now);
    hear(0, 0);
    expect(rate.perSecond).toBeUndefined();
    for (let now = 10; now <= 5000; now += 10) hear(now, now);
    expect(rate.perSecond).toBe(1000);
    for (let now = 5010; now <= 11_000; now += 10) hear(5000, now);
    expect(rate.perSecond).toBe(0);
  });

  test('in lines: the last state of the changes is written, however soon the end comes', () => {
    const { sink, text } = stream();
    const progress = new LineProgress(sink, () => 0);
    progress.capture({ inserts: 1, updates: 0, deletes: 0, lagSeconds: undefined });
    progress.capture({ inserts: 2, updates: 0, deletes: 0, lagSeconds: undefined });
    progress.capture({ inserts: 1203, updates: 4, deletes: 5, lagSeconds: 0.25 });
    progress.stop();
    expect(text().split('\n')).toEqual([
      'changes: 1 inserts, 0 updates, 0 deletes',
      'changes: 1,203 inserts, 4 updates, 5 deletes, lag 0.3 s',
      '',
    ]);
  });

  test('the line of the changes keeps its width while the numbers grow', () => {
    const small = captureLine({ inserts: 0, updates: 0, deletes: 0, lagSeconds: 0 }, 0);
    const large = captureLine({ inserts: 9_999_999, updates: 123_456, deletes: 1, lagSeconds: 1234.5 }, 123_456);
    expect(large).toBe('changes 9,999,999 I   123,456 U         1 D   123k changes/s  lag 1234.5 s');
    expect(small.length).toBe(large.length);
  });

  test('in bars: a table that is done is said above the others, and nothing is wider than 80 columns', () => {
    const { sink, text } = stream({ ...terminal, columns: 80 });
    const progress = new BarProgress(sink);
    progress.message('starting');
    progress.tableStarted('public.clients', 10);
    progress.tableStarted('public.a_name_that_is_longer_than_the_column', 0);
    progress.tableProgress('public.clients', 5000, 1234);
    progress.tableFinished('public.clients', 5123, 1.2);
    progress.tableFinished('public.a_name_that_is_longer_than_the_column', 0, 123.4);
    progress.capture({ inserts: 1, updates: 2, deletes: 3, lagSeconds: 0.5 });
    progress.message('the last word');
    progress.stop();
    progress.stop();
    const lines = text().replaceAll('\x1b[1G', '\n').replace(/\x1b\[[?\d]*[A-Za-z]/g, '').split(/\r?\n/)
      .map((line) => line.trimEnd());
    expect(lines[0]).toBe('starting');
    expect(lines).toContain('public.clients          5,123 rows in 1.2 s');
    expect(lines).toContain('public.a_name_tha…          0 rows in 123.4 s');
    expect(lines.filter((line) => line !== '').slice(-3)).toEqual([
      'the last word',
      'changes         1 I         2 U         3 D        changes/s  lag    0.5 s',
      'changes         1 I         2 U         3 D        changes/s  lag    0.5 s',
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
