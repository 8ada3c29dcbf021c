import type { Finding } from '../../lib/rules';
import { counted } from '../output/numbers';
import { badge, dataTable, foldedIf } from './blocks';
import { html, type Html } from './html';

/** Longer lists are folded. */
const MOST_SHOWN = 30;

/** What `dms check` says of the template, errors before warnings. */
export function findingsSection(findings: readonly Finding[]): Html {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const counts = `${counted(errors.length, 'error')}, ${counted(warnings.length, 'warning')}`;
  const table = dataTable({
    caption: 'Findings of dms check',
    columns: [{ title: 'Rule' }, { title: 'Severity', kind: 'word' }, { title: 'What was found' }, { title: 'What to do' }],
    rows: [...errors, ...warnings].map(({ rule, severity, path, message, fix }) => [
      html`<code>${rule}</code>`,
      badge(severity, severity),
      html`${message}${path === '' ? undefined : html`<br><code class="path">${path}</code>`}`,
      fix,
    ]),
  });
  return html`<section aria-labelledby="findings">
<h2 id="findings">What <code>dms check</code> says</h2>
${findings.length === 0
    ? html`<p>The rules find nothing in the template.</p>`
    : html`<p>${counts}</p>
${foldedIf(findings.length > MOST_SHOWN, counted(findings.length, 'finding'), table)}`}
</section>
`;
}
