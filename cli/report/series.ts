/** What a series is made of: something measured at a moment, in seconds. */
export interface Sample {
  readonly at: number;
}

const LIMIT = 600;

/**
 * Samples over time in bounded memory. The more time they span, the further apart they are kept; the first and the
 * newest are always there.
 */
export class Series<S extends Sample> {
  private kept: S[] = [];
  /** Seconds in which one sample is kept; 0 as long as all of them are. */
  private interval = 0;

  /**
   * @param merge what stays of two samples that are too close to each other; its moment is that of the later one
   * @param limit the most samples that are kept
   */
  public constructor(private readonly merge: (earlier: S, later: S) => S, private readonly limit = LIMIT) {}

  public get samples(): readonly S[] {
    return this.kept;
  }

  public add(sample: S): void {
    this.append(sample);
    if (this.kept.length > this.limit) this.thinOut();
  }

  private append(sample: S): void {
    const last = this.kept.at(-1);
    if (last !== undefined && this.kept.length > 1 && this.intervalOf(last) === this.intervalOf(sample)) {
      this.kept[this.kept.length - 1] = this.merge(last, sample);
    } else {
      this.kept.push(sample);
    }
  }

  private intervalOf({ at }: S): number {
    return this.interval === 0 ? at : Math.floor(at / this.interval);
  }

  /** To about half of the limit, so that it is not needed again soon. */
  private thinOut(): void {
    const samples = this.kept;
    this.interval = 2 * (samples.at(-1)!.at - samples[0]!.at) / this.limit;
    this.kept = [];
    samples.forEach((sample) => this.append(sample));
  }
}
