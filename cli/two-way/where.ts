import type { WhereOptions } from '../commands/switch-options';
import { UsageError } from '../errors';
import { USUAL_FOLDER } from './world';

/** A replication: on this machine, or on AWS. */
export type Where =
  | { readonly kind: 'local'; readonly folder: string; readonly text: string }
  | { readonly kind: 'aws'; readonly stack?: string; readonly stateMachine?: string; readonly table?: string; readonly text: string };

/** @throws {UsageError} when no replication is named, or two are */
export function whereOf({ local, stack, stateMachine, table }: WhereOptions): Where {
  const isAws = stack !== undefined || stateMachine !== undefined || table !== undefined;
  if (local !== undefined && isAws) {
    throw new UsageError('--local is a replication on this machine, and --stack, --state-machine and --table are one on AWS: choose');
  }
  if (local !== undefined) {
    const folder = local === true ? USUAL_FOLDER : local;
    return { kind: 'local', folder, text: local === true ? '--local' : `--local ${folder}` };
  }
  if (!isAws) {
    throw new UsageError('say which replication is meant: --local for the one of `dms two-way` on this machine, --stack NAME for one on AWS');
  }
  const given = Object.entries({ '--stack': stack, '--state-machine': stateMachine, '--table': table });
  return {
    kind: 'aws', stack, stateMachine, table,
    text: given.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`])).join(' '),
  };
}
