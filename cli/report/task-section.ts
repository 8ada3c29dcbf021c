import { parseJsonProperty, type TaskDefinition } from '../../lib/rules/template';
import type { LakeFile } from '../engine/target/lake';
import { isDatabaseUrl } from '../engine/target/target-location';
import { differenceText, type TaskReport } from '../engine/run/report';
import { messageOf } from '../errors';
import { counted, grouped } from '../output/numbers';
import { dataTable, folded, foldedIf, type Tone } from './blocks';
import { lineChart } from './chart';
import { duration, fileSize, moment } from './format';
import { html, type Content, type Html } from './html';
import { recordedCharts } from './recorded-charts';
import type { Recording } from './recording';
import { tableStatistics } from './table-statistics';

/** A task with what came of its rehearsal. */
export interface RehearsedTask {
  readonly report: TaskReport;
  readonly recording: Recording;
  /** As in the template. @default - the page does not show the task's definition */
  readonly definition?: TaskDefinition;
}

export interface Verdict {
  readonly tone: Tone;
  readonly text: string;
}

/** Longer lists are folded. */
const MOST_FILES = 20;
const MOST_WARNINGS = 20;
const MOST_MESSAGES = 20;

/** @param id unique in the page */
export function taskSection(id: string, { report, recording, definition }: RehearsedTask): Html {
  const { tone, text } = verdict(report);
  const charts = recordedCharts(id, recording);
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${report.task}</h2>
<p class="verdict ${tone}">${text}</p>
${facts(report, recording)}
<h3>Tables</h3>
${tableStatistics(report.tables, recording.loads)}
${differences(report)}
${warningsOf(report)}
${charts.length === 0 ? undefined : html`<h3>Over time</h3>
<div class="charts">${charts.map(lineChart)}</div>
`}
${isDatabaseUrl(report.target) ? undefined : html`<h3>Files</h3>
${files(report)}
`}${messages(recording)}
${definition === undefined ? undefined : definitionOf(definition)}
</section>
`;
}

/** What somebody wants to know first. */
export function verdict({ state, tables }: TaskReport): Verdict {
  const count = (isCounted: (table: TaskReport['tables'][number]) => boolean): number => tables.filter(isCounted).length;
  const mismatched = count(({ validationFailed }) => validationFailed > 0);
  const rows = tables.reduce((sum, table) => sum + table.validationFailed, 0);
  const failed = count((table) => table.state === 'Table error');
  const validated = count(({ validationState }) => validationState === 'Validated');
  if (mismatched > 0) {
    return { tone: 'error', text: `Source and target differ in ${counted(rows, 'row')} of ${counted(mismatched, 'table')}.` };
  }
  if (failed > 0) return { tone: 'error', text: `${counted(failed, 'table')} could not be replicated.` };
  if (state === 'stopped' && validated === 0) {
    return { tone: 'warning', text: 'Stopped before its end: source and target were not compared. It goes on with --resume.' };
  }
  if (validated === 0) return { tone: 'warning', text: 'Source and target were not compared.' };
  const uncompared = tables.length - validated;
  return uncompared === 0
    ? { tone: 'ok', text: `Source and target agree: ${counted(validated, 'table')} validated.` }
    : { tone: 'warning', text: `Source and target agree: ${counted(validated, 'table')} validated, ${grouped(uncompared)} not compared.` };
}

function facts(report: TaskReport, { startedAt }: Recording): Html {
  const { state, migrationType, fullLoadSeconds, cdcLagSeconds, checkpoint, target } = report;
  const shown: readonly (readonly [string, Content])[] = [
    ['State', state],
    ['Migration type', migrationType],
    ['Full load', migrationType === 'cdc' ? 'none' : duration(fullLoadSeconds)],
    ['Lag at the end', cdcLagSeconds === undefined ? 'no change captured' : duration(cdcLagSeconds)],
    ['Checkpoint', html`<code>${checkpoint}</code>`],
    ['Started', moment(startedAt)],
    ['Target', html`<code>${target}</code>`],
  ];
  return html`<dl>${shown.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function differences({ differences: tables }: TaskReport): Html | undefined {
  if (tables.length === 0) return undefined;
  return html`<h3>Differences</h3>
${dataTable({
    caption: 'Rows that differ between source and target',
    columns: [{ title: 'Table' }, { title: 'Rows that differ', kind: 'number' }, { title: 'Some of them, by their keys' }],
    rows: tables.map(({ schema, table, failed, examples }) =>
      [`${schema}.${table}`, failed, bullets(examples.map(differenceText))]),
  })}`;
}

function warningsOf({ warnings }: TaskReport): Content {
  if (warnings.length === 0) return undefined;
  return html`<h3>Warnings</h3>
${foldedIf(warnings.length > MOST_WARNINGS, counted(warnings.length, 'warning'), bullets(warnings))}`;
}

function bullets(texts: readonly string[]): Html {
  return html`<ul>${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function files({ files: written }: TaskReport): Content {
  const bytes = written.reduce((sum, file) => sum + file.bytes, 0);
  const size = `${counted(written.length, 'file')}, ${fileSize(bytes)}`;
  if (written.length === 0) return html`<p>No files were written.</p>`;
  return written.length > MOST_FILES
    ? folded(size, fileTable(written))
    : html`<p>${size}</p>
${fileTable(written)}`;
}

function fileTable(written: readonly LakeFile[]): Html {
  return dataTable({
    caption: 'Files, relative to the target',
    columns: [{ title: 'File' }, { title: 'Rows', kind: 'number' }, { title: 'Bytes', kind: 'number' }],
    rows: written.map(({ path, rows, bytes }) => [path, rows, bytes]),
  });
}

function messages({ messages: said, forgottenMessages }: Recording): Content {
  if (said.length === 0) return undefined;
  const table = dataTable({
    caption: 'Messages',
    columns: [{ title: 'Seconds', kind: 'number' }, { title: 'Message' }],
    rows: said.map(({ at, text }) => [at.toFixed(1), text]),
  });
  const forgotten = forgottenMessages === 0
    ? undefined
    : html`<p>${counted(forgottenMessages, 'earlier message')} left out.</p>`;
  return html`<h3>Messages</h3>
${foldedIf(said.length > MOST_MESSAGES, counted(said.length, 'message'), html`${forgotten}${table}`)}`;
}

/** Only what says how data is moved: endpoints may hold what is nobody's business. */
function definitionOf({ properties, target }: TaskDefinition): Html {
  const documents: readonly (readonly [string, unknown])[] = [
    ['TableMappings', properties.TableMappings],
    ['ReplicationTaskSettings', properties.ReplicationTaskSettings],
    ['S3Settings', target?.properties.S3Settings],
  ];
  return html`<h3>Definition</h3>
${documents.filter(([, value]) => value !== undefined)
    .map(([name, value]) => folded(name, html`<pre tabindex="0">${jsonText(value)}</pre>`))}`;
}

function jsonText(value: unknown): string {
  try {
    const document = parseJsonProperty(value);
    return document === undefined ? 'known only when it is deployed' : JSON.stringify(document, undefined, 2);
  } catch (error) {
    return messageOf(error);
  }
}
