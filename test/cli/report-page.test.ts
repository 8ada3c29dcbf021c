import type { Finding } from '../../lib/rules';
import { axisBetween, axisFromZero, timeUnit } from '../../cli/report/axis';
import { lineChart } from '../../cli/report/chart';
import { duration, fileSize, rate, tickLabel } from '../../cli/report/format';
import { html } from '../../cli/report/html';
import { reportPage, type RehearsedTask } from '../../cli/report/page';
import { recordedCharts } from '../../cli/report/recorded-charts';
import { verdict } from '../../cli/report/task-section';
import { rehearsedTask, statistics, taskReport } from '../support/rehearsed-task';

const GENERATED_AT = new Date(Date.UTC(2026, 10, 21, 14, 8, 22));

function page(tasks: readonly RehearsedTask[], findings: readonly Finding[] = []): string {
  return reportPage({ title: 'Rehearsal of a stack', generatedAt: GENERATED_AT, tasks, findings });
}

/** The cells of each row of the table with this caption. */
function rowsOf(document: string, caption: string): string[][] {
  const table = document.split('<table>').find((text) => text.includes(`<caption>${caption}</caption>`))!.split('</table>')[0]!;
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)]
    .map(([, row]) => [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => cell!.replace(/<[^>]*>/g, '')));
}

describe('markup', () => {
  test('text is escaped, markup is not, lists are joined, nothing is left out', () => {
    const cell = html`<b title="${'"\'&'}">${'<i>'}</b>`;
    expect(cell.toString()).toBe('<b title="&quot;&#39;&amp;">&lt;i&gt;</b>');
    expect(html`<p>${[cell, undefined, ' ', 1200]}</p>`.toString()).toBe(`<p>${cell.toString()} 1200</p>`);
  });
});

describe('numbers', () => {
  test('times, sizes, rates and marks have the unit in which they read best', () => {
    expect([0, 119.94, 120, 3599.4, 3600, 90_000].map(duration))
      .toEqual(['0.0 s', '119.9 s', '2 min 0 s', '59 min 59 s', '1 h 0 min', '25 h 0 min']);
    expect([0, 1, 999, 1000, 24_704_816, 1.25e9, 5e15].map(fileSize))
      .toEqual(['0 bytes', '1 byte', '999 bytes', '1.0 kB', '24.7 MB', '1.3 GB', '5000.0 TB']);
    expect([0, 0.25, 9.94, 10.4, 1234.5].map(rate)).toEqual(['0', '0.3', '9.9', '10', '1,235']);
    expect([0, 0.25, 9999, 10_000, 1_250_000].map(tickLabel)).toEqual(['0', '0.25', '9,999', '10K', '1.25M']);
  });

  test('axes are marked at round numbers that cover all values', () => {
    expect(axisFromZero('rows', 200_000, 1)).toEqual({
      title: 'rows', min: 0, max: 200_000, ticks: [0, 50_000, 100_000, 150_000, 200_000],
    });
    expect(axisFromZero('seconds', 0.31).ticks).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35]);
    expect(axisFromZero('rows', 0, 1)).toMatchObject({ max: 1, ticks: [0, 1] });
    expect(axisBetween('seconds', 6.7, 11.7)).toEqual({ title: 'seconds', min: 6.7, max: 11.7, ticks: [7, 8, 9, 10, 11] });
    expect(axisBetween('seconds', 3, 3)).toMatchObject({ min: 3, max: 3.01 });
    expect([179, 180, 10_800].map((seconds) => timeUnit(seconds).name)).toEqual(['seconds', 'minutes', 'hours']);
  });
});

