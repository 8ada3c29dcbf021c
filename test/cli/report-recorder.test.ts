import * as fc from 'fast-check';
import type { ProgressSink } from '../../cli/output/progress-sink';
import { Recorder } from '../../cli/report/recorder';
import { Series } from '../../cli/report/series';

/** Notes every call, as `name(arguments)`. */
function listener(): { sink: ProgressSink; calls: string[] } {
  const calls: string[] = [];
  const note = (name: string) => (...values: unknown[]): void => {
    calls.push(`${name}(${values.map((value) => JSON.stringify(value)).join(', ')})`);
  };
  const sink: ProgressSink = {
    message: note('message'), tableStarted: note('tableStarted'), tableProgress: note('tableProgress'),
    tableFinished: note('tableFinished'), tableFailed: note('tableFailed'), capture: note('capture'), stop: note('stop'),
  };
  return { sink, calls };
}

const START = Date.UTC(2026, 10, 21, 14);

test('what a rehearsal tells is passed on unchanged and remembered with its time', () => {
  const { sink, calls } = listener();
  let now = START;
  const recorder = new Recorder(sink, () => now);
  const after = (ms: number): Recorder => {
    now += ms;
    return recorder;
  };
  after(100).message('starting');
  after(100).tableStarted('public.a', 10);
  after(300).tableProgress('public.a', 7, 70);
  after(500).tableFinished('public.a', 12, 0.8);
  after(1000).capture({ inserts: 3, updates: 2, deletes: 1, lagSeconds: 0.25 });
  recorder.stop();

  expect(calls).toEqual([
    'message("starting")',
    'tableStarted("public.a", 10)',
    'tableProgress("public.a", 7, 70)',
    'tableFinished("public.a", 12, 0.8)',
    'capture({"inserts":3,"updates":2,"deletes":1,"lagSeconds":0.25})',
    'stop()',
  ]);
  expect(recorder.recording).toEqual({
    startedAt: new Date(START),
    loads: [{
      table: 'public.a',
      seconds: 0.8,
      samples: [{ at: 0.2, rows: 0 }, { at: 0.5, rows: 7 }, { at: 1, rows: 12 }],
    }],
    captures: [
      { at: 1, inserts: 0, updates: 0, deletes: 0, lagSeconds: undefined },
      { at: 2, inserts: 3, updates: 2, deletes: 1, lagSeconds: 0.25 },
    ],
    messages: [{ at: 0.1, text: 'starting' }],
    forgottenMessages: 0,
  });
});

test('a table that is not finished has no time', () => {
  const recorder = new Recorder(listener().sink, () => START);
  recorder.tableStarted('public.a', 10);
  expect(recorder.recording.loads).toEqual([{ table: 'public.a', seconds: undefined, samples: [{ at: 0, rows: 0 }] }]);
});

test('the newest 500 messages are kept, the others counted', () => {
  const recorder = new Recorder(listener().sink, () => START);
  for (let i = 1; i <= 503; i++) recorder.message(`message ${i}`);
  const { messages, forgottenMessages } = recorder.recording;
  expect(messages.map(({ text }) => text)).toEqual(Array.from({ length: 500 }, (_, i) => `message ${i + 4}`));
  expect(forgottenMessages).toBe(3);
});

test('a day of changes is at most 600 samples, with its last counts and its shortest peak of lag', () => {
  let now = START;
  const recorder = new Recorder(listener().sink, () => now);
  const count = 86_400 * 5;
  for (let i = 1; i <= count; i++) {
    now += 200;
    recorder.capture({ inserts: i, updates: 2 * i, deletes: 0, lagSeconds: i === 123_457 ? 99 : 0.1 });
  }
  const { captures } = recorder.recording;
  expect(captures.length).toBeLessThanOrEqual(600);
  expect(captures.length).toBeGreaterThan(250);
  expect(captures[0]).toEqual({ at: 0, inserts: 0, updates: 0, deletes: 0, lagSeconds: undefined });
  expect(captures.at(-1)).toEqual({ at: 86_400, inserts: count, updates: 2 * count, deletes: 0, lagSeconds: 0.1 });
  const peaks = captures.filter(({ lagSeconds }) => lagSeconds === 99);
  expect(peaks).toHaveLength(1);
  expect(Math.abs(peaks[0]!.at - 123_457 / 5)).toBeLessThan(86_400 / 100);
});

test('a series keeps its limit, its first and its last sample and its order, however time passes', () => {
  const gap = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10_000 }));
  fc.assert(fc.property(fc.array(gap, { minLength: 1, maxLength: 400 }), (gaps) => {
    const series = new Series<{ at: number }>((_, later) => later, 20);
    let now = 0;
    const moments = gaps.map((seconds) => (now += seconds));
    moments.forEach((at) => series.add({ at }));
    const kept = series.samples.map(({ at }) => at);
    expect(kept.length).toBeLessThanOrEqual(20);
    expect(kept[0]).toBe(moments[0]);
    expect(kept.at(-1)).toBe(moments.at(-1));
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
  }));
});
