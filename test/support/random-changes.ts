import * as fc from 'fast-check';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { CHANGE } from './history';
import { keyOf, quoted, type RandomColumn, type RandomTable } from './random-tables';

type Value = string | null;

/** What one of several sessions does next. Rows are chosen by a seed, since nobody knows which ones there will be. */
export type Action =
  | { readonly kind: 'insert' | 'upsert'; readonly table: RandomTable; readonly rows: readonly (readonly Value[])[] }
  | { readonly kind: 'update'; readonly table: RandomTable; readonly seed: number; readonly rows: number; readonly values: readonly (readonly [RandomColumn, Value])[] }
  | { readonly kind: 'move'; readonly table: RandomTable; readonly seed: number; readonly key: readonly Value[] }
  | { readonly kind: 'swap'; readonly table: RandomTable; readonly seed: number; readonly key: readonly Value[] }
  | { readonly kind: 'delete'; readonly table: RandomTable; readonly seed: number; readonly rows: number }
  | { readonly kind: 'truncate'; readonly table: RandomTable }
  | { readonly kind: 'savepoint' | 'rollback to savepoint' | 'commit' | 'rollback' };

export interface Step {
  readonly session: number;
  readonly action: Action;
}

const SESSIONS = 3;
const seed = fc.nat(1000);
const few = fc.integer({ min: 1, max: 5 });

const valueOf = ({ type }: RandomColumn, mayBeNull: boolean): fc.Arbitrary<Value> =>
  (mayBeNull ? fc.option(type.values, { freq: 6 }) : type.values);
const keyOfRow = (table: RandomTable): fc.Arbitrary<Value[]> =>
  fc.tuple(...keyOf(table).map((column) => valueOf(column, false)));
const rowsOf = (table: RandomTable): fc.Arbitrary<Value[][]> =>
  fc.array(fc.tuple(...table.columns.map((column, i) => valueOf(column, i >= table.keyLength))), {
    minLength: 1, maxLength: 5,
  });

function actionOn(table: RandomTable): fc.Arbitrary<Action> {
  const [of, keyed] = [fc.constant(table), table.keyLength > 0];
  const others = table.columns.slice(table.keyLength);
  const updates = others.length === 0 ? fc.constant([]) : fc.subarray([...others]).chain((columns) =>
    fc.tuple(...columns.map((column) => fc.tuple(fc.constant(column), valueOf(column, true)))));
  const some = { table: of, seed };
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('insert' as const, ...(keyed ? ['upsert' as const] : [])), table: of, rows: rowsOf(table) }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('update' as const), ...some, rows: few, values: updates }) },
    { weight: keyed ? 3 : 0, arbitrary: fc.record({ kind: fc.constantFrom('move' as const, 'swap' as const), ...some, key: keyOfRow(table) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), ...some, rows: few }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), table: of }) },
  );
}

const boundary: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom('savepoint', 'savepoint', 'rollback to savepoint', 'commit', 'commit', 'commit', 'rollback'),
});

/** What an application does, over several sessions whose transactions overlap. */
export function randomSteps(tables: readonly RandomTable[], maxLength: number): fc.Arbitrary<Step[]> {
  const actions = tables.map(actionOn);
  return fc.array(fc.record({
    session: fc.nat(SESSIONS - 1),
    action: fc.oneof({ weight: 3, arbitrary: fc.oneof(...actions) }, { weight: 2, arbitrary: boundary }),
  }), { maxLength, size: 'max' });
}

/** What may end a statement of an application: a key that exists, a lock that somebody else holds. */
const EXPECTED_ERRORS = ['23505', '55P03', '40P01'];

interface Session {
  readonly client: Client;
  transaction: string | undefined;
  savepoints: number;
}

/** Carries out steps one after the other, and knows in which order transactions were committed. */
export class Application {
  /** In the order of their commits. */
  public readonly committed: string[] = [];

  private constructor(private readonly sessions: readonly Session[]) {}

  public static async open(url: string): Promise<Application> {
    const sessions = await Promise.all(Array.from({ length: SESSIONS }, async (): Promise<Session> => {
      // Steps run one after the other: who waits for a lock would wait for ever.
      const client = new Client({ connectionString: url, options: '-c lock_timeout=15ms' });
      await client.connect();
      return { client, transaction: undefined, savepoints: 0 };
    }));
    return new Application(sessions);
  }

  public async run(steps: readonly Step[]): Promise<void> {
    for (const { session, action } of steps) await this.act(this.sessions[session]!, action);
  }

  /** Commits what is open. */
  public async settle(): Promise<void> {
    for (const session of this.sessions) await this.commit(session);
  }

  public async close(): Promise<void> {
    await Promise.all(this.sessions.map(({ client }) => client.end()));
  }

