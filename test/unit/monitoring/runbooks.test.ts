import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { TaskSettings } from '../../../lib';
import { alarmsByPath, monitor, resources } from './monitored-pipeline';

const FOLDER = join(__dirname, '..', '..', '..', 'docs', 'runbooks');
const { repository } = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8')) as
  { repository: { url: string } };
const BASE = `${repository.url.replace(/\.git$/, '').replace(/^git\+/, '')}/blob/main/docs/runbooks/`;
const LINK = /Runbook: (https:\S+\.md)/;

const watched = monitor({}, {
  taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 }, validationSettings: { enableValidation: true } }),
});
const pages = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
const text = (page: string): string => readFileSync(join(FOLDER, page), 'utf8');

const alarmTexts = Object.entries(alarmsByPath(watched))
  .map(([path, alarm]): [string, string] => [path, alarm['AlarmDescription'] as string]);
const ruleTexts = Object.entries(resources(Template.fromStack(watched.stack), 'AWS::Events::Rule'))
  .map(([id, rule]): [string, string] => [id, JSON.stringify(rule['Targets'])]);

test('there is something to look at', () => {
  expect([alarmTexts.length, ruleTexts.length]).toEqual([19, 3]);
});

test.each([...alarmTexts, ...ruleTexts])('%s links to a runbook of this repository that exists', (_, description) => {
  const [, url = ''] = LINK.exec(description) ?? [];
  expect(url.startsWith(BASE)).toBe(true);
  expect(existsSync(join(FOLDER, url.slice(BASE.length)))).toBe(true);
});

test.each(alarmTexts)('%s says what to do in no more than CloudWatch takes', (_, description) => {
  expect(description).toMatch(/^(warning|critical): .+\. First: .+\. Runbook: \S+$/);
  expect(description.length).toBeLessThanOrEqual(1024);
});

test('the index lists every page', () => {
  const listed = [...text('README.md').matchAll(/^\| \[[^\]]+\]\(([^)]+)\)/gm)].map(([, page]) => page);
  expect(listed.sort()).toEqual(pages.filter((page) => page !== 'README.md').sort());
});

test.each(pages)('%s links to pages and headings that exist', (page) => {
  const links = [...text(page).matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
  const broken = links.filter((link) => {
    const [file = '', heading] = link.split('#');
    if (!existsSync(join(FOLDER, file))) {
      return true;
    }
    const headings = [...text(file === '' ? page : file).matchAll(/^#+ (.+)$/gm)].map(([, title]) => title!.toLowerCase().replace(/ /g, '-'));
    return heading !== undefined && !headings.includes(heading);
  });
  expect(broken).toEqual([]);
});

/** What somebody sets out to do, rather than what an alarm has seen. */
const PROCEDURES = [
  'README.md', 'reload-a-table.md', 'upgrade-the-engine.md', 'roll-back-a-deployment.md', 'switch-sites.md', 'switch-back.md',
  'switch-interrupted.md',
];

test.each(pages.filter((page) => !PROCEDURES.includes(page)))('%s has what you see, why, what to do now, and how it does not return', (page) => {
  expect(text(page)).toMatch(/\*\*You see\*\*[^]+\*\*Why\.\*\*[^]+## Now|\*\*You see\*\*[^]+\*\*Why\.\*\*[^]+### Now/);
  expect(text(page)).toContain('## So that it does not return');
});
