import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Client, Connection, Submittable } from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { Gulp } from './gulp';
import type { Lsn } from './lsn';
import { formatLsn, parseLsn } from './lsn';
import { openSession } from './session';

/** Where a slot begins: every transaction that commits before it is in the snapshot, every later one in the stream. */
export interface ConsistentPoint {
  readonly lsn: Lsn;
  /** For `SET TRANSACTION SNAPSHOT`; valid until this connection's next command. */
  readonly snapshot: string;
}

/** Reading from the socket pauses when this many bytes wait to be handled. */
const WAITING_BYTES = 1024 * 1024;
/** A gulp smaller than this is not worth a turn: a moment later there is more, which costs less for each change. */
const SMALL_GULP_BYTES = 256 * 1024;
const MORE_MS = 5;
/** The server gives up on a silent client after `wal_sender_timeout`; DMS demands at least ten seconds of it. */
const STATUS_INTERVAL_MS = 2_000;
const EPOCH_MICROS = 946_684_800_000_000n;

const COPY_DATA = 0x64;
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

  /** The server's process behind this connection. */
  public get processId(): number {
    return (this.client as unknown as { readonly processID: number }).processID;
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
  readonly stream: Duplex;
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
}

/**
 * The stream itself. While it runs, what the socket brings is read here: the driver gets only the frames that are not
 * the stream's, since it would make three objects of each message.
 */
export class ChangeStream implements Submittable {
  private connection: RawConnection | undefined;
  private filling = new Gulp();
  private read = new Gulp();
  private heard = false;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;
  private confirmed: Lsn = 0n;
  private status: NodeJS.Timeout | undefined;

  public constructor(private readonly command: string) {}

  public submit(connection: Connection): void {
    this.connection = connection as unknown as RawConnection;
    const { stream } = this.connection;
    const toDriver = stream.listeners('data') as ((frame: Buffer) => void)[];
    stream.on('data', (chunk: Buffer) => this.receive(chunk, (frame) => toDriver.forEach((listen) => listen(frame))));
    toDriver.forEach((listen) => stream.removeListener('data', listen));
    this.connection.query(this.command);
    this.status = setInterval(() => this.sendStatus(false), STATUS_INTERVAL_MS);
    this.status.unref();
  }

  /** Waits until the server says something, at most `limitMs`. The gulp is valid until the next call. */
  public async next(limitMs: number): Promise<Gulp> {
    if (this.filling.length < SMALL_GULP_BYTES && this.failure === undefined) await this.more(limitMs);
    if (!this.heard && this.failure !== undefined) throw this.failure;
    this.heard = false;
    const gulp = this.filling;
    this.filling = this.read;
    this.read = gulp;
    gulp.moveRest(this.filling);
    this.connection?.stream.resume();
    return gulp;
  }

  /** Tells the server that everything before `lsn` is durable here: it need not keep it any longer. */
  public confirm(lsn: Lsn): void {
    if (lsn <= this.confirmed) return;
    this.confirmed = lsn;
    this.sendStatus(false);
  }

  /** Ends the waiting of `next`, with what there is. */
  public wakeUp(): void {
    this.wake?.();
  }

  /** Asks the server how far it is; the answer comes as a gulp. */
  public probe(): void {
    this.sendStatus(true);
  }

  public stop(): void {
    clearInterval(this.status);
  }

  public handleError(error: Error): void {
    this.failure ??= error;
    this.stop();
    this.wake?.();
  }

  public handleReadyForQuery(): void {
    this.handleError(this.failure ?? new Error('the server ended the replication stream'));
  }

  public handleCommandComplete(): void {
    // The stream's end; handleReadyForQuery follows.
  }

  private async more(limitMs: number): Promise<void> {
    if (!this.heard) {
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, limitMs);
        this.wake = (): void => {
          clearTimeout(limit);
          resolve();
        };
      });
    }
    if (!this.heard || this.failure !== undefined) return;
    const stream = this.connection!.stream;
    stream.pause();
    await sleep(MORE_MS);
    stream.resume();
    // One turn of the event loop, in which the socket is read.
    await nextTurn();
  }

  private receive(chunk: Buffer, toDriver: (frame: Buffer) => void): void {
    try {
      this.filling.append(chunk, (bytes, start, end) => {
        if (bytes[start] !== COPY_DATA) toDriver(Buffer.from(bytes.subarray(start, end)));
        // A keepalive that wants an answer.
        else if (bytes[start + 5] === KEEPALIVE && bytes[end - 1] === 1) this.sendStatus(false);
      });
    } catch (error) {
      this.handleError(error as Error);
    }
    if (this.filling.length === 0) return;
    if (this.filling.length >= WAITING_BYTES) this.connection?.stream.pause();
    this.heard = true;
    this.wake?.();
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
