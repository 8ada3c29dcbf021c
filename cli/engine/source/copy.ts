import type { Client, Connection, Submittable } from 'pg';
import type { CopyBlock, FieldPlaces } from '../columns/copy-block';

/** `PGCOPY\n\377\r\n\0` */
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** The signature, flags, and the length of the header extension. */
const HEADER_LENGTH = SIGNATURE.length + 8;
const MESSAGE_HEADER = 5;
const FIRST_CAPACITY = 256 * 1024;
const FIRST_ROWS = 1024;
/** Reading whole words at the end of a value runs over it by up to this much. */
const OVERRUN = 8;
/** Reading from the socket pauses when so many bytes wait to be decoded. */
const WAITING_BYTES = 512 * 1024;

const COPY_DATA = 0x64;
/** CopyOutResponse, and what a server may say at any time: notices, notifications, changed parameters. */
const SKIPPED = [0x48, 0x4e, 0x41, 0x53];

/** The driver's connection, with what its published types leave out. */
interface RawConnection {
  readonly stream: NodeJS.ReadableStream & { listeners(event: 'data'): ((chunk: Buffer) => void)[] };
  query(text: string): void;
}

/**
 * Reads `COPY (query) TO STDOUT (FORMAT binary)` in blocks of rows. While it runs it takes the bytes from the driver's
 * socket itself: a message object for each row would cost more than decoding it.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY (one message a row)
 */
export class CopyReader {
  private readonly query: CopyQuery;
  private bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  private view = viewOf(this.bytes);
  /** Bytes taken from the socket; those from `scanned` on have not been looked at. */
  private filled = 0;
  private scanned = 0;
  private headerSeen = false;
  private readonly fields: FieldPlaces[];

  public constructor(client: Client, sql: string, fieldCount: number) {
    this.fields = Array.from({ length: fieldCount }, () => (
      { starts: new Int32Array(FIRST_ROWS), ends: new Int32Array(FIRST_ROWS), nulls: 0 }));
    this.query = new CopyQuery(`COPY (${sql}) TO STDOUT (FORMAT binary)`);
    client.query(this.query);
  }

  /**
   * The rows that have come since the last call, at least one; `undefined` after the last row.
   *
   * @throws {Error} what the server says, and when the stream is not what COPY sends
   */
  public async next(): Promise<CopyBlock | undefined> {
    for (;;) {
      const chunks = await this.query.chunks();
      if (chunks === undefined) return undefined;
      this.fill(chunks);
      const rows = this.scan();
      if (rows > 0) return { view: this.view, bytes: this.bytes, rows, size: this.scanned, fields: this.fields };
    }
  }

  /** Moves what was not a whole message to the beginning and puts the new bytes behind it. */
  private fill(chunks: readonly Buffer[]): void {
    const rest = this.filled - this.scanned;
    const size = chunks.reduce((sum, { length }) => sum + length, rest);
    const from = this.bytes;
    if (size + OVERRUN > from.length) {
      this.bytes = Buffer.allocUnsafeSlow(Math.max(from.length * 2, size + OVERRUN));
      this.view = viewOf(this.bytes);
    }
    from.copy(this.bytes, 0, this.scanned, this.filled);
    this.filled = rest;
    this.scanned = 0;
    for (const chunk of chunks) this.filled += chunk.copy(this.bytes, this.filled);
  }

  /** Finds the values of all rows that are whole. */
  private scan(): number {
    const { view } = this;
    for (const field of this.fields) field.nulls = 0;
    let rows = 0;
    let at = this.scanned;
    while (at + MESSAGE_HEADER <= this.filled) {
      const kind = view.getUint8(at);
      const end = at + 1 + view.getInt32(at + 1);
      if (end < at + MESSAGE_HEADER) throw malformed(`a message has the length ${end - at - 1}`);
      if (kind !== COPY_DATA && !SKIPPED.includes(kind)) {
        this.query.release(this.bytes.subarray(at, this.filled));
        this.scanned = this.filled;
        return rows;
      }
      if (end > this.filled) break;
      if (kind === COPY_DATA && this.scanRow(at + MESSAGE_HEADER, end, rows)) rows++;
      at = end;
    }
    this.scanned = at;
    return rows;
  }

