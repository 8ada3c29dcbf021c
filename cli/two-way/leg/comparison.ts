import type { Client } from 'pg';
import { openSession } from '../../engine/source/session';
import { type Checksum, checksumsOf } from './checksums';

/** A database and the schema of its replicated tables. */
export interface ComparedSide {
  readonly url: string | undefined;
  readonly schema: string;
}

export interface ComparedTable {
  readonly table: string;
  readonly state: 'equal' | 'differs' | 'stays different' | 'missing';
}

/** What is on its way arrives sooner than this, or it was not on its way. */
const PATIENCE_MS = 1_000;

interface Look {
  readonly sums: string;
  readonly since: number;
}

/**
 * Compares two sides by their checksums. While applications write they differ by what has not arrived yet; a table
 * that differs and does not change at either side for a while really differs.
 */
export class Comparison {
  private readonly different = new Map<string, Look>();

  /** @param now milliseconds; a parameter so that the patience can be tested */
  public constructor(private readonly now: () => number = Date.now) {}

  public async of(from: ComparedSide, to: ComparedSide, patterns: readonly string[]): Promise<ComparedTable[]> {
    const [one, other] = await Promise.all([from, to].map(({ url, schema }) =>
      withSession(url, (client) => checksumsOf(client, schema, patterns)))) as [Sums, Sums];
    return [...new Set([...one.keys(), ...other.keys()])].sort()
      .map((table) => ({ table, state: this.stateOf(table, one.get(table), other.get(table)) }));
  }

  private stateOf(table: string, one: Checksum | undefined, other: Checksum | undefined): ComparedTable['state'] {
    if (one === undefined || other === undefined) return 'missing';
    if (one === other) {
      this.different.delete(table);
      return 'equal';
    }
    const sums = `${one} ${other}`;
    const before = this.different.get(table);
    if (before?.sums !== sums) {
      this.different.set(table, { sums, since: this.now() });
      return 'differs';
    }
    return this.now() - before.since < PATIENCE_MS ? 'differs' : 'stays different';
  }
}

type Sums = ReadonlyMap<string, Checksum>;

export async function withSession<T>(url: string | undefined, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await openSession(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
