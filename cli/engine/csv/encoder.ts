import type { ColumnSchema, ColumnVector } from '../parquet/schema';
import { cellWriter } from './cell';
import { TextBuffer } from './text-buffer';

/** The keys of `S3Settings` that say how a CSV file is written. */
export interface CsvOptions {
  readonly delimiter: string;
  readonly rowDelimiter: string;
  readonly nullValue: string;
  /** `CsvNoSupValue`, when `UseCsvNoSupValue` is on: for what a delete does not tell. */
  readonly notSuppliedValue: string | undefined;
  /** `Rfc4180`: values with delimiters, quotes or line breaks are enclosed in quotes. */
  readonly quotes: boolean;
  /** `AddColumnName` */
  readonly header: boolean;
  readonly gzip: boolean;
}

/** Rows as text. */
export interface EncodedRows {
  readonly bytes: Buffer;
  /** Where each row ends, its delimiter included. */
  readonly ends: Int32Array;
}

const QUOTE = 0x22;
const DELETE = 0x44;
/** Values of other types consist of these only. */
const PLAIN = /[-0-9A-Za-z:. ()+]/;

/** Writes columns of values as lines of text. */
export class CsvEncoder {
  private readonly out = new TextBuffer();
  private readonly delimiter: Buffer;
  private readonly rowDelimiter: Buffer;
  private readonly nullValue: Buffer;
  private readonly notSupplied: Buffer;
  /** Bytes that make quotes necessary. */
  private readonly special = new Uint8Array(256);
  /** Whether only text can have such bytes. */
  private readonly onlyText: boolean;
  private readonly op: number;

  /** @param suppliedByDelete names of the columns whose values a delete tells; all others of it are not supplied */
  public constructor(
    private readonly columns: readonly ColumnSchema[],
    private readonly options: CsvOptions,
    private readonly suppliedByDelete: ReadonlySet<string>,
  ) {
    this.delimiter = Buffer.from(options.delimiter);
    this.rowDelimiter = Buffer.from(options.rowDelimiter);
    this.nullValue = Buffer.from(options.nullValue);
    this.notSupplied = Buffer.from(options.notSuppliedValue ?? options.nullValue);
    for (const byte of [QUOTE, 0x0a, 0x0d, this.delimiter[0]!, this.rowDelimiter[0]!]) this.special[byte] = 1;
    this.onlyText = !PLAIN.test(options.delimiter) && !PLAIN.test(options.rowDelimiter);
    this.op = options.notSuppliedValue === undefined ? -1 : columns.findIndex(({ name }) => name === 'Op');
  }

  /** The first line of a file; empty when files have none. */
  public header(): Buffer {
    if (!this.options.header) return Buffer.alloc(0);
    this.columns.forEach(({ name }, i) => {
      if (i > 0) this.out.copy(this.delimiter);
      this.text(name);
    });
    this.out.copy(this.rowDelimiter);
    return this.out.take();
  }

  /** @param afterFirst fields that every line has after its first column, such as the name of the table */
  public encode(vectors: readonly ColumnVector[], afterFirst: readonly string[] = []): EncodedRows {
    const { out, delimiter } = this;
    afterFirst.forEach((field) => {
      out.copy(delimiter);
      this.text(field);
    });
    const inserted = out.take();
    const cells = this.columns.map(({ type }, i) => cellWriter(type, vectors[i]!));
    const mayBeSpecial = this.columns.map(({ type }) => this.options.quotes && (type.kind === 'utf8' || !this.onlyText));
    const supplied = this.columns.map(({ name }) => this.suppliedByDelete.has(name));
    const rows = vectors[0]!.length;
    const ends = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const isDelete = this.op >= 0 && this.isDelete(vectors[this.op]!, row);
      for (let i = 0; i < cells.length; i++) {
        if (i > 0) out.copy(delimiter);
        if ((vectors[i]!.validity[row >> 3]! & (1 << (row & 7))) === 0) {
          out.copy(isDelete && !supplied[i] ? this.notSupplied : this.nullValue);
        } else {
          const start = out.length;
          cells[i]!(row, out);
          if (mayBeSpecial[i]) this.quote(start);
        }
        if (i === 0) out.copy(inserted);
      }
      out.copy(this.rowDelimiter);
      ends[row] = out.length;
    }
    return { bytes: out.take(), ends };
  }

  private text(value: string): void {
    const start = this.out.length;
    this.out.copy(Buffer.from(value));
    if (this.options.quotes) this.quote(start);
  }

  private isDelete({ values }: ColumnVector, row: number): boolean {
    const { offsets, bytes } = values as { offsets: Int32Array; bytes: Uint8Array };
    return bytes[offsets[row]!] === DELETE;
  }

  /** Encloses what was written since `start` in quotes, when something in it asks for them. */
  private quote(start: number): void {
    const { out, special } = this;
    let isSpecial = false;
    let quotes = 0;
    for (let at = start; at < out.length; at++) {
      if (special[out.bytes[at]!] === 0) continue;
      isSpecial = true;
      if (out.bytes[at] === QUOTE) quotes++;
    }
    if (!isSpecial) return;
    out.reserve(quotes + 2);
    const { bytes } = out;
    // From the end, since every byte moves to the right.
    let to = out.length + quotes + 1;
    bytes[to--] = QUOTE;
    for (let from = out.length - 1; from >= start; from--) {
      bytes[to--] = bytes[from]!;
      if (bytes[from] === QUOTE) bytes[to--] = QUOTE;
    }
    bytes[start] = QUOTE;
    out.length += quotes + 2;
  }
}
