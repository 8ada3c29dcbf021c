import type { WhereOptions } from '../commands/switch-options';
import { EXIT_DONE, EXIT_FINDING } from '../errors';
import { print, printJson } from '../output/print';
import { paintFor } from '../output/style';
import { replicationOf } from './aws/replication';
import { statusThere } from './aws/status';
import { statusHere } from './local/status';
import { statusText } from './output/status-lines';
import { whereOf } from './where';
import { World } from './world';

/** Runs `dms status`. */
export async function runStatus(options: WhereOptions): Promise<void> {
  const where = whereOf(options);
  const report = where.kind === 'local'
    ? await statusHere(new World(where.folder), where.text)
    : await statusThere(await replicationOf(where), where.text);
  if (options.json === true) printJson(report);
  else print(statusText(report, paintFor(process.stdout)));
  const isOpen = report.state === 'not begun' || report.nextSteps.some((command) => command.includes('--recover'));
  process.exitCode = isOpen ? EXIT_FINDING : EXIT_DONE;
}
