import type { Finding } from '../../lib/rules';
import { badge } from './blocks';
import { findingsSection } from './findings';
import { moment } from './format';
import { html, type Html } from './html';
import { STYLES } from './styles';
import { taskSection, verdict, type RehearsedTask } from './task-section';

export type { RehearsedTask } from './task-section';

export interface ReportPage {
  readonly title: string;
  readonly generatedAt: Date;
  /** In the order in which they ran. */
  readonly tasks: readonly RehearsedTask[];
  /** What the rules say of the templates that the tasks come from. */
  readonly findings: readonly Finding[];
}

/**
 * The page of a rehearsal: one HTML document that needs nothing else, to be kept, sent and printed.
 *
 * It has no script, and its policy lets none run, whatever a table is called.
 */
export function reportPage({ title, generatedAt, tasks, findings }: ReportPage): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${STYLES}
</head>
<body>
<header>
<h1>${title}</h1>
<p>Written <time datetime="${generatedAt.toISOString()}">${moment(generatedAt)}</time></p>
${tasks.length > 1 ? contents(tasks) : undefined}
</header>
<main>
${tasks.map((task, i) => taskSection(idOf(i), task))}
${findingsSection(findings)}
</main>
</body>
</html>
`;
  return page.toString();
}

function contents(tasks: readonly RehearsedTask[]): Html {
  return html`<nav aria-label="Tasks"><ul>${tasks.map(({ report }, i) => {
    const { tone, text } = verdict(report);
    return html`<li><a href="#${idOf(i)}">${report.task}</a> ${badge(tone, text)}</li>`;
  })}</ul></nav>`;
}

function idOf(index: number): string {
  return `task-${index + 1}`;
}
