import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** `PGCOPY\n\377\r\n\0`, flags and the length of the (empty) header extension. */
const HEADER_LENGTH = 19;

/**
 * Where the fields of one row are: field i is `buffer[starts[i], ends[i])`, or null when `starts[i]` is -1. The object
 * and the arrays are the reader's own and change with the next row.
 */
export interface CopyRow {
  buffer: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Runs `COPY … TO STDOUT (FORMAT binary)` and yields the rows of each chunk that arrives, so that the reader can wait
 * (and the server with it) between chunks.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html
 */
export async function* copyRows(client: ClientBase, query: string, fields: number): AsyncGenerator<Iterable<CopyRow>> {
  const row: CopyRow = { buffer: Buffer.alloc(0), starts: new Int32Array(fields), ends: new Int32Array(fields) };
  let rest: Buffer = Buffer.alloc(0);
  let at = HEADER_LENGTH;
  for await (const chunk of client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`)) as AsyncIterable<Buffer>) {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    row.buffer = buffer;
    yield {
      *[Symbol.iterator](): Generator<CopyRow> {
        for (let next = readRow(row, at); next !== undefined; next = readRow(row, at)) {
          at = next;
          yield row;
        }
      },
    };
    rest = buffer.subarray(Math.min(at, buffer.length));
    at = Math.max(0, at - buffer.length);
  }
}

/** Finds the fields of the row at `at`; the position after it, or `undefined` when it is not whole (or the end). */
function readRow({ buffer, starts, ends }: CopyRow, at: number): number | undefined {
  if (at + 2 > buffer.length) return undefined;
  const fields = buffer.readInt16BE(at);
  let position = at + 2;
  for (let field = 0; field < fields; field++) {
    if (position + 4 > buffer.length) return undefined;
    const length = buffer.readInt32BE(position);
    position += 4;
    if (length < 0) {
      starts[field] = -1;
      continue;
    }
    if (position + length > buffer.length) return undefined;
    starts[field] = position;
    position += length;
    ends[field] = position;
  }
  // -1 fields: the trailer after the last row.
  return fields < 0 ? undefined : position;
}
