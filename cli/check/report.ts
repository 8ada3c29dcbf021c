import type { DocumentKind, Finding, Severity } from '../../lib/rules';
import { counted } from '../output/numbers';
import type { Paint, TextStyle } from '../output/style';

/** What was found in one file. */
export interface FileReport {
  readonly file: string;
  readonly kind: DocumentKind;
  readonly findings: readonly Finding[];
}

export interface CheckReport {
  readonly files: readonly FileReport[];
  readonly errors: number;
  readonly warnings: number;
}

const STYLES: Record<Severity, TextStyle> = { error: 'red', warning: 'yellow' };
const ORDER: readonly Severity[] = ['error', 'warning'];

export function checkReport(files: readonly FileReport[]): CheckReport {
  const count = (severity: Severity): number =>
    files.flatMap(({ findings }) => findings).filter((finding) => finding.severity === severity).length;
  return { files, errors: count('error'), warnings: count('warning') };
}

/** The report for people: errors before warnings, in the order of the document. */
export function describeReport(report: CheckReport, paint: Paint): string {
  const files = report.files.map((file) => describeFile(file, paint));
  const summary = `${counted(report.errors, 'error')}, ${counted(report.warnings, 'warning')} in ` +
    counted(report.files.length, 'file');
  const style = report.errors > 0 ? STYLES.error : report.warnings > 0 ? STYLES.warning : 'green';
  return [...files, paint(style, summary)].join('\n\n');
}

function describeFile({ file, kind, findings }: FileReport, paint: Paint): string {
  const title = `${paint('bold', file)} (${kind})`;
  if (findings.length === 0) {
    return `${title}: nothing found`;
  }
  const sorted = ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  return [title, ...sorted.map((finding) => describeFinding(finding, paint))].join('\n');
}

function describeFinding({ severity, rule, path, message, fix }: Finding, paint: Paint): string {
  const head = `  ${paint(STYLES[severity], severity.padEnd('warning'.length))}  ${paint('bold', rule)}`;
  return [path === '' ? head : `${head}  ${path}`, `           ${message}`, `           fix: ${fix}`].join('\n');
}
