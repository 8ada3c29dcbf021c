import type { Client } from 'pg';
import type { Random } from './random';
import { BOOKINGS, CLIENTS, qualifiedName, rowValues, type SeedTable } from './tables';

/** Rows that statements touched. */
export interface Changes {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

export const NO_CHANGES: Changes = { inserts: 0, updates: 0, deletes: 0 };

export function addChanges(one: Changes, other: Partial<Changes>): Changes {
  return {
    inserts: one.inserts + (other.inserts ?? 0),
    updates: one.updates + (other.updates ?? 0),
    deletes: one.deletes + (other.deletes ?? 0),
  };
}

export const totalOf = ({ inserts, updates, deletes }: Changes): number => inserts + updates + deletes;

/** What the writer knows of the tables. Ids may be gone by the time they are used: statements then touch no row. */
interface TableState {
  readonly table: SeedTable;
  lastId: number;
  /** Rows whose long text is stored outside the row (TOAST). */
  readonly longTextIds: readonly number[];
}

type Change = (writer: ChangeMaker, most: number) => Promise<Partial<Changes>>;

/** Columns that an application changes together. */
const UPDATES: Record<SeedTable['name'], readonly (readonly string[])[]> = {
  clients: [['email', 'phone'], ['tier', 'loyalty_points'], ['balance', 'last_seen_at'], ['preferences', 'tags'], ['notes']],
  bookings: [['status', 'paid'], ['starts_on', 'starts_at'], ['price', 'discount'], ['room_ids', 'guests'], ['comment']],
};
const CLEARED: Record<SeedTable['name'], readonly string[]> = {
  clients: ['email', 'phone', 'birth_date', 'rating', 'preferences', 'tags', 'notes', 'photo', 'last_seen_at'],
  bookings: ['discount', 'paid', 'room_ids', 'comment', 'receipt', 'checked_in_at'],
};
/** Whatever else an update changes, it leaves the long text as it is: logical decoding then does not carry it. */
const BESIDE_LONG_TEXT: Record<SeedTable['name'], readonly string[]> = { clients: ['rating'], bookings: ['guests'] };

const MIX: readonly { readonly weight: number; readonly change: Change }[] = [
  { weight: 34, change: (writer) => writer.insert('bookings') },
  { weight: 8, change: (writer) => writer.insert('clients') },
  { weight: 22, change: (writer) => writer.updateOne('bookings') },
  { weight: 10, change: (writer) => writer.updateOne('clients') },
  { weight: 4, change: (writer) => writer.clearOne('bookings') },
  { weight: 4, change: (writer) => writer.clearOne('clients') },
  { weight: 3, change: (writer) => writer.touchLongText('bookings') },
  { weight: 3, change: (writer) => writer.touchLongText('clients') },
  { weight: 2, change: (writer, most) => writer.updateSeveral(most) },
  { weight: 9, change: (writer) => writer.deleteOne('bookings') },
  { weight: 1, change: (writer) => writer.deleteOne('clients') },
];
const TOTAL_WEIGHT = MIX.reduce((sum, { weight }) => sum + weight, 0);

/** Makes single changes, each of a kind that replication has to get right. */
export class ChangeMaker {
  /** @throws the database's own error when the tables are missing */
  public static async open(client: Client, random: Random): Promise<ChangeMaker> {
    const clients = await readState(client, CLIENTS, 'notes');
    const bookings = await readState(client, BOOKINGS, 'comment');
    return new ChangeMaker(client, random, { clients, bookings });
  }

  private constructor(
    private readonly client: Client,
    private readonly random: Random,
    private readonly tables: Record<SeedTable['name'], TableState>,
  ) {}

  /** One statement that touches at most `most` rows. */
  public next(most: number): Promise<Partial<Changes>> {
    let ticket = this.random.integer(1, TOTAL_WEIGHT);
    const chosen = MIX.find(({ weight }) => (ticket -= weight) <= 0);
    return chosen?.change(this, most) ?? Promise.resolve(NO_CHANGES);
  }

  public async insert(name: SeedTable['name']): Promise<Partial<Changes>> {
    const state = this.tables[name];
    const values = this.freshValues(state.table);
    const columns = state.table.columns.map((column) => column.name).join(', ');
    const places = values.map((_value, index) => `$${index + 1}`).join(', ');
    const result = await this.client.query<{ id: string }>(
      `insert into ${qualifiedName(state.table)} (${columns}) values (${places}) returning id::text`,
      values,
    );
    state.lastId = Math.max(state.lastId, Number(result.rows[0]?.id ?? 0));
    return { inserts: result.rowCount ?? 0 };
  }

  public updateOne(name: SeedTable['name']): Promise<Partial<Changes>> {
    return this.update(name, this.random.pick(UPDATES[name]), this.anyId(name));
  }

  public async clearOne(name: SeedTable['name']): Promise<Partial<Changes>> {
    const column = this.random.pick(CLEARED[name]);
    const table = qualifiedName(this.tables[name].table);
    const result = await this.client.query(`update ${table} set ${column} = null where id = $1`, [this.anyId(name)]);
    return { updates: result.rowCount ?? 0 };
  }

  public touchLongText(name: SeedTable['name']): Promise<Partial<Changes>> {
    const { longTextIds } = this.tables[name];
    const id = longTextIds.length > 0 ? this.random.pick(longTextIds) : this.anyId(name);
    return this.update(name, BESIDE_LONG_TEXT[name], id);
  }

  public async updateSeveral(most: number): Promise<Partial<Changes>> {
    const first = this.anyId('bookings');
    const result = await this.client.query(
      'update public.bookings set price = round(price * 1.05, 2), paid = false where id >= $1 and id < $2',
      [first, first + this.random.integer(1, most)],
    );
    return { updates: result.rowCount ?? 0 };
  }

  public async deleteOne(name: SeedTable['name']): Promise<Partial<Changes>> {
    const table = qualifiedName(this.tables[name].table);
    const result = await this.client.query(`delete from ${table} where id = $1`, [this.anyId(name)]);
    return { deletes: result.rowCount ?? 0 };
  }

  private async update(name: SeedTable['name'], columns: readonly string[], id: number): Promise<Partial<Changes>> {
    const { table } = this.tables[name];
    const fresh = this.freshValues(table);
    const values = columns.map((column) => fresh[table.columns.findIndex((candidate) => candidate.name === column)]);
    const assignments = columns.map((column, index) => `${column} = $${index + 2}`).join(', ');
    const result = await this.client.query(
      `update ${qualifiedName(table)} set ${assignments} where id = $1`,
      [id, ...values],
    );
    return { updates: result.rowCount ?? 0 };
  }

  private freshValues(table: SeedTable): ReturnType<typeof rowValues> {
    return rowValues(table, this.random.bits(), this.random.bits(), Math.max(1, this.tables.clients.lastId));
  }

  private anyId(name: SeedTable['name']): number {
    return this.random.integer(1, Math.max(1, this.tables[name].lastId));
  }
}

async function readState(client: Client, table: SeedTable, longTextColumn: string): Promise<TableState> {
  const name = qualifiedName(table);
  const last = await client.query<{ id: string | null }>(`select max(id)::text as id from ${name}`);
  const long = await client.query<{ id: string }>(
    `select id::text from ${name} where octet_length(${longTextColumn}) > 8000 order by id limit 500`,
  );
  return {
    table,
    lastId: Number(last.rows[0]?.id ?? 0),
    longTextIds: long.rows.map(({ id }) => Number(id)),
  };
}
