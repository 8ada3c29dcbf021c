import type { Command } from 'commander';
import { checkDocument } from '../../lib/rules';
import { readDocuments, type DocumentFile } from '../check/documents';
import { checkReport, describeReport, type FileReport } from '../check/report';
import { EXIT_DONE, EXIT_FINDING, messageOf, UsageError } from '../errors';
import { print, printJson } from '../output/print';
import { paintFor } from '../output/style';

interface CheckOptions {
  readonly strict?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ dms check table-mappings.json task-settings.json
  $ cdk synth --quiet && dms check cdk.out
  $ dms check --strict --json cdk.out > findings.json

Exit code: 0 nothing wrong, 1 errors found (with --strict: or warnings), 2 bad usage or input.`;

export function registerCheck(program: Command): void {
  program
    .command('check')
    .summary('check table mappings, task settings and templates against the rules of DMS')
    .description(
      'Checks JSON documents against what AWS DMS documents: table mappings (also single rules and fragments), task ' +
        'settings, synthesized CloudFormation templates, and cdk.out folders with every template in them.',
    )
    .argument('<file...>', 'JSON documents, or folders with *.template.json')
    .option('--strict', 'warnings fail the check too')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(check);
}

function check(paths: readonly string[], { strict = false, json = false }: CheckOptions): void {
  const report = checkReport(readDocuments(paths).map(checkFile));
  if (json) {
    printJson(report);
  } else {
    print(describeReport(report, paintFor(process.stdout)));
  }
  const failed = report.errors > 0 || (strict && report.warnings > 0);
  process.exitCode = failed ? EXIT_FINDING : EXIT_DONE;
}

function checkFile({ file, document }: DocumentFile): FileReport {
  try {
    const { kind, findings } = checkDocument(document);
    return { file, kind, findings };
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}`, { cause: error });
  }
}
