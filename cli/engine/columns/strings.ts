import type { CopyBlock, FieldPlaces } from './copy-block';
import { VariableColumn } from './column';

const SPACE = 0x20;
const DASH = 0x2d;
const UUID_LENGTH = 36;
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const [TRUE_WORD, FALSE_WORD, LETTER_E] = [TRUE.readInt32BE(), FALSE.readInt32BE(), FALSE[4]!];
/** The two hexadecimal digits of each byte, as one number. */
const HEX = Int32Array.from({ length: 256 }, (_, byte) => Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16BE());
/** Where a uuid's text has the digits of two bytes each, and where its dashes. */
const UUID_DIGITS = [0, 4, 9, 14, 19, 24, 28, 32];
const UUID_DASHES = [8, 13, 18, 23];

/** STRING, WSTRING, CLOB and NCLOB: UTF-8, cut to a number of characters where DMS cuts. */
export class StringColumn extends VariableColumn {
  private lastText: string | undefined;
  private lastBytes = Buffer.alloc(0);

  /** @param maxCharacters longer values are cut (a LOB in limited mode); unlimited when not given */
  public constructor(private readonly maxCharacters = Infinity) {
    super({ kind: 'utf8' });
  }

  public appendBinary(block: CopyBlock, field: FieldPlaces, from: number, to: number): void {
    const { starts, ends } = field;
    for (let i = from; i < to; i++) {
      if (starts[i]! >= 0) ends[i] = this.endOf(block.bytes, starts[i]!, ends[i]!);
    }
    this.appendSlices(block, field, from, to);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    this.appendBytes(buffer, start, this.endOf(buffer, start, end));
  }

  /** Appends text that was made here; most often it is the same as the one before. */
  public appendString(text: string, rows = 1): void {
    if (text !== this.lastText) {
      this.lastText = text;
      this.lastBytes = Buffer.from(text);
    }
    for (let row = 0; row < rows; row++) this.appendText(this.lastBytes, 0, this.lastBytes.length);
  }

  /** Where what is kept of a value ends. */
  protected endOf(buffer: Buffer, start: number, end: number): number {
    return end - start <= this.maxCharacters ? end : this.cut(buffer, start, end);
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
  protected override endOf(buffer: Buffer, start: number, end: number): number {
    let last = end;
    while (last > start && buffer[last - 1] === SPACE) last--;
    return super.endOf(buffer, start, last);
  }
}

/** jsonb: its binary form is a version byte and the text. */
export class JsonbColumn extends StringColumn {
  public override appendBinary(block: CopyBlock, field: FieldPlaces, from: number, to: number): void {
    for (let i = from; i < to; i++) if (field.starts[i]! >= 0) field.starts[i]!++;
    super.appendBinary(block, field, from, to);
  }
}

/** boolean: DMS writes the words, CHAR(5). */
export class BooleanTextColumn extends VariableColumn {
  public constructor() {
    super({ kind: 'utf8' });
  }

  public appendBinary({ view }: CopyBlock, field: FieldPlaces, from: number, to: number): void {
    const target = this.room(to - from, (to - from) * FALSE.length);
    const { offsets } = this;
    let used = this.used;
    for (let i = from, row = this.length + 1; i < to; i++, row++) {
      const start = field.starts[i]!;
      if (start >= 0) {
        const isTrue = view.getUint8(start) === 1;
        target.setInt32(used, isTrue ? TRUE_WORD : FALSE_WORD);
        used += 4;
        if (!isTrue) target.setUint8(used++, LETTER_E);
      }
      offsets[row] = used;
    }
    this.used = used;
    this.markRows(field, from, to);
  }

  public appendText(buffer: Buffer, start: number): void {
    const word = buffer[start] === 0x74 ? TRUE : FALSE;
    this.appendBytes(word, 0, word.length);
  }
}

/** uuid: 16 bytes, or their usual text. */
export class UuidColumn extends VariableColumn {
  public constructor() {
    super({ kind: 'utf8' });
  }

  public appendBinary({ view }: CopyBlock, field: FieldPlaces, from: number, to: number): void {
    const target = this.room(to - from, (to - from) * UUID_LENGTH);
    const { offsets } = this;
    let used = this.used;
    for (let i = from, row = this.length + 1; i < to; i++, row++) {
      const start = field.starts[i]!;
      if (start >= 0) {
        for (let pair = 0; pair < 8; pair++) {
          const bytes = view.getUint16(start + pair * 2);
          target.setInt32(used + UUID_DIGITS[pair]!, (HEX[bytes >> 8]! << 16) | HEX[bytes & 0xff]!);
        }
        for (const dash of UUID_DASHES) target.setUint8(used + dash, DASH);
        used += UUID_LENGTH;
      }
      offsets[row] = used;
    }
    this.used = used;
    this.markRows(field, from, to);
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

  public appendBinary(block: CopyBlock, field: FieldPlaces, from: number, to: number): void {
    const { starts, ends } = field;
    for (let i = from; i < to; i++) {
      if (starts[i]! >= 0) ends[i] = this.endOf(starts[i]!, ends[i]!);
    }
    this.appendSlices(block, field, from, to);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    this.appendBlob(Buffer.from(buffer.toString('latin1', start + 2, end), 'hex'));
  }

  public override appendComputed(bytes: Buffer): void {
    this.appendBlob(bytes);
  }

  private appendBlob(bytes: Buffer): void {
    this.appendBytes(bytes, 0, this.endOf(0, bytes.length));
  }

  private endOf(start: number, end: number): number {
    if (end - start <= this.maxBytes) return end;
    this.truncated++;
    return start + this.maxBytes;
  }
}
