import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { Table, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm';
import type { ByteSink } from '../../cli/engine/parquet/byte-sink';
import type { WriterOptions } from '../../cli/engine/parquet/file-writer';
import { ParquetWriter } from '../../cli/engine/parquet/file-writer';
import type { ParquetType, ColumnVector } from '../../cli/engine/parquet/schema';
import { arrowStream } from '../support/arrow-stream';
import { exampleFile, writerOptions } from '../support/parquet-arbitraries';
import type { Cell, ExampleFile } from '../support/parquet-columns';
import { allCells, vectorOf } from '../support/parquet-columns';
import { readWithArrow, readWithDuckDb } from '../support/parquet-readers';
import { TemporaryFolders } from '../support/temporary-folder';

const DEFAULTS: WriterOptions = {
  gzip: false,
  version2: false,
  encoding: 'rle-dictionary',
  dataPageSize: 1024 * 1024,
  dictPageSizeLimit: 1024 * 1024,
  statistics: true,
};

const folders = new TemporaryFolders();
const folder = folders.create();
let instance: DuckDBInstance;
let duckDb: DuckDBConnection;
let files = 0;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  duckDb = await instance.connect();
});

afterAll(() => {
  duckDb.closeSync();
  instance.closeSync();
});

async function written(file: ExampleFile, options: Partial<WriterOptions> = {}): Promise<string> {
  const path = join(folder, `${++files}.parquet`);
  const writer = await ParquetWriter.create(path, file.columns, { ...DEFAULTS, ...options });
  for (const group of file.rowGroups) {
    await writer.writeRowGroup(group.map((cells, i) => vectorOf(file.columns[i]!.type, cells)));
  }
  await writer.close();
  return path;
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  return (await duckDb.runAndReadAll(sql)).getRowObjectsJson();
}

async function expectReadBack(file: ExampleFile, options: Partial<WriterOptions>): Promise<string> {
  const path = await written(file, options);
  const expected = allCells(file);
  // DuckDB has milliseconds as microseconds.
  const inMicros = expected.map((cells, i) => (file.columns[i]!.type.kind !== 'timestamp-millis'
    ? cells
    : cells.map((cell) => (cell === null ? null : (cell as bigint) * 1000n))));
  expect(await readWithDuckDb(duckDb, path)).toEqual(inMicros);
  expect(readWithArrow(path, file.columns)).toEqual(expected);
  return path;
}

/** A constant that DuckDB compares the column's values with. */
function literal(type: ParquetType, cell: Cell): string {
  switch (type.kind) {
    case 'utf8':
      return `decode(from_hex('${Buffer.from(cell as string).toString('hex')}'))`;
    case 'binary':
      return `from_hex('${cell as string}')`;
    case 'float':
    case 'double':
      return `'${cell}'::${type.kind}`;
    case 'date':
      return `(DATE '1970-01-01' + ${cell as number})`;
    case 'time-millis':
      return `(TIME '00:00:00' + to_milliseconds(${cell as number}))`;
    case 'timestamp-millis':
      return `make_timestamp(${(cell as bigint) * 1000n})`;
    case 'timestamp-micros':
      return `make_timestamp(${cell})`;
    case 'decimal':
      return `'${decimalText(cell as bigint, type.scale)}'::DECIMAL(${type.precision}, ${type.scale})`;
    case 'boolean':
      return `(${cell} = 1)`;
    default:
      return `(${cell})`;
  }
}

