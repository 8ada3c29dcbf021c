import { UsageError } from '../../errors';
import type { LakeSink, Upload } from './lake';

/** S3 takes 10,000 parts of at least 5 MiB, some servers only parts of one size: this is enough for 80 GiB. */
export const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
const FIRST_BUFFER_BYTES = 64 * 1024;

/** An upload that the store has begun. */
export interface BegunUpload {
  readonly id: string;
  /** Resolves to the part's ETag when the store has it. */
  sendPart(number: number, body: Buffer): Promise<string>;
  abort(): Promise<void>;
}

/**
 * A file on its way into an object store. Its parts are sent while it is written, one at a time while the next one is
 * filled: more than these two are never in memory, whatever the speed of the server. No object exists before somebody
 * completes the upload.
 */
export class MultipartUpload implements LakeSink {
  public upload: Upload | undefined;
  private part: Buffer;
  private used = 0;
  private readonly etags: string[] = [];
  private sending: Promise<void> = Promise.resolve();
  private sendingBytes = 0;

  public constructor(private readonly begun: BegunUpload, private readonly partBytes = PART_BYTES) {
    this.part = Buffer.allocUnsafe(Math.min(FIRST_BUFFER_BYTES, partBytes));
  }

  /** Bytes in memory that the server has not taken yet. */
  public get bufferedBytes(): number {
    return this.used + this.sendingBytes;
  }

  public async write(parts: readonly Uint8Array[]): Promise<void> {
    for (const bytes of parts) {
      for (let at = 0; at < bytes.length;) {
        const size = Math.min(bytes.length - at, this.partBytes - this.used);
        this.reserve(this.used + size);
        this.part.set(bytes.subarray(at, at + size), this.used);
        this.used += size;
        at += size;
        if (this.used === this.partBytes) await this.send();
      }
    }
  }

  public async close(): Promise<void> {
    // An upload needs a part at least; only the last one may be short.
    if (this.used > 0 || this.etags.length === 0) await this.send();
    await this.sending;
    this.upload = { id: this.begun.id, parts: this.etags };
  }

  public async abandon(): Promise<void> {
    await this.sending.catch(ignore);
    await this.begun.abort();
  }

  /** Resolves when the part before this one has been taken and this one is on its way. */
  private async send(): Promise<void> {
    await this.sending;
    const body = this.part.subarray(0, this.used);
    const number = this.etags.length + 1;
    if (number > MAX_PARTS) {
      throw new UsageError(`S3 takes ${MAX_PARTS} parts of a file: one of more than ${MAX_PARTS * this.partBytes / 2 ** 30} GiB cannot be written`);
    }
    this.part = Buffer.allocUnsafe(this.part.length);
    this.used = 0;
    this.sendingBytes = body.length;
    this.sending = this.sendPart(number, body);
    // Whoever writes or closes next gets the failure; until then it must not count as unhandled.
    this.sending.catch(ignore);
  }

  private async sendPart(number: number, body: Buffer): Promise<void> {
    this.etags.push(await this.begun.sendPart(number, body));
    this.sendingBytes = 0;
  }

  private reserve(size: number): void {
    if (size <= this.part.length) return;
    const larger = Buffer.allocUnsafe(Math.min(this.partBytes, Math.max(size, this.part.length * 2)));
    this.part.copy(larger, 0, 0, this.used);
    this.part = larger;
  }
}

function ignore(): void {
  // The failure is thrown where it is awaited.
}
