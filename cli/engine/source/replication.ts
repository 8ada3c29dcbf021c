import type { Client, Connection, Submittable } from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Lsn } from './lsn';
import { formatLsn, parseLsn } from './lsn';
import type { Message } from './pgoutput';
import { parseMessage } from './pgoutput';
import { openSession } from './session';

/** Where a slot begins: every transaction that commits before it is in the snapshot, every later one in the stream. */
export interface ConsistentPoint {
  readonly lsn: Lsn;
  /** For `SET TRANSACTION SNAPSHOT`; valid until this connection's next command. */
  readonly snapshot: string;
}

/** What arrived in one gulp: the messages, and how far the server has read its log. */
export interface Gulp {
  readonly messages: readonly Message[];
  readonly serverLsn: Lsn;
}

/** Reading from the socket pauses when this many messages wait to be handled. */
const WAITING_MESSAGES = 4096;
/** The server gives up on a silent client after `wal_sender_timeout`; DMS demands at least ten seconds of it. */
const STATUS_INTERVAL_MS = 2_000;
const EPOCH_MICROS = 946_684_800_000_000n;

const XLOG_DATA = 0x77;
const KEEPALIVE = 0x6b;

/**
 * A connection that speaks the streaming replication protocol.
 *
 * @see https://www.postgresql.org/docs/current/protocol-replication.html
 */
export class ReplicationConnection {
  private constructor(private readonly client: Client) {}

  /** @throws {UsageError} when the server does not let us in */
  public static async open(url: string | undefined): Promise<ReplicationConnection> {
    // The driver's published types leave `replication` out.
    return new ReplicationConnection(await openSession(url, { replication: 'database' } as object));
  }

  /** Creates a slot and exports its snapshot. A temporary slot lives as long as the connection. */
  public async createSlot(name: string, options: { temporary?: boolean } = {}): Promise<ConsistentPoint> {
    const temporary = options.temporary === true ? 'TEMPORARY ' : '';
    const { rows } = await this.client.query<{ consistent_point: string; snapshot_name: string }>(
      `CREATE_REPLICATION_SLOT ${escapeIdentifier(name)} ${temporary}LOGICAL pgoutput EXPORT_SNAPSHOT`,
    );
    return { lsn: parseLsn(rows[0]!.consistent_point), snapshot: rows[0]!.snapshot_name };
  }

  /** Starts the stream of a slot where it was last confirmed, or at `from` when that is later. */
  public stream(slot: string, publications: readonly string[], from: Lsn): ChangeStream {
    const names = escapeLiteral(publications.map(escapeIdentifier).join(','));
    const stream = new ChangeStream(
      `START_REPLICATION SLOT ${escapeIdentifier(slot)} LOGICAL ${formatLsn(from)} (proto_version '1', publication_names ${names})`,
    );
    this.client.query(stream);
    return stream;
  }

  public async close(): Promise<void> {
    await this.client.end();
  }
}

/** The driver's connection, with what its published types leave out. */
interface RawConnection {
  readonly stream: { pause(): void; resume(): void };
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
}

/** The stream itself: the driver hands it every message of the server while it runs. */
export class ChangeStream implements Submittable {
  private connection: RawConnection | undefined;
  private messages: Message[] = [];
  private heard = false;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;
  private serverLsn: Lsn = 0n;
  private confirmed: Lsn = 0n;
  private status: NodeJS.Timeout | undefined;

  public constructor(private readonly command: string) {}

  public submit(connection: Connection): void {
    this.connection = connection as unknown as RawConnection;
    this.connection.query(this.command);
    this.status = setInterval(() => this.sendStatus(false), STATUS_INTERVAL_MS);
    this.status.unref();
  }

  /** Waits until the server says something, at most `limitMs`. */
  public async next(limitMs: number): Promise<Gulp> {
    if (!this.heard && this.failure === undefined) {
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, limitMs);
        this.wake = (): void => {
          clearTimeout(limit);
          resolve();
        };
      });
    }
    if (!this.heard && this.failure !== undefined) throw this.failure;
    const gulp = { messages: this.messages, serverLsn: this.serverLsn };
    this.messages = [];
    this.heard = false;
    this.connection?.stream.resume();
    return gulp;
  }

  /** Tells the server that everything before `lsn` is durable here: it need not keep it any longer. */
  public confirm(lsn: Lsn): void {
    if (lsn <= this.confirmed) return;
    this.confirmed = lsn;
    this.sendStatus(false);
  }

  /** Asks the server how far it is; the answer comes as a gulp. */
  public probe(): void {
    this.sendStatus(true);
  }

  public stop(): void {
    clearInterval(this.status);
  }

  public handleCopyData({ chunk }: { chunk: Buffer }): void {
    const kind = chunk[0];
    if (kind !== XLOG_DATA && kind !== KEEPALIVE) return;
    const position = chunk.readBigUInt64BE(1);
    if (position > this.serverLsn) this.serverLsn = position;
    if (kind === XLOG_DATA) {
      // The driver reuses the memory behind `chunk` for what comes next.
      const message = parseMessage(Buffer.from(chunk.subarray(25)));
      if (message !== undefined) this.messages.push(message);
      if (this.messages.length >= WAITING_MESSAGES) this.connection?.stream.pause();
    } else if (chunk[17] === 1) {
      this.sendStatus(false);
    }
    this.heard = true;
    this.wake?.();
  }

  public handleError(error: Error): void {
    this.failure = error;
    this.stop();
    this.wake?.();
  }

  public handleReadyForQuery(): void {
    this.handleError(this.failure ?? new Error('the server ended the replication stream'));
  }

  public handleCommandComplete(): void {
    // The stream's end; handleReadyForQuery follows.
  }

  private sendStatus(replyRequested: boolean): void {
    if (this.failure !== undefined) return;
    const status = Buffer.alloc(34);
    status[0] = 0x72;
    // Written, flushed, applied: only what is durable counts for us.
    for (const position of [1, 9, 17]) status.writeBigUInt64BE(this.confirmed, position);
    status.writeBigInt64BE(BigInt(Date.now()) * 1000n - EPOCH_MICROS, 25);
    status[33] = replyRequested ? 1 : 0;
    this.connection?.sendCopyFromChunk(status);
  }
}
