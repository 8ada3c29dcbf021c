import type { Client, ClientConfig } from 'pg';
import { escapeLiteral } from 'pg';
import { codeOf } from '../../errors';
import { connect } from '../../server/connect';

/**
 * How values look as text, for every connection of the engine: the text decoders rely on it, and the decoder of the
 * change stream takes it from its connection.
 */
const TEXT_FORMATS = {
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_encoding: 'UTF8',
};

const OPTIONS = Object.entries(TEXT_FORMATS).map(([name, value]) => `-c ${name}=${value}`).join(' ');

/** A connection with the engine's text formats. */
export function openSession(url: string | undefined, settings: ClientConfig = {}): Promise<Client> {
  return connect(url, 'dms rehearse', { ...settings, options: OPTIONS });
}

/** Begins a transaction that sees what an exported snapshot shows. */
export async function readSnapshot(client: Client, snapshot: string): Promise<void> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await client.query(`SET TRANSACTION SNAPSHOT ${escapeLiteral(snapshot)}`);
  } catch (error) {
    if (!SNAPSHOT_GONE.includes(codeOf(error) ?? '')) throw error;
    throw new Error(`Connection ended: the source no longer has snapshot ${snapshot}`, { cause: error });
  }
}

/**
 * A snapshot lives as long as the connection that exported it: a server that came back in between has it no more. Old
 * versions call that a wrong parameter, newer ones an object that is not there.
 */
const SNAPSHOT_GONE = ['22023', '42704'];

/** A connection that is opened when somebody asks for it. */
export class LazySession {
  private opened: Promise<Client> | undefined;

  public constructor(private readonly url: string | undefined) {}

  public get(): Promise<Client> {
    return (this.opened ??= openSession(this.url));
  }

  public async close(): Promise<void> {
    await (await this.opened?.catch(() => undefined))?.end();
  }
}
