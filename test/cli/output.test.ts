import { PassThrough } from 'node:stream';
import { captureLine } from '../../cli/output/capture-line';
import { counted, grouped, seconds } from '../../cli/output/numbers';
import { createProgress } from '../../cli/output/progress';
import { BarProgress } from '../../cli/output/progress-bars';
import { LineProgress } from '../../cli/output/progress-lines';
import { paintFor } from '../../cli/output/style';
import { table } from '../../cli/output/table';

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
      progress.tableProgress('public.clients', now);
    }
    progress.tableFinished('public.clients', 50_123, 9.04);
    progress.stop();
    expect(text().split('\n')).toEqual([
      'public.clients: loading about 50,000 rows',
      'public.clients: 5,000 of about 50,000 rows',
      'public.clients: 50,123 rows in 9.0 s',
      '',
    ]);
  });

  test('in lines: the last state of the changes is written, however soon the end comes', () => {
    const { sink, text } = stream();
    const progress = new LineProgress(sink, () => 0);
    progress.capture({ inserts: 1, updates: 0, deletes: 0, lagSeconds: undefined });
    progress.capture({ inserts: 2, updates: 0, deletes: 0, lagSeconds: undefined });
    progress.capture({ inserts: 1203, updates: 4, deletes: 5, lagSeconds: 0.25 });
    progress.stop();
    expect(text().split('\n')).toEqual([
      'changes 1 inserts 0 updates 0 deletes',
      'changes 1,203 inserts 4 updates 5 deletes lag 0.3 s',
      '',
    ]);
  });

  test('the line of the changes keeps its width while the numbers grow', () => {
    const small = captureLine({ inserts: 0, updates: 0, deletes: 0, lagSeconds: 0 });
    const large = captureLine({ inserts: 9_999_999, updates: 123_456, deletes: 1, lagSeconds: 1234.5 });
    expect(large.length).toBe(small.length);
    expect(large.length).toBeLessThan(80);
  });

  test('in bars: every table ends full with its rows, and fits 80 columns', () => {
    const { sink, text } = stream(terminal);
    const progress = new BarProgress(sink);
    progress.message('starting');
    progress.tableStarted('public.clients', 10);
    progress.tableStarted('public.a_name_that_is_longer_than_the_column', 0);
    progress.tableProgress('public.clients', 5000);
    progress.tableFinished('public.clients', 5123, 1.2);
    progress.tableFinished('public.a_name_that_is_longer_than_the_column', 0, 123.4);
    progress.stop();
    const lines = text().replace(/\x1b\[[?\d]*[A-Za-z]/g, '').split(/\r?\n/).map((line) => line.trimEnd());
    expect(lines[0]).toBe('starting');
    expect(lines).toContain('public.clients             [====================] 100%       5,123 rows  1.2 s');
    expect(lines).toContain('public.a_name_that_is_lon… [====================] 100%           0 rows  123.4 s');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
