import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { guard, type Guarded } from './exit-guard';
import { STOP_AND_DISCARD, STOP_AND_KEEP, stopProcess, trySignal } from './processes';

/** What one server occupies while it runs, and how all of it is given back: in order, or at the last moment. */
export class ServerLifetime implements Guarded {
  private child?: ChildProcess;
  private temporaryFolder?: string;
  private stopping?: Promise<void>;
  private readonly release: () => void;

  /** @param kept the data folder outlives the server: it is shut down with a checkpoint */
  public constructor(private readonly kept: boolean) {
    this.release = guard(this);
  }

  /** The one temporary folder of this server, made by `create` when it is first needed. */
  public temporary(create: () => string): string {
    return (this.temporaryFolder ??= create());
  }

  public runs(child: ChildProcess): void {
    this.child = child;
  }

  public async endServer(): Promise<void> {
    const { child } = this;
    if (child?.pid !== undefined && !hasEnded(child)) {
      await stopProcess(child.pid, this.kept ? STOP_AND_KEEP : STOP_AND_DISCARD, () => hasEnded(child));
    }
  }

  public stop(): Promise<void> {
    this.stopping ??= this.giveBack();
    return this.stopping;
  }

  public abort(): void {
    if (this.child?.pid !== undefined && !hasEnded(this.child)) {
      trySignal(this.child.pid, 'SIGQUIT');
    }
    this.removeTemporaryFolder();
  }

  private async giveBack(): Promise<void> {
    await this.endServer();
    this.removeTemporaryFolder();
    this.release();
  }

  private removeTemporaryFolder(): void {
    if (this.temporaryFolder !== undefined) {
      rmSync(this.temporaryFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  }
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