describe('charts', () => {
  const tables = [statistics('small', { fullLoadRows: 100 }), statistics('large', { fullLoadRows: 1000 })];
  const { recording } = rehearsedTask(tables);

  test('say what was recorded: rows by table, changes by second, lag', () => {
    const [load, changes, lag] = recordedCharts('t', recording);
    expect(load!.lines.map(({ name, note, end }) => [name, note, end])).toEqual([
      ['public.large', '1,000 rows in 2.0 s', { x: 3, y: 1000 }],
      ['public.small', '100 rows in 2.0 s', { x: 3, y: 100 }],
    ]);
    expect(load!.lines[1]!.points.slice(0, 3)).toEqual([{ x: 1, y: 0 }, { x: 1.1, y: 5 }, { x: 1.2, y: 10 }]);
    expect(load!.x).toMatchObject({ title: 'seconds since the rehearsal began', min: 1, max: 3 });

    expect(changes!.title).toBe('Changes applied per second, mean of each 0.5 s');
    expect(changes!.lines.map(({ name, note }) => `${name} ${note}`))
      .toEqual(['inserts 300, up to 100/s', 'updates 600, up to 200/s', 'deletes 30, up to 10/s']);
    const rates = changes!.lines.map(({ points }) => points.map(({ y }) => Number(y.toFixed(6))));
    expect(rates).toEqual([100, 200, 10].map((perSecond) => Array.from({ length: 12 }, () => perSecond)));
    expect([changes!.x.min, changes!.x.max]).toEqual([3, 6]);

    expect(lag!.lines[0]!.note).toBe('at most 2.0 s, at the end 0.5 s');
    expect(lag!.y).toMatchObject({ title: 'seconds', max: 2 });
  });

  test('the area under the rates is the number of changes, however uneven they came', () => {
    const captures = [[10, 0], [10.2, 700], [11.9, 750], [25, 751], [100.3, 9000]]
      .map(([at, inserts]) => ({ at: at!, inserts: inserts!, updates: 0, deletes: 0, lagSeconds: undefined }));
    const [changes] = recordedCharts('t', { ...recording, loads: [], captures });
    const { points } = changes!.lines[0]!;
    let area = 0;
    for (let i = 0; i < points.length; i += 2) area += points[i]!.y * (points[i + 1]!.x - points[i]!.x);
    expect(area).toBeCloseTo(9000, 6);
    expect(points.length / 2).toBeLessThanOrEqual(120);
  });

  test('beyond six tables the lines are grey, beyond 46 they are left out and the title says so', () => {
    const many = Array.from({ length: 50 }, (_, i) => statistics(`t${i}`, { fullLoadRows: i + 1 }));
    const [load] = recordedCharts('t', rehearsedTask(many).recording);
    expect(load!.title).toBe('Rows loaded, the 46 largest of 50 tables');
    expect(load!.lines.map(({ name }) => name)).toEqual([50, 49, 48, 47, 46, 45].map((rows) => `public.t${rows - 1}`));
    expect(load!.others).toHaveLength(40);
  });

  test('what did not happen has no chart', () => {
    expect(recordedCharts('t', { ...recording, loads: [] }).map(({ id }) => id)).toEqual(['t-changes', 't-lag']);
    expect(recordedCharts('t', { ...recording, captures: [] }).map(({ id }) => id)).toEqual(['t-load']);
    const before = recording.captures.slice(0, 1);
    expect(recordedCharts('t', { ...recording, captures: before }).map(({ id }) => id)).toEqual(['t-load', 't-changes']);
  });

  test('a line is drawn to scale, without the points that change nothing', () => {
    const flat = [0, 1, 2, 3, 4].map((x) => ({ x, y: 5 }));
    const drawn = lineChart({
      id: 'c', title: 'T', description: 'D', x: axisBetween('s', 0, 10), y: axisFromZero('n', 10),
      lines: [{ name: 'a', note: '', points: [{ x: 0, y: 0 }, ...flat, { x: 10, y: 10 }] }],
    }).toString();
    expect(drawn).toContain('<path class="line colour-1" d="M0 1000L0 500L400 500L1000 0">');
    expect(drawn).toContain('role="img" aria-labelledby="c-title c-desc">');
    expect(drawn).toContain('<title id="c-title">T</title>\n<desc id="c-desc">D</desc>');
  });

  test('labels of lines that end close to each other do not touch, and stay in the drawing', () => {
    const ends = [0, 0, 1, 9, 10, 10];
    const drawn = lineChart({
      id: 'c', title: '', description: '', x: axisBetween('s', 0, 1), y: axisFromZero('n', 10),
      lines: ends.map((y, i) => ({ name: `line ${i}`, note: '', points: [{ x: 0, y }, { x: 1, y }] })),
    }).toString();
    const tops = [...drawn.matchAll(/style="top:([\d.]+)%" title="(line \d)"/g)]
      .map(([, top, name]) => [name, Number(top)]);
    expect(tops).toEqual([
      ['line 4', 0], ['line 5', 8], ['line 3', 16], ['line 2', 84], ['line 0', 92], ['line 1', 100],
    ]);
  });
});

