import { Client } from 'pg';
import { CHANGE, HISTORY_DEFINITIONS, historyTriggers } from '../../test/support/history';
import type { OracleColumn } from '../../test/support/lake-rows';
import { RANDOM_TYPES } from '../../test/support/random-types';

/** A table of the drill: its columns in order, those of the key first. */
export interface DrillTable {
  readonly name: string;
  readonly columns: readonly OracleColumn[];
  readonly keyLength: number;
}

const columns = (definition: Readonly<Record<string, string>>): OracleColumn[] =>
  Object.entries(definition).map(([name, sql]) => ({
    source: name, lake: name, type: RANDOM_TYPES.find((type) => type.sql === sql)!,
  }));

export const TABLES: readonly DrillTable[] = [
  { name: 'orders', keyLength: 1, columns: columns({ id: 'bigint', customer: 'integer', note: 'varchar(40)', [CHANGE]: 'bigint' }) },
  {
    name: 'payments', keyLength: 2,
    columns: columns({ orders: 'bigint', line: 'smallint', amount: 'numeric(12,2)', receipt: 'text', [CHANGE]: 'bigint' }),
  },
];

/** Every row is written down in the history too. Long receipts are stored out of line: updates leave them alone. */
const DEFINITIONS = `
  ${HISTORY_DEFINITIONS}
  ${TABLES.map(({ name, columns: all, keyLength }) => {
    const key = all.slice(0, keyLength).map(({ source }) => source);
    const fields = all.map(({ source, type }) => `${source} ${type.sql}`).join(', ');
    return `CREATE TABLE ${name} (${fields}, PRIMARY KEY (${key.join(', ')})); ${historyTriggers(name, key)}`;
  }).join('\n')}
  ALTER TABLE payments ALTER receipt SET STORAGE EXTERNAL;`;

/** An application that writes as long as it may, one transaction after the other. */
export class Application {
  private writing: Promise<void> = Promise.resolve();
  private stopped = true;
  private next: number;

  private constructor(private readonly client: Client, private readonly rows: number) {
    this.next = rows;
  }

  /** Makes the tables with so many orders. */
  public static async open(url: string, rows: number): Promise<Application> {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(DEFINITIONS);
    await client.query(`INSERT INTO orders SELECT i, i % 1000, 'order ' || i FROM generate_series(1, ${rows}) AS i`);
    await client.query(`INSERT INTO payments SELECT i, 1, i % 100 / 4.0, repeat(md5(i::text), 1 + 100 * (i % 50 = 0)::int)
      FROM generate_series(1, ${rows / 4}) AS i`);
    return new Application(client, rows);
  }

  public start(): void {
    this.stopped = false;
    this.writing = this.write();
    // Thrown where its end is awaited.
    this.writing.catch(() => undefined);
  }

  /** Returns when the last transaction is committed. */
  public async stop(): Promise<void> {
    this.stopped = true;
    await this.writing;
  }

  public async close(): Promise<void> {
    await this.stop();
    await this.client.end();
  }

  private async write(): Promise<void> {
    while (!this.stopped) {
      const id = ++this.next;
      const some = (of: number): number => 1 + Math.floor(Math.random() * of);
      const [one, other] = [some(this.rows), some(this.rows)];
      await this.client.query(`BEGIN;
        INSERT INTO orders VALUES (${id}, ${id % 1000}, 'order ${id}'), (${-id}, 0, NULL);
        UPDATE orders SET customer = customer + 1 WHERE id BETWEEN ${one} AND ${one + 3};
        SAVEPOINT doubt; DELETE FROM orders WHERE id BETWEEN ${one} AND ${one + 9}; ROLLBACK TO doubt;
        INSERT INTO payments VALUES (${id}, 1, 12.5, repeat('receipt ', ${id % 700}));
        UPDATE payments SET amount = amount + 0.25 WHERE orders = ${50 * Math.ceil(other / 200)};
        UPDATE payments SET line = line + 1 WHERE orders = ${one} AND line < 9;
        DELETE FROM orders WHERE id = ${other} OR id = ${-id + 7};
        ${id % 20 === 0 ? 'ROLLBACK' : 'COMMIT'}`);
    }
  }
}
