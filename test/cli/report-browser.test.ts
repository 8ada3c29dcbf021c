import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportPage } from '../../cli/report/page';
import { Chromium, findChromium, type View } from '../support/chromium';
import { rehearsedTask, statistics } from '../support/rehearsed-task';
import { TemporaryFolders } from '../support/temporary-folder';

const LONG_NAME = 'a_name_that_is_as_long_as_postgresql_lets_a_name_be_sixty_three';
const EVIL_NAME = '<script>document.title = "hacked"</script><img src=x>';
const TITLE = 'Rehearsal of a stack';

/** In CI the browser is installed: there, a missing one fails. */
const program = findChromium();
const here = program !== undefined || process.env.CI !== undefined;

(here ? describe : describe.skip)(`the page in Chromium${here ? '' : ' (not opened: there is no Chromium on the PATH)'}`, () => {
  let browser: Chromium;
  const folders = new TemporaryFolders();
  const names = Array.from({ length: 30 }, (_, i) => [LONG_NAME, EVIL_NAME][i] ?? `table_${i}`);
  let file: string;

  beforeAll(async () => {
    if (program === undefined) throw new Error('there is no Chromium on the PATH: .ci/run installs it');
    file = join(folders.create(), 'report.html');
    const tables = names.map((name, i) => statistics(name, {
      fullLoadRows: 1_000_000 - 1000 * i,
      ...(i === 3 ? { validationState: 'Mismatched records', validationFailed: 1 } : {}),
      ...(i === 4 ? { validationState: 'No primary key' } : {}),
    }));
    writeFileSync(file, reportPage({
      title: TITLE,
      generatedAt: new Date(),
      tasks: [
        rehearsedTask(tables, {
          differences: [{ schema: 'public', table: 'table_3', failed: 1, examples: [{ key: { id: '1' }, problem: 'only in the lake' }] }],
          target: 'x'.repeat(200),
        }),
        rehearsedTask([statistics('only', { fullLoadRows: 1 })], { task: 'T'.repeat(200) }),
      ],
      findings: [
        { rule: 'family/a-rule', severity: 'error', path: 'Resources.'.repeat(20), message: 'wrong', fix: 'mend it' },
        { rule: 'family/a-risk', severity: 'warning', path: '', message: 'risky', fix: 'think of it' },
      ],
    }));
    browser = await Chromium.start(program, folders.create());
    folders.endFirst(() => browser.close());
  });

  const view = (width: number, scheme: View['scheme'] = 'light'): Promise<void> => browser.open(file, { width, scheme });

  test('nothing is refused, requested or run, and every table is there by its name', async () => {
    await view(1200);
    expect(browser.complaints).toEqual([]);
    expect(await browser.evaluate('[document.title, document.scripts.length, document.images.length]')).toEqual([TITLE, 0, 0]);
    expect(await browser.evaluate('performance.getEntriesByType("resource").length')).toBe(0);
    const shown = await browser.evaluate<string[]>('[...document.querySelector("table").tBodies[0].rows].map((row) => row.cells[0].innerText)');
    expect(shown).toEqual(names.map((name) => `public.${name}`));
  });

  test('the lines are drawn: inside their charts, as high as what they show, with their labels apart', async () => {
    await view(1200);
    const charts = await browser.evaluate<{ title: string; lines: number[][]; labels: number[] }[]>(`
      [...document.querySelectorAll('.chart')].map((chart) => {
        const frame = chart.querySelector('svg').getBoundingClientRect();
        const share = (line) => {
          const box = line.getBoundingClientRect();
          return [(box.left - frame.left) / frame.width, (frame.bottom - box.bottom) / frame.height,
            box.width / frame.width, box.height / frame.height].map((value) => Math.round(value * 100) / 100);
        };
        return {
          title: chart.querySelector('figcaption').innerText,
          lines: [...chart.querySelectorAll('.line')].map(share),
          labels: [...chart.querySelectorAll('.labels li')].map((label) => label.getBoundingClientRect()),
        };
      }).map((chart) => ({ ...chart, labels: chart.labels.slice(1).map((box, i) => box.top - chart.labels[i].bottom) }))`);
    expect(charts.map(({ title }) => title)).toEqual([
      'Rows loaded', 'Changes applied per second, mean of each 0.5 s', 'Lag from commit to capture',
      'Rows loaded', 'Changes applied per second, mean of each 0.5 s', 'Lag from commit to capture',
    ]);
    const [load, changes, lag, single] = charts;
    expect(load!.lines).toHaveLength(30);
    expect(load!.lines.at(-6)).toEqual([0, 0, 1, 1]);
    // The grey ones come first; the smallest table has 971,000 of the axis' 1,000,000 rows.
    expect(load!.lines[23]).toEqual([0, 0, 1, 0.97]);
    expect(changes!.lines).toEqual([[0, 0.5, 1, 0], [0, 1, 1, 0], [0, 0.05, 1, 0]]);
    expect(lag!.lines).toEqual([[0.03, 0.25, 0.97, 0.75]]);
    expect(single!.lines).toEqual([[0, 0, 1, 1]]);
    expect(load!.labels).toHaveLength(5);
    expect(Math.min(...load!.labels)).toBeGreaterThanOrEqual(-0.5);
  });

  test.each([320, 400, 800, 1200, 2400])('at %i pixels nothing but wide tables has to be scrolled sideways', async (width) => {
    await view(width);
    const outside = await browser.evaluate<string[]>(`
      [...document.querySelectorAll('body *')]
        .filter((element) => !element.closest('.scroll > *, pre, caption'))
        .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth)
        .map((element) => element.outerHTML.slice(0, 100))`);
    expect(outside).toEqual([]);
    expect(await browser.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(true);
    const labelled = await browser.evaluate<boolean>('document.querySelector(".labels").offsetWidth > 0');
    expect(labelled).toBe(width >= 800);
  });

  test.each(['light', 'dark'] as const)('%s: text has a contrast of 4.5, lines of 3', async (scheme) => {
    await view(1200, scheme);
    const colours = await browser.evaluate<[string, string, string][]>(`
      [...document.querySelectorAll('body, p, th, td, dt, dd, a, summary, .badge, .labels li, .legend b, .ticks-x span, path.line:not(.other)')]
        .map((element) => {
          let behind = element;
          while (behind.parentElement && getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
          return [element.tagName, getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
        })`);
    const weak = colours.filter(([tag, text, ground]) => contrast(text, ground) < (tag === 'path' ? 3 : 4.5));
    expect(weak).toEqual([]);
    expect(luminance(colours[0]![2]) > 0.5).toBe(scheme === 'light');
  });
});

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: string, b: string): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (lighter! + 0.05) / (darker! + 0.05);
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red, green, blue] = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour)!.slice(1)
    .map((text) => Number(text) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
