import { compressed } from './compression';
import type { Encoding } from './format';
import { Encoding as EncodingOf, PageType } from './format';
import { CompactStruct } from './thrift-compact';

/** A page of a column chunk, before compression. */
export type Page = DictionaryPage | DataPage;

export interface DictionaryPage {
  readonly kind: 'dictionary';
  readonly count: number;
  readonly encoding: Encoding;
  readonly values: Uint8Array;
}

export interface DataPage {
  readonly kind: 'data';
  /** With nulls. */
  readonly rows: number;
  readonly nulls: number;
  readonly encoding: Encoding;
  /** Definition levels, in the hybrid encoding. */
  readonly levels: Uint8Array;
  readonly values: Uint8Array;
}

export interface PageFormat {
  readonly gzip: boolean;
  /** Data pages of version 2, whose levels are not compressed. */
  readonly version2: boolean;
}

/** A page as the file has it. */
export interface WrittenPage {
  readonly parts: readonly Uint8Array[];
  /** Bytes in the file, with the header. */
  readonly size: number;
  /** What `size` would be without compression. */
  readonly plainSize: number;
}

/** Compresses a page, in libuv's thread pool, and puts its header before it. */
export async function writtenPage(page: Page, format: PageFormat): Promise<WrittenPage> {
  if (page.kind === 'dictionary') {
    const body = await bodyOf([page.values], format);
    const header = new CompactStruct().i32(1, page.count).i32(2, page.encoding).end();
    return assembled(PageType.DICTIONARY_PAGE, 7, header, page.values.length, body);
  }
  return format.version2 ? dataPage2(page, format) : dataPage1(page, format);
}

async function dataPage1(page: DataPage, format: PageFormat): Promise<WrittenPage> {
  const levelsLength = Buffer.allocUnsafe(4);
  levelsLength.writeUInt32LE(page.levels.length);
  const plain = [levelsLength, page.levels, page.values];
  const header = new CompactStruct()
    .i32(1, page.rows)
    .i32(2, page.encoding)
    .i32(3, EncodingOf.RLE)
    .i32(4, EncodingOf.RLE)
    .end();
  return assembled(PageType.DATA_PAGE, 5, header, lengthOf(plain), await bodyOf(plain, format));
}

async function dataPage2(page: DataPage, format: PageFormat): Promise<WrittenPage> {
  const values = await bodyOf([page.values], format);
  const smaller = lengthOf(values) < page.values.length;
  const header = new CompactStruct()
    .i32(1, page.rows)
    .i32(2, page.nulls)
    .i32(3, page.rows)
    .i32(4, page.encoding)
    .i32(5, page.levels.length)
    .i32(6, 0)
    .boolean(7, smaller)
    .end();
  const body = [page.levels, ...(smaller ? values : [page.values])];
  return assembled(PageType.DATA_PAGE_V2, 8, header, page.levels.length + page.values.length, body);
}

function assembled(
  type: number, field: number, header: Uint8Array, plainLength: number, body: readonly Uint8Array[],
): WrittenPage {
  const length = lengthOf(body);
  const start = new CompactStruct().i32(1, type).i32(2, plainLength).i32(3, length).struct(field, header).end();
  return { parts: [start, ...body], size: start.length + length, plainSize: start.length + plainLength };
}

async function bodyOf(parts: readonly Uint8Array[], { gzip }: PageFormat): Promise<readonly Uint8Array[]> {
  if (!gzip) return parts;
  return [await compressed(parts.length === 1 ? parts[0]! : Buffer.concat(parts))];
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
