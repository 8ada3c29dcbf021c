/** Something that must not outlive this process. */
export interface Guarded {
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it within the `exit` event, where nothing can be awaited. */
  abort(): void;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const guarded = new Set<Guarded>();

/**
 * Ends `resource` when this process exits or is told to, until the returned function is called.
 *
 * A command that listens to the signals itself is left to stop what it started, in its own order; whatever it leaves
 * is ended at `exit`.
 */
export function guard(resource: Guarded): () => void {
  if (guarded.size === 0) {
    process.on('exit', onExit);
    SIGNALS.forEach((signal) => process.on(signal, onSignal));
  }
  guarded.add(resource);
  return () => {
    guarded.delete(resource);
    if (guarded.size === 0) {
      unregister();
    }
  };
}

function unregister(): void {
  process.off('exit', onExit);
  SIGNALS.forEach((signal) => process.off(signal, onSignal));
}

function onExit(): void {
  guarded.forEach((resource) => resource.abort());
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) {
    return;
  }
  void Promise.allSettled([...guarded].map((resource) => resource.stop())).then(() => {
    onExit();
    unregister();
    process.kill(process.pid, signal);
  });
}
