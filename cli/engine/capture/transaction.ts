import type { Lsn } from '../source/lsn';
import { formatLsn } from '../source/lsn';
import type { Begin } from '../source/pgoutput';
import type { ChangeOrigin } from '../target/table-batch';
import { formatMicros } from '../target/moment';
import type { ChangeSink } from '../target/table-file';
import type { CapturedTable } from './captured-table';

/** A transaction that is being read: what all of its changes have in common, and what they go into. */
export class Transaction implements ChangeOrigin {
  public readonly commitMicros: bigint;
  public readonly committed: Date;
  /** What its changes go into. */
  public readonly sinks: ChangeSink[] = [];
  /** The tables that count changes of it. */
  public readonly tables: CapturedTable[] = [];
  /** Whether it is that of a task in the other direction: nothing of it counts. */
  public isDropped = false;
  public changeSequence = '';
  private readonly commitLsn: Lsn;
  private commitText: string | undefined;
  private lsnText: string | undefined;

  public constructor({ commitMicros, commitLsn }: Begin) {
    this.commitMicros = commitMicros;
    this.committed = new Date(Number(commitMicros / 1000n));
    this.commitLsn = commitLsn;
  }

  public get timestamp(): string {
    return (this.commitText ??= formatMicros(this.commitMicros));
  }

  public get streamPosition(): string {
    return (this.lsnText ??= formatLsn(this.commitLsn));
  }
}