  private async act(session: Session, action: Action): Promise<void> {
    switch (action.kind) {
      case 'commit':
        return this.commit(session);
      case 'rollback':
        return rollback(session);
      case 'savepoint':
        if (session.transaction === undefined) return undefined;
        await session.client.query(`SAVEPOINT s${++session.savepoints}`);
        return undefined;
      case 'rollback to savepoint':
        return rollbackToSavepoint(session);
      default:
        return change(session, action);
    }
  }

  private async commit(session: Session): Promise<void> {
    if (session.transaction === undefined) return;
    await session.client.query('COMMIT');
    this.committed.push(session.transaction);
    session.transaction = undefined;
    session.savepoints = 0;
  }
}

async function change(session: Session, action: Action): Promise<void> {
  const { client } = session;
  if (session.transaction === undefined) {
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
    session.transaction = rows[0]!.id;
  }
  try {
    for (const statement of await statementsOf(client, action)) await client.query(statement);
  } catch (error) {
    if (!EXPECTED_ERRORS.includes((error as { code?: string }).code ?? '')) throw error;
    await (session.savepoints > 0 ? rollbackToSavepoint(session) : rollback(session));
  }
}

async function rollback(session: Session): Promise<void> {
  if (session.transaction === undefined) return;
  await session.client.query('ROLLBACK');
  session.transaction = undefined;
  session.savepoints = 0;
}

async function rollbackToSavepoint(session: Session): Promise<void> {
  if (session.savepoints > 0) await session.client.query(`ROLLBACK TO SAVEPOINT s${session.savepoints--}`);
}

async function statementsOf(client: Client, action: Action): Promise<string[]> {
  switch (action.kind) {
    case 'insert':
    case 'upsert':
      return [insertion(action.table, action.rows, action.kind === 'upsert')];
    case 'update': {
      // Without another column to set it is an UPDATE all the same: the trigger sets the number of the change.
      const set = action.values.map(([column, value]) => `${escapeIdentifier(column.name)} = ${literal(column, value)}`);
      return [`UPDATE ${quoted(action.table)} SET ${[...set, `${CHANGE} = 0`].join(', ')} WHERE ${some(action.table, action.seed, action.rows)}`];
    }
    case 'move': {
      const { table, key } = action;
      return [`UPDATE ${quoted(table)} SET ${assignments(table, key)} WHERE ${some(table, action.seed, 1)}`];
    }
    case 'swap':
      return swap(client, action.table, action.seed, action.key);
    case 'delete':
      return [`DELETE FROM ${quoted(action.table)} WHERE ${some(action.table, action.seed, action.rows)}`];
    case 'truncate':
      return [`TRUNCATE ${quoted(action.table)}`];
    default:
      return [];
  }
}

function insertion(table: RandomTable, rows: readonly (readonly Value[])[], upsert: boolean): string {
  const values = rows.map((row) => `(${[...row.map((value, i) => literal(table.columns[i]!, value)), '0'].join(', ')})`);
  const names = table.columns.map(({ name }) => escapeIdentifier(name));
  const key = names.slice(0, table.keyLength);
  const set = [...names.slice(table.keyLength), CHANGE].map((name) => `${name} = EXCLUDED.${name}`);
  // A row that comes twice in one statement cannot be updated twice.
  const conflict = upsert ? ` ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${set.join(', ')}` : '';
  return `INSERT INTO ${quoted(table)} (${[...names, CHANGE].join(', ')}) VALUES ${(upsert ? values.slice(0, 1) : values).join(', ')}${conflict}`;
}

/** Two rows exchange their keys; the first one has another key meanwhile. */
async function swap(client: Client, table: RandomTable, seed: number, meanwhile: readonly Value[]): Promise<string[]> {
  const key = keyOf(table).map(({ name }) => `${escapeIdentifier(name)}::text`).join(', ');
  const { rows } = await client.query<Value[]>({
    text: `SELECT ${key} FROM ${quoted(table)} WHERE ${some(table, seed, 2)}`, rowMode: 'array',
  });
  const [one, other] = rows;
  if (one === undefined || other === undefined) return [];
  return [[one, meanwhile], [other, one], [meanwhile, other]].map(([from, to]) =>
    `UPDATE ${quoted(table)} SET ${assignments(table, to!)} WHERE (${keyOf(table).map(({ name }) => escapeIdentifier(name)).join(', ')}) = (${literals(table, from!)})`);
}

const some = (table: RandomTable, seed: number, rows: number): string =>
  `ctid IN (SELECT ctid FROM ${quoted(table)} ORDER BY md5(${CHANGE}::text || '${seed}') LIMIT ${rows})`;
const literal = ({ type }: RandomColumn, value: Value): string =>
  (value === null ? 'NULL' : `CAST(${escapeLiteral(value)} AS ${type.sql})`);
const literals = (table: RandomTable, key: readonly Value[]): string =>
  keyOf(table).map((column, i) => literal(column, key[i]!)).join(', ');
const assignments = (table: RandomTable, key: readonly Value[]): string =>
  keyOf(table).map((column, i) => `${escapeIdentifier(column.name)} = ${literal(column, key[i]!)}`).join(', ');