function decimalText(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

test('two readers give back what was written, for any columns, rows and options', async () => {
  await fc.assert(
    fc.asyncProperty(exampleFile, writerOptions, async (file, chosen) => {
      await expectReadBack(file, chosen);
    }),
    { numRuns: 150 },
  );
}, 120_000);

test('filters find the same rows in the file, whose row groups they skip, as in a table without statistics', async () => {
  await fc.assert(
    fc.asyncProperty(exampleFile, async (file) => {
      const path = await written(file);
      await query(`CREATE OR REPLACE TABLE loaded AS SELECT * FROM read_parquet('${path}')`);
      for (const [i, column] of allCells(file).entries()) {
        const values = [...new Set(column.filter((cell) => cell !== null))].slice(0, 4);
        const conditions = values.flatMap((value) =>
          ['=', '<', '>='].map((operator) => `c${i} ${operator} ${literal(file.columns[i]!.type, value)}`));
        const counts = ['count(*)', `min(c${i})`, `max(c${i})`, `count(c${i})`, ...conditions.map((condition) => `(SELECT count(*) FROM source WHERE ${condition})`)];
        const results = (source: string): Promise<Record<string, unknown>[]> =>
          query(`WITH source AS (FROM ${source}) SELECT ${counts.join(', ')} FROM source`);
        const [inFile] = await results(`read_parquet('${path}')`);
        const [inTable] = await results('loaded');
        expect(Object.values(inFile!)).toEqual(Object.values(inTable!));
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

describe('row groups of many rows', () => {
  const ROWS = 5000;
  const column = (type: ParquetType, cell: (row: number) => Cell): { type: ParquetType; cells: Cell[] } =>
    ({ type, cells: Array.from({ length: ROWS }, (_, row) => cell(row)) });
  const file = (...columns: { type: ParquetType; cells: Cell[] }[]): ExampleFile => ({
    columns: columns.map(({ type }, i) => ({ name: `c${i}`, type })),
    rowGroups: [columns.map((each) => each.cells)],
  });
  /** What the file says of its only column, as DuckDB reads it. */
  const metadata = async (path: string): Promise<Record<string, unknown>> => (await query(
    `SELECT * FROM parquet_metadata('${path}')`,
  ))[0]!;

  test.each<[string, (row: number) => Cell]>([
    ['repeat far from each other', (row) => `value ${row % 1500}`],
    ['repeat next to each other', (row) => `value ${Math.floor(row / 4)}`],
    ['are one value', () => 'value'],
    ['are mostly null', (row) => (row % 100 === 0 ? 'value' : null)],
  ])('have a dictionary when their values %s', async (_, cell) => {
    const example = file(column({ kind: 'utf8' }, cell));
    const path = await expectReadBack(example, { dataPageSize: 700 });
    const { encodings, dictionary_page_offset: dictionary, data_page_offset: data } = await metadata(path);
    expect(encodings).toBe('RLE, PLAIN, RLE_DICTIONARY');
    expect(dictionary).toBe('4');
    expect(Number(data)).toBeGreaterThan(4);
  });

  test('have no dictionary when their values are all different', async () => {
    const example = file(column({ kind: 'int64' }, (row) => BigInt(row) * 7n));
    expect((await metadata(await expectReadBack(example, {}))).encodings).toBe('RLE, PLAIN');
  });

  test('have no dictionary when it would pass its limit', async () => {
    const example = file(column({ kind: 'utf8' }, (row) => `value ${row % 1500}`.padEnd(20)));
    const path = await expectReadBack(example, { dictPageSizeLimit: 1500 * 24 - 1 });
    expect((await metadata(path)).encodings).toBe('RLE, PLAIN');
    const larger = await expectReadBack(example, { dictPageSizeLimit: 1500 * 24 });
    expect((await metadata(larger)).encodings).toBe('RLE, PLAIN, RLE_DICTIONARY');
  });

  test('take the old name of the encoding when asked to', async () => {
    const example = file(column({ kind: 'int32' }, (row) => row % 10));
    const path = await expectReadBack(example, { encoding: 'plain-dictionary' });
    expect((await metadata(path)).encodings).toBe('RLE, PLAIN_DICTIONARY');
  });

  test.each([false, true])('hold strings of a megabyte beside empty ones (version 2: %p)', async (version2) => {
    const strings = ['', 'x'.repeat(1 << 20), null, '', 'ü'.repeat(1 << 19), 'y'];
    const example: ExampleFile = { columns: [{ name: 'c0', type: { kind: 'utf8' } }], rowGroups: [[strings], [strings]] };
    await expectReadBack(example, { version2, gzip: true });
  });
});

describe('statistics', () => {
  const statistics = async (type: ParquetType, ...cells: Cell[]): Promise<unknown[]> => {
    const path = await written({ columns: [{ name: 'c0', type }], rowGroups: [[cells]] });
    const [row] = await query(
      `SELECT stats_min_value, stats_max_value, stats_null_count, min_is_exact, max_is_exact FROM parquet_metadata('${path}')`,
    );
    return Object.values(row!);
  };

  test.each<[string, ParquetType, Cell[], unknown[]]>([
    ['int16 with its sign', { kind: 'int16' }, [3, -4, null], ['-4', '3', '1', true, true]],
    ['int64 by both of its words', { kind: 'int64' }, [2n ** 32n, -1n, 5n], ['-1', '4294967296', '0', true, true]],
    ['uint32 beyond the signed ones', { kind: 'uint32' }, [2 ** 31, 1, 2 ** 32 - 1], ['1', '4294967295', '0', true, true]],
    ['uint64 beyond the signed ones', { kind: 'uint64' }, [2n ** 63n, 1n], ['1', '9223372036854775808', '0', true, true]],
    ['booleans', { kind: 'boolean' }, [1, null, 0], ['false', 'true', '1', true, true]],
    ['only true', { kind: 'boolean' }, [1, 1], ['true', 'true', '0', true, true]],
    ['decimals in an int32', { kind: 'decimal', precision: 9, scale: 2 }, [-100n, 250n], ['-1.00', '2.50', '0', true, true]],
    ['decimals in bytes', { kind: 'decimal', precision: 20, scale: 0 }, [-300n, 255n, 256n], ['-300', '256', '0', true, true]],
    ['text by its bytes', { kind: 'utf8' }, ['z', 'é', 'a', 'ab'], ['a', 'é', '0', true, true]],
    ['text of many bytes', { kind: 'utf8' }, ['bcda', 'bcdz', 'acdz', 'bczz', 'bczy'], ['acdz', 'bczz', '0', true, true]],
    [
      'long text, cut between characters', { kind: 'utf8' }, [`${'a'.repeat(63)}éa`],
      ['a'.repeat(63), `${'a'.repeat(62)}b`, '0', false, false],
    ],
    ['doubles, with both zeros inside', { kind: 'double' }, [0, 2], ['-0.0', '2.0', '0', true, true]],
    ['no bounds beside a NaN', { kind: 'double' }, [1, NaN], [null, null, '0', null, null]],
    ['no bounds of nulls', { kind: 'int32' }, [null, null], [null, null, '2', null, null]],
  ])('are right for %s', async (_, type, cells, expected) => {
    expect(await statistics(type, ...cells)).toEqual(expected);
  });

  test('are left out when switched off', async () => {
    const path = await written({ columns: [{ name: 'c0', type: { kind: 'int32' } }], rowGroups: [[[1]]] }, { statistics: false });
    const [row] = await query(`SELECT stats_min_value, stats_null_count FROM parquet_metadata('${path}')`);
    expect(row).toEqual({ stats_min_value: null, stats_null_count: null });
  });
});

test('types are those that arrow-rs writes for the same columns', async () => {
  const kinds = [
    'boolean', 'uint8', 'uint16', 'uint32', 'uint64', 'int8', 'int16', 'int32', 'int64', 'float', 'double', 'utf8', 'binary', 'date', 'time-millis', 'timestamp-millis',
    'timestamp-micros',
  ] as const;
  const types: ParquetType[] = [
    ...kinds.map((kind) => ({ kind })),
    // Not 1: arrow-rs gives a single digit 64 bits.
    ...[2, 9, 10, 18, 19, 28, 38].map((precision): ParquetType => ({ kind: 'decimal', precision, scale: 1 })),
  ];
  const columns = types.map((type, i) => ({ name: `c${i}`, type }));
  const rows = types.map(() => [null]);
  const ours = await written({ columns, rowGroups: [rows] });
  const theirs = join(folder, 'arrow-rs.parquet');
  const stream = arrowStream(columns, [rows.map((cells, i) => vectorOf(types[i]!, cells))]);
  writeFileSync(theirs, writeParquet(Table.fromIPCStream(stream), new WriterPropertiesBuilder().build()));
  const schema = (path: string): Promise<Record<string, unknown>[]> => query(
    `SELECT name, type, type_length, repetition_type, converted_type, logical_type, scale, precision
     FROM parquet_schema('${path}') WHERE type IS NOT NULL`,
  );
  expect(await schema(ours)).toEqual(await schema(theirs));
  expect(await schema(ours)).toHaveLength(types.length);
});

describe('a file that cannot be written', () => {
  const columns = [{ name: 'id', type: { kind: 'int32' } }, { name: 'name', type: { kind: 'utf8' } }] as const;
  const group = (rows: number): ColumnVector[] =>
    columns.map(({ type }) => vectorOf(type, new Array<Cell>(rows).fill(type.kind === 'int32' ? 7 : 'seven')));
  /** A disk that is full after some bytes. */
  const fullAfter = (space: number): ByteSink & { abandoned: boolean } => ({
    abandoned: false,
    write(parts): Promise<void> {
      space -= parts.reduce((sum, { length }) => sum + length, 0);
      return space < 0 ? Promise.reject(new Error('no space left')) : Promise.resolve();
    },
    close: () => Promise.resolve(),
    abandon(): Promise<void> {
      this.abandoned = true;
      return Promise.resolve();
    },
  });

  test('says so at the next row group', async () => {
    const writer = await ParquetWriter.create(fullAfter(10), columns, DEFAULTS);
    await writer.writeRowGroup(group(10));
    await expect(writer.writeRowGroup(group(10))).rejects.toThrow('no space left');
    await writer.abandon();
  });

  test('says so at the end and is given up', async () => {
    const whole = await ParquetWriter.create(fullAfter(1000), columns, DEFAULTS);
    await whole.writeRowGroup(group(10));
    await whole.close();
    const sink = fullAfter(whole.bytes - 1);
    const writer = await ParquetWriter.create(sink, columns, DEFAULTS);
    await writer.writeRowGroup(group(10));
    await expect(writer.close()).rejects.toThrow('no space left');
    expect(sink.abandoned).toBe(true);
  });

  test('refuses columns of different lengths and row groups of other columns', async () => {
    const writer = await ParquetWriter.create(fullAfter(1000), columns, DEFAULTS);
    await expect(writer.writeRowGroup([group(2)[0]!, group(3)[1]!])).rejects.toThrow('column name has 3 rows, id has 2');
    await expect(writer.writeRowGroup([group(2)[0]!])).rejects.toThrow('a row group has 1 columns, its file has 2');
    await writer.abandon();
  });
});

test('counts the rows and the bytes of the file', async () => {
  const path = join(folder, 'counted.parquet');
  const writer = await ParquetWriter.create(path, [{ name: 'c0', type: { kind: 'int32' } }], DEFAULTS);
  await writer.writeRowGroup([vectorOf({ kind: 'int32' }, [1, 2, 3])]);
  await writer.close();
  expect({ rows: writer.rows, bytes: writer.bytes }).toEqual({ rows: 3, bytes: statSync(path).size });
});
