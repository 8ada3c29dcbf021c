import type { SequenceStrategy } from './two-way-api';

const GAP = { least: 1, most: 1_000_000_000, usual: 1_000 };

/** How two sites never give the same number: DMS does not replicate sequences. */
export class SequenceHandOver {
  /**
   * Site A takes the odd numbers, site B the even ones: the only way that also holds while both sites are written to.
   * The sequences of both sites are altered once.
   */
  public static interleaved(): SequenceHandOver {
    return new SequenceHandOver({ kind: 'interleaved' });
  }

  /**
   * Every switch raises the sequences of the new site above those of the old one.
   *
   * @throws when the gap is no whole number from 1 to 1,000,000,000
   */
  public static resynchronised(options: SequenceGapOptions = {}): SequenceHandOver {
    const { gap = GAP.usual } = options;
    if (!Number.isInteger(gap) || gap < GAP.least || gap > GAP.most) {
      throw new Error(`the gap of the sequences is ${gap}: give a whole number from ${GAP.least} to ${GAP.most}, more than `
        + 'sessions of the old site may hold in their caches');
    }
    return new SequenceHandOver({ kind: 'resynchronised', gap });
  }

  private constructor(private readonly strategy: SequenceStrategy) {}

  /**
   * For the handlers.
   *
   * @internal
   */
  public _toStrategy(): SequenceStrategy {
    return this.strategy;
  }
}

/** How far sequences are raised. */
export interface SequenceGapOptions {
  /**
   * How many numbers are left out above the last one of the old site, 1 to 1,000,000,000.
   *
   * @default 1000
   */
  readonly gap?: number;
}