describe('the verdict', () => {
  const good = statistics('a');
  test.each([
    ['agreement', taskReport([good, statistics('b')]), 'ok', 'Source and target agree: 2 tables validated.'],
    ['a table without key', taskReport([good, statistics('b', { validationState: 'No primary key' })]), 'warning',
      'Source and target agree: 1 table validated, 1 not compared.'],
    ['differences', taskReport([good, statistics('b', { validationState: 'Mismatched records', validationFailed: 3 })]), 'error',
      'Source and target differ in 3 rows of 1 table.'],
    ['a table error', taskReport([good, statistics('b', { state: 'Table error' })]), 'error', '1 table could not be replicated.'],
    ['an interruption', taskReport([statistics('b', { validationState: 'Not enabled' })], { state: 'stopped' }), 'warning',
      'Stopped before its end: source and target were not compared. It goes on with --resume.'],
    ['no comparison', taskReport([statistics('b', { validationState: 'Not enabled' })]), 'warning',
      'Source and target were not compared.'],
  ])('of %s', (_, report, tone, text) => {
    expect(verdict(report)).toEqual({ tone, text });
  });
});

describe('the page', () => {
  const clients = statistics('clients', { fullLoadRows: 50_000, inserts: 280, updates: 613, deletes: 38 });
  const bookings = statistics('bookings', {
    fullLoadRows: 200_000, inserts: 1122, updates: 2641, deletes: 290, ddls: 1,
    validationState: 'Mismatched records', validationFailed: 2,
  });
  const task = rehearsedTask([clients, bookings], {
    files: [{ path: 'public/clients/LOAD00000001.parquet', rows: 50_000, bytes: 6_197_408 }],
    differences: [{
      schema: 'public', table: 'bookings', failed: 2,
      examples: [{ key: { id: '17', part: 'b' }, problem: 'missing in the lake' }],
    }],
    warnings: ['public.clients.photo: 3 values were cut'],
  });
  const findings: Finding[] = [
    { rule: 's3/versioned-bucket', severity: 'warning', path: 'Resources.Bucket', message: 'it is versioned', fix: 'expire versions' },
    { rule: 'postgres/wal-sender-timeout', severity: 'error', path: '', message: 'it is 5000 ms', fix: 'raise it' },
  ];
  const document = page([task], findings);

  test('has DMS\'s statistics of every table and their sums', () => {
    expect(rowsOf(document, 'Table statistics')).toEqual([
      ['Table', 'State', 'Load time', 'Full load rows', 'Inserts', 'Updates', 'Deletes', 'DDLs', 'Validation', 'Rows that differ'],
      ['public.clients', 'Table completed', '2.0 s', '50,000', '280', '613', '38', '0', 'Validated', '0'],
      ['public.bookings', 'Table completed', '2.0 s', '200,000', '1,122', '2,641', '290', '1', 'Mismatched records', '2'],
      ['2 tables', '', '', '250,000', '1,402', '3,254', '328', '1', '', '2'],
    ]);
  });

  test('has the facts of the task, the differences, the warnings, the files, the messages and the findings', () => {
    const facts = [...document.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, term, value]) => [term, value]);
    expect(facts).toEqual([
      ['State', 'finished'],
      ['Migration type', 'full-load-and-cdc'],
      ['Full load', '5.6 s'],
      ['Lag at the end', '0.1 s'],
      ['Checkpoint', '<code>0/7ADCC60</code>'],
      ['Started', '2026-11-21 14:00:00 UTC'],
      ['Target', '<code>lake</code>'],
    ]);
    expect(rowsOf(document, 'Rows that differ between source and target').slice(1))
      .toEqual([['public.bookings', '2', 'id = 17, part = b, missing in the lake']]);
    expect(document).toContain('<h3>Warnings</h3>\n<ul><li>public.clients.photo: 3 values were cut</li></ul>');
    expect(document).toContain('<p>1 file, 6.2 MB</p>');
    expect(rowsOf(document, 'Files, relative to the target').slice(1))
      .toEqual([['public/clients/LOAD00000001.parquet', '50,000', '6,197,408']]);
    expect(rowsOf(document, 'Messages').slice(1)).toEqual([['0.0', 'starting']]);
    expect(rowsOf(document, 'Findings of dms check').slice(1)).toEqual([
      ['postgres/wal-sender-timeout', 'error', 'it is 5000 ms', 'raise it'],
      ['s3/versioned-bucket', 'warning', 'it is versionedResources.Bucket', 'expire versions'],
    ]);
    expect(document).toContain('<time datetime="2026-11-21T14:08:22.000Z">2026-11-21 14:08:22 UTC</time>');
  });

  test('lists its tasks when there are several, and each id is there once', () => {
    const several = page([task, rehearsedTask([clients], { task: 'Other' })]);
    expect(several).toContain('<a href="#task-2">Other</a> <span class="badge ok">Source and target agree: 1 table validated.</span>');
    const ids = [...several.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(document).not.toContain('<nav');
  });

  test('shows of the definition what says how data is moved, and no endpoint', () => {
    const shown = page([{ ...task, definition: {
      logicalId: 'Task',
      properties: { TableMappings: '{"rules":["a<b"]}', ReplicationTaskSettings: 'no JSON' },
      source: { logicalId: 'Source', type: 'AWS::DMS::Endpoint', properties: { Password: 'hunter2' } },
      target: { logicalId: 'Target', type: 'AWS::DMS::Endpoint', properties: { S3Settings: { BucketFolder: 'f' }, Username: 'me' } },
    } }]);
    const documents = [...shown.matchAll(/<summary>(\w+)<\/summary>\n<pre tabindex="0">(.*?)<\/pre>/gs)]
      .map(([, name, text]) => [name, text]);
    expect(documents).toEqual([
      ['TableMappings', '{\n  &quot;rules&quot;: [\n    &quot;a&lt;b&quot;\n  ]\n}'],
      ['ReplicationTaskSettings', expect.stringMatching(/^this is not JSON: /)],
      ['S3Settings', '{\n  &quot;BucketFolder&quot;: &quot;f&quot;\n}'],
    ]);
    expect(shown).not.toContain('hunter2');
  });

  test('asks for nothing from elsewhere and has no script', () => {
    expect(document).not.toMatch(/<script|<link|<img|@import|url\(|https?:|\son\w+=/i);
    expect(document).toContain('content="default-src \'none\'; style-src \'unsafe-inline\'"');
  });

  test('names are text wherever they appear, whatever they contain', () => {
    const evil = '"><script>alert(1)</script><b a=\'&';
    const strange = page([{
      ...rehearsedTask([statistics(evil, { fullLoadRows: 3, validationState: 'Mismatched records', validationFailed: 1 })], {
        task: evil, target: evil, checkpoint: evil,
        files: [{ path: evil, rows: 1, bytes: 1 }],
        differences: [{ schema: 'public', table: evil, failed: 1, examples: [{ key: { [evil]: evil }, problem: evil }] }],
        warnings: [evil],
      }),
      definition: { logicalId: evil, properties: { TableMappings: { [evil]: evil } } },
    }], [{ rule: evil, severity: 'error', path: evil, message: evil, fix: evil }]);
    expect(strange).not.toMatch(/<script|<b a/);
    const escaped = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;b a=&#39;&amp;';
    expect(strange.split(escaped).length - 1).toBeGreaterThan(15);
    expect(rowsOf(strange, 'Table statistics')[1]![0]).toBe(`public.${escaped}`);
  });

  test('1,000 tables and 5,000 files: below 2 MB, the long lists folded, what needs attention shown', () => {
    const tables = Array.from({ length: 1000 }, (_, i) => statistics(`table_${i}`, {
      fullLoadRows: 1000 + i, ...(i === 7 ? { validationState: 'Mismatched records', validationFailed: 1 } : {}),
    }));
    const files = Array.from({ length: 5000 }, (_, i) => ({ path: `public/table_${i % 1000}/2026/11/21/${i}.parquet`, rows: i, bytes: i }));
    const large = page([rehearsedTask(tables, { files })]);
    expect(Buffer.byteLength(large)).toBeLessThan(2_000_000);
    expect(rowsOf(large, 'Tables that need attention').slice(1).map(([name]) => name)).toEqual(['public.table_7']);
    const summaries = [...large.matchAll(/<details><summary>(.*?)<\/summary>/g)].map(([, text]) => text);
    expect(summaries).toEqual(['Statistics of all 1,000 tables', '5,000 files, 12.5 MB']);
    expect(rowsOf(large, 'Table statistics')).toHaveLength(1002);
    expect(rowsOf(large, 'Files, relative to the target')).toHaveLength(5001);
  });
});
