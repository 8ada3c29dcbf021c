import type { Client } from 'pg';
import { openSession } from '../../cli/engine/source/session';
import { EmbeddedPostgres } from '../../cli/server/embedded-postgres';
import { selectOrders } from '../support/orders';

/** The parts of a transaction that are inserts, updates and deletes. */
const SHARES = [0.4, 0.4, 0.2];
const FEWEST_ROWS = 100_000;

export const PUBLICATION = 'bench';

/** A real PostgreSQL 14 with a table that has changed, and slots that all of its changes can be read from. */
export class ChangedSource {
  private constructor(
    private readonly server: EmbeddedPostgres,
    public readonly client: Client,
    private readonly perTransaction: number,
  ) {}

  /** @param perTransaction changes of a transaction */
  public static async start(perTransaction: number): Promise<ChangedSource> {
    const server = await EmbeddedPostgres.start({
      version: 14, parameters: { wal_level: 'logical', max_wal_size: '8GB' }, database: 'bench',
    });
    const client = await openSession(server.url);
    const rows = Math.max(FEWEST_ROWS, perTransaction);
    await client.query(`CREATE TABLE orders AS ${selectOrders(1, rows)}`);
    await client.query('ALTER TABLE orders ADD PRIMARY KEY (id)');
    await client.query('VACUUM ANALYZE orders');
    // Each transaction inserts after the last order, deletes the first ones and updates those that follow them.
    const [inserts, updates, deletes] = SHARES.map((share) => share * perTransaction);
    await client.query(`
      CREATE PROCEDURE change(first bigint, transactions bigint) LANGUAGE plpgsql AS $$ BEGIN
        FOR t IN first .. first + transactions - 1 LOOP
          INSERT INTO orders ${selectOrders(`${rows} + t * ${inserts} + 1`, `${rows} + (t + 1) * ${inserts}`)};
          UPDATE orders SET amount = amount + 1, paid = NOT paid, created_at = created_at + interval '1 ms'
           WHERE id BETWEEN (t + 1) * ${deletes} + 1 AND (t + 1) * ${deletes} + ${updates};
          DELETE FROM orders WHERE id BETWEEN t * ${deletes} + 1 AND (t + 1) * ${deletes};
          COMMIT;
        END LOOP; END $$`);
    await client.query(`CREATE PUBLICATION ${PUBLICATION} FOR TABLE orders`);
    return new ChangedSource(server, client, perTransaction);
  }

  public get url(): string {
    return this.server.url;
  }

  public async createSlot(name: string, plugin: 'pgoutput' | 'test_decoding'): Promise<void> {
    await this.client.query('SELECT pg_create_logical_replication_slot($1, $2)', [name, plugin]);
  }

  /** One more slot that begins where `from` begins. */
  public async copySlot(from: string, name: string): Promise<void> {
    await this.client.query('SELECT pg_copy_logical_replication_slot($1::name, $2::name)', [from, name]);
  }

  public async dropSlot(name: string): Promise<void> {
    await this.client.query('SELECT pg_drop_replication_slot($1)', [name]);
  }

  /** Commits transactions. @param first how many there were before */
  public async change(first: number, transactions: number): Promise<void> {
    await this.client.query(`CALL change(${first}, ${transactions})`);
  }

  /** @returns how many changes there were */
  public async changeAtLeast(changes: number): Promise<number> {
    const transactions = Math.ceil(changes / this.perTransaction);
    await this.change(0, transactions);
    return transactions * this.perTransaction;
  }

  /** The end of the log. */
  public async position(): Promise<string> {
    const { rows } = await this.client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    return rows[0]!.lsn;
  }

  /** The server's process that reads the log for a slot. */
  public async readerOf(slot: string): Promise<number | undefined> {
    const { rows } = await this.client.query<{ pid: number | null }>(
      'SELECT active_pid AS pid FROM pg_replication_slots WHERE slot_name = $1', [slot],
    );
    return rows[0]?.pid ?? undefined;
  }

  public async stop(): Promise<void> {
    await this.client.end();
    await this.server.stop();
  }
}
