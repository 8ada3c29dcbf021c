import { VariableColumn } from './column';

const SPACE = 0x20;
const DASH = 0x2d;
const DIGITS = Buffer.from('0123456789abcdef');
const UUID_LENGTH = 36;
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/** STRING, WSTRING, CLOB and NCLOB: UTF-8, cut to a number of characters where DMS cuts. */
export class StringColumn extends VariableColumn {
  private lastText: string | undefined;
  private lastBytes = Buffer.alloc(0);

  /** @param maxCharacters longer values are cut (a LOB in limited mode); unlimited when not given */
  public constructor(private readonly maxCharacters = Infinity) {
    super({ kind: 'utf8' });
  }

  public appendBinary(buffer: Buffer, start: number, end: number): void {
    this.appendText(buffer, start, end);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    this.appendBytes(buffer, start, end - start <= this.maxCharacters ? end : this.cut(buffer, start, end));
  }

  /** Appends text that was made here; most often it is the same as the one before. */
  public appendString(text: string): void {
    if (text !== this.lastText) {
      this.lastText = text;
      this.lastBytes = Buffer.from(text);
    }
    this.appendText(this.lastBytes, 0, this.lastBytes.length);
  }

  private cut(buffer: Buffer, start: number, end: number): number {
    let characters = 0;
    for (let at = start; at < end; at++) {
      // A byte 10xxxxxx continues a character; every other one begins it.
      if ((buffer[at]! & 0xc0) === 0x80 || ++characters <= this.maxCharacters) continue;
      this.truncated++;
      return at;
    }
    return end;
  }
}

/** character(n): PostgreSQL pads it, DMS trims it (`TrimSpaceInChar`). */
export class CharColumn extends StringColumn {
  public override appendText(buffer: Buffer, start: number, end: number): void {
    let last = end;
    while (last > start && buffer[last - 1] === SPACE) last--;
    super.appendText(buffer, start, last);
  }
}

/** jsonb: its binary form is a version byte and the text. */
export class JsonbColumn extends StringColumn {
  public override appendBinary(buffer: Buffer, start: number, end: number): void {
    this.appendText(buffer, start + 1, end);
  }
}

/** boolean: DMS writes the words, CHAR(5). */
export class BooleanTextColumn extends VariableColumn {
  public constructor() {
    super({ kind: 'utf8' });
  }

  public appendBinary(buffer: Buffer, start: number): void {
    this.appendWord(buffer[start] === 1 ? TRUE : FALSE);
  }

  public appendText(buffer: Buffer, start: number): void {
    this.appendWord(buffer[start] === 0x74 ? TRUE : FALSE);
  }

  private appendWord(word: Buffer): void {
    this.appendBytes(word, 0, word.length);
  }
}

/** uuid: 16 bytes, or their usual text. */
export class UuidColumn extends VariableColumn {
  private readonly text = Buffer.alloc(UUID_LENGTH);

  public constructor() {
    super({ kind: 'utf8' });
  }

  public appendBinary(buffer: Buffer, start: number): void {
    let at = 0;
    for (let i = 0; i < 16; i++) {
      const byte = buffer[start + i]!;
      this.text[at++] = DIGITS[byte >> 4]!;
      this.text[at++] = DIGITS[byte & 15]!;
      if (i === 3 || i === 5 || i === 7 || i === 9) this.text[at++] = DASH;
    }
    this.appendBytes(this.text, 0, UUID_LENGTH);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    this.appendBytes(buffer, start, end);
  }
}

/** bytea, a BLOB: cut to a number of bytes. Its text form is `\x` and hexadecimal digits (`bytea_output = hex`). */
export class BytesColumn extends VariableColumn {
  public constructor(private readonly maxBytes = Infinity) {
    super({ kind: 'binary' });
  }

  public appendBinary(buffer: Buffer, start: number, end: number): void {
    if (end - start > this.maxBytes) this.truncated++;
    this.appendBytes(buffer, start, Math.min(end, start + this.maxBytes));
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const bytes = Buffer.from(buffer.toString('latin1', start + 2, end), 'hex');
    this.appendBinary(bytes, 0, bytes.length);
  }

  public override appendComputed(bytes: Buffer): void {
    this.appendBinary(bytes, 0, bytes.length);
  }
}
