import type { DenseValues } from './dense';
import { denseValues } from './dense';
import type { Dictionary } from './dictionary';
import { buildDictionary } from './dictionary';
import { Encoding } from './format';
import { countValid, definitionLevels } from './levels';
import type { DataPage, DictionaryPage, Page } from './page';
import { plainBytes, plainSize } from './plain';
import { hybrid } from './rle';
import type { ParquetType, ColumnVector } from './schema';
import type { ChunkStatistics } from './statistics';
import { chunkStatistics } from './statistics';

export interface ChunkOptions {
  /** `plain` has no dictionaries; the other two are one encoding under its old name and its new one. */
  readonly encoding: 'plain' | 'plain-dictionary' | 'rle-dictionary';
  /** A data page ends before it gets larger than so many bytes. It has eight rows at least. */
  readonly dataPageSize: number;
  /** A column chunk whose dictionary would get larger than so many bytes has none. */
  readonly dictPageSizeLimit: number;
  readonly statistics: boolean;
}

/** The rows of one column in one row group, encoded. */
export interface EncodedChunk {
  readonly rows: number;
  /** A dictionary comes first. */
  readonly pages: readonly Page[];
  readonly statistics: ChunkStatistics | undefined;
}

/** Pages begin at multiples of this, so that the bits of their rows can be taken as they are. */
const PAGE_STEP = 8;
const LENGTH_BYTES = 4;

export function encodeChunk(vector: ColumnVector, type: ParquetType, options: ChunkOptions): EncodedChunk {
  const values = denseValues(vector, type);
  const dictionary = options.encoding === 'plain' || values.kind === 'booleans'
    ? undefined
    : buildDictionary(values, options.dictPageSizeLimit);
  const encoder = dictionary === undefined ? plainEncoder(vector, values) : indexEncoder(dictionary, options);
  const pages = [
    ...(dictionary === undefined ? [] : [dictionaryPage(dictionary.values, options)]),
    ...dataPages(vector, encoder, options.dataPageSize),
  ];
  const statistics = options.statistics
    ? chunkStatistics(dictionary?.values ?? values, type, vector.nullCount)
    : undefined;
  return { rows: vector.length, pages, statistics };
}

/** How the values of a chunk become those of its pages. */
interface PageEncoder {
  readonly encoding: Encoding;
  /** Bytes of the rows `[from, to)`, or a few more. */
  size(from: number, to: number): number;
  /** The bytes of values `[from, to)`, which are numbered without nulls. */
  encode(from: number, to: number): Uint8Array;
}

function plainEncoder(vector: ColumnVector, values: DenseValues): PageEncoder {
  const { values: rows } = vector;
  return {
    encoding: Encoding.PLAIN,
    size: 'offsets' in rows
      ? (from, to) => rows.offsets[to]! - rows.offsets[from]! + (to - from) * LENGTH_BYTES
      : (from, to) => plainSize(values, from, to),
    encode: (from, to) => plainBytes(values, from, to),
  };
}

function indexEncoder({ indices, width }: Dictionary, { encoding }: ChunkOptions): PageEncoder {
  return {
    encoding: encoding === 'plain-dictionary' ? Encoding.PLAIN_DICTIONARY : Encoding.RLE_DICTIONARY,
    size: (from, to) => ((to - from) * width) / 8,
    encode: (from, to) => Buffer.concat([Buffer.of(width), hybrid(indices, from, to, width)]),
  };
}

function dictionaryPage(values: DenseValues, { encoding }: ChunkOptions): DictionaryPage {
  return {
    kind: 'dictionary',
    count: values.count,
    encoding: encoding === 'plain-dictionary' ? Encoding.PLAIN_DICTIONARY : Encoding.PLAIN,
    values: plainBytes(values, 0, values.count),
  };
}

function dataPages(vector: ColumnVector, encoder: PageEncoder, limit: number): DataPage[] {
  const pages: DataPage[] = [];
  let value = 0;
  for (let row = 0; row < vector.length;) {
    const end = pageEnd(row, vector.length, (to) => encoder.size(row, to) <= limit);
    const valid = countValid(vector, row, end);
    pages.push({
      kind: 'data',
      rows: end - row,
      nulls: end - row - valid,
      encoding: encoder.encoding,
      levels: definitionLevels(vector, row, end, valid),
      values: encoder.encode(value, value + valid),
    });
    value += valid;
    row = end;
  }
  return pages;
}

/** The last place where a page that begins at a row may end. */
function pageEnd(from: number, rows: number, fits: (to: number) => boolean): number {
  if (fits(rows)) return rows;
  let few = 1;
  let many = Math.ceil((rows - from) / PAGE_STEP);
  // `few` steps fit, or are the least there may be; `many` do not.
  while (many - few > 1) {
    const middle = (few + many) >> 1;
    if (fits(from + middle * PAGE_STEP)) few = middle;
    else many = middle;
  }
  return Math.min(rows, from + few * PAGE_STEP);
}
