/** How a run goes at this moment, for whoever steers it. */
export interface LiveStatus {
  /** `running` follows changes. A failure is that of `rehearse`. */
  readonly state: 'starting' | 'loading' | 'running' | 'stopped';
  /** Whether the load is done; of a task without one, true. */
  readonly loaded: boolean;
  /**
   * How far the target is behind: seconds since the commit of the last transaction that has arrived, 0 when there is
   * nothing that has not. `undefined` as long as nobody knows.
   */
  readonly lagSeconds: number | undefined;
  /** Up to which everything has arrived. */
  readonly position: string;
}
