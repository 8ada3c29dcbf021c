import type { Lsn } from './lsn';

/** A frame is its type, its length with these four bytes, and what it carries. */
const HEADER_BYTES = 5;
/** The type of the frames that carry the stream; all others are the connection's own. */
const COPY_DATA = 0x64;
/** What a CopyData frame can carry: a message of the output plug-in behind three 64-bit numbers, or a keepalive. */
const XLOG_DATA = 0x77;
const XLOG_HEADER_BYTES = 25;

const INITIAL_BYTES = 256 * 1024;
/** Memory that a long message has needed is given back when it is more than this. */
const KEPT_BYTES = 8 * 1024 * 1024;

/**
 * What arrived of a stream since it was read last: whole frames one behind the other, in memory that is used again and
 * again. Messages are read where they lie.
 *
 * @see https://www.postgresql.org/docs/current/protocol-replication.html
 */
export class Gulp {
  /** Valid until the gulp is emptied. */
  public bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  /** The message that `next` has come to is `bytes[start, end)`. */
  public start = 0;
  public end = 0;
  /** Where `next` goes on; what was read can be read again by setting it back. */
  public position = 0;
  private filled = 0;
  private whole = 0;
  private last: number | undefined;

  /** Bytes of whole frames. */
  public get length(): number {
    return this.whole;
  }

  /** How far the server had read its log when it sent the last frame; `undefined` without one. */
  public get serverLsn(): Lsn | undefined {
    return this.last === undefined ? undefined : this.bytes.readBigUInt64BE(this.last + HEADER_BYTES + 1);
  }

  /**
   * Takes in what came from the socket, in pieces that have nothing to do with frames.
   *
   * @param other gets every frame that carries no message: `bytes[start, end)`, to be read at once
   */
  public append(chunk: Uint8Array, other: (bytes: Buffer, start: number, end: number) => void): void {
    this.reserve(chunk.length);
    this.bytes.set(chunk, this.filled);
    this.filled += chunk.length;
    while (this.whole + HEADER_BYTES <= this.filled) {
      const start = this.whole;
      const end = this.frameEnd(start);
      if (end > this.filled) return;
      this.whole = end;
      if (this.bytes[start] === COPY_DATA) this.last = start;
      if (!this.carriesMessage(start)) other(this.bytes, start, end);
    }
  }

  /** Goes to the next message. @returns whether there is one */
  public next(): boolean {
    while (this.position < this.whole) {
      const begin = this.position;
      this.position = this.frameEnd(begin);
      if (!this.carriesMessage(begin)) continue;
      this.start = begin + HEADER_BYTES + XLOG_HEADER_BYTES;
      this.end = this.position;
      return true;
    }
    return false;
  }

  /** Empties it, for what comes next; the beginning of a frame that was not whole goes into `following`. */
  public moveRest(following: Gulp): void {
    following.empty();
    following.append(this.bytes.subarray(this.whole, this.filled), () => undefined);
  }

  private empty(): void {
    if (this.bytes.length > KEPT_BYTES) this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.position = 0;
    this.filled = 0;
    this.whole = 0;
    this.last = undefined;
  }

  private carriesMessage(frame: number): boolean {
    return this.bytes[frame] === COPY_DATA && this.bytes[frame + HEADER_BYTES] === XLOG_DATA;
  }

  private frameEnd(start: number): number {
    const length = this.bytes.readInt32BE(start + 1);
    if (length < HEADER_BYTES - 1) throw new Error('the server ended the frames of its protocol');
    return start + 1 + length;
  }

  private reserve(size: number): void {
    if (this.filled + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.filled + size));
    this.bytes.copy(larger, 0, 0, this.filled);
    this.bytes = larger;
  }
}