  /** @returns whether there is a row: the last message is a trailer */
  private scanRow(start: number, end: number, row: number): boolean {
    const { view, fields } = this;
    let at = this.headerSeen ? start : this.skipHeader(start, end);
    if (at === end) return false;
    const count = at + 2 <= end ? view.getInt16(at) : 0;
    at += 2;
    if (count === -1) return false;
    if (count !== fields.length) throw malformed(`a row has ${count} fields, not ${fields.length}`);
    if (row === fields[0]?.starts.length) fields.forEach(growPlaces);
    for (let i = 0; i < count; i++) {
      const field = fields[i]!;
      const length = at + 4 <= end ? view.getInt32(at) : end;
      at += 4;
      if (length < 0) {
        field.starts[row] = -1;
        field.nulls++;
        continue;
      }
      field.starts[row] = at;
      at += length;
      if (at > end) throw malformed(`a field of ${length} bytes goes beyond its row`);
      field.ends[row] = at;
    }
    return true;
  }

  private skipHeader(start: number, end: number): number {
    if (!this.bytes.subarray(start, end).subarray(0, SIGNATURE.length).equals(SIGNATURE)) {
      throw malformed('it does not begin with the signature of COPY');
    }
    this.headerSeen = true;
    const extension = start + HEADER_LENGTH <= end ? this.view.getInt32(start + HEADER_LENGTH - 4) : -1;
    const at = start + HEADER_LENGTH + extension;
    if (extension < 0 || at > end) throw malformed('its header is cut off');
    return at;
  }
}

/** The query as the driver sees it: it lends its socket and gets it back with the first byte that is not COPY's. */
class CopyQuery implements Submittable {
  private stream: RawConnection['stream'] | undefined;
  private parser: ((chunk: Buffer) => void) | undefined;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private ended = false;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;

  public constructor(private readonly sql: string) {}

  public submit(connection: Connection): void {
    const { stream } = connection as unknown as RawConnection;
    this.stream = stream;
    [this.parser] = stream.listeners('data');
    stream.removeListener('data', this.parser!);
    stream.on('data', this.take);
    (connection as unknown as RawConnection).query(this.sql);
  }

  /** What has come from the socket; waits for some. `undefined` at the end. */
  public async chunks(): Promise<readonly Buffer[] | undefined> {
    while (this.waiting.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    const chunks = this.waiting;
    this.waiting = [];
    if (this.waitingBytes >= WAITING_BYTES) this.stream?.resume();
    this.waitingBytes = 0;
    return chunks;
  }

  /** Gives the socket back to the driver, with what it has to read first. */
  public release(rest: Buffer): void {
    const { stream, parser } = this;
    stream!.removeListener('data', this.take);
    stream!.on('data', parser!);
    for (const bytes of [Buffer.from(rest), ...this.waiting]) parser!(bytes);
    this.waiting = [];
    stream!.resume();
  }

  public handleError(error: Error): void {
    this.failure = error;
    this.wake?.();
  }

  public handleReadyForQuery(): void {
    this.ended = true;
    this.wake?.();
  }

  public handleCommandComplete(): void {
    // handleReadyForQuery follows.
  }

  private readonly take = (chunk: Buffer): void => {
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.waitingBytes >= WAITING_BYTES) this.stream?.pause();
    this.wake?.();
  };
}

function growPlaces(field: FieldPlaces): void {
  for (const side of ['starts', 'ends'] as const) {
    const larger = new Int32Array(field[side].length * 2);
    larger.set(field[side]);
    field[side] = larger;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function malformed(what: string): Error {
  return new Error(`the source sent a malformed COPY stream: ${what}`);
}
