import type { Gzip } from 'node:zlib';
import { createGzip } from 'node:zlib';
import type { ByteSink } from '../parquet/byte-sink';

/** As for Parquet pages (docs/decisions.md). */
const LEVEL = 1;

/** Compresses on the way to another sink. */
export class GzipSink implements ByteSink {
  /** Bytes that the other sink has taken. */
  public bytes = 0;
  private readonly gzip: Gzip = createGzip({ level: LEVEL });
  private readonly passedOn: Promise<void>;

  public constructor(private readonly sink: ByteSink) {
    this.passedOn = this.passOn();
    // Whoever writes or closes next gets the failure; until then it must not count as unhandled.
    this.passedOn.catch(ignore);
  }

  public async write(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      const taken = new Promise<void>((resolve, reject) => {
        this.gzip.write(part, (error) => (error ? reject(error) : resolve()));
      });
      taken.catch(ignore);
      // The other sink may fail while this one still waits for it.
      await Promise.race([taken, this.passedOn.then(() => taken)]);
    }
  }

  public async close(): Promise<void> {
    this.gzip.end();
    await this.passedOn;
    await this.sink.close();
  }

  public async abandon(): Promise<void> {
    this.gzip.destroy();
    await this.passedOn.catch(ignore);
    await this.sink.abandon();
  }

  private async passOn(): Promise<void> {
    for await (const chunk of this.gzip as AsyncIterable<Buffer>) {
      await this.sink.write([chunk]);
      this.bytes += chunk.length;
    }
  }
}

function ignore(): void {
  // The failure is thrown where it is awaited.
}
