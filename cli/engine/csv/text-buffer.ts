const INITIAL_BYTES = 64 * 1024;

/** Bytes of text that grow at their end. */
export class TextBuffer {
  public bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  public length = 0;

  /** Makes room for so many bytes more. */
  public reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + size));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  /** Appends text that consists of ASCII only. */
  public ascii(text: string): void {
    this.reserve(text.length);
    this.length += this.bytes.write(text, this.length, 'latin1');
  }

  /** Appends `source[start, end)`. */
  public copy(source: Uint8Array, start = 0, end = source.length): void {
    this.reserve(end - start);
    this.bytes.set(source.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** Hands the bytes over and starts again empty. */
  public take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = Buffer.allocUnsafe(this.bytes.length);
    this.length = 0;
    return taken;
  }
}
