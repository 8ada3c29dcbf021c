import type { Lsn } from './lsn';

/**
 * The messages of PostgreSQL's logical decoding plug-in `pgoutput`, protocol version 1, values as text.
 *
 * @see https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
export type Message = Begin | Commit | Relation | RowChange | Truncate;

export interface Begin {
  readonly kind: 'begin';
  /** Where the transaction's commit is. */
  readonly commitLsn: Lsn;
  /** Microseconds since 1970. */
  readonly commitMicros: bigint;
}

export interface Commit {
  readonly kind: 'commit';
  readonly commitLsn: Lsn;
  /** The position after the transaction. */
  readonly endLsn: Lsn;
}

export interface Relation {
  readonly kind: 'relation';
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly RelationColumn[];
}

export interface RelationColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly typeModifier: number;
}

export interface RowChange {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly relation: number;
  /** The row after the change; missing for a delete. */
  readonly after?: Tuple;
  /** The old key (only its columns are set), or the whole old row with full replica identity. */
  readonly before?: Tuple;
}

export interface Truncate {
  readonly kind: 'truncate';
  readonly relations: readonly number[];
}

export const NULL_FIELD = -1;
/** A TOASTed value that the change left alone: the stream does not carry it. */
export const UNCHANGED_FIELD = -2;

/** Field i is `buffer[starts[i], ends[i])`, unless `starts[i]` is one of the two marks above. */
export interface Tuple {
  readonly buffer: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** A field as text; `undefined` when the stream did not carry it. */
export function tupleText(tuple: Tuple, field: number): string | null | undefined {
  const start = tuple.starts[field]!;
  if (start === NULL_FIELD) return null;
  return start === UNCHANGED_FIELD ? undefined : tuple.buffer.toString('utf8', start, tuple.ends[field]);
}

/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_MICROS = 946_684_800_000_000n;

/** Reads one message; `undefined` for kinds that say nothing about rows (types, origins, logical messages). */
export function parseMessage(buffer: Buffer): Message | undefined {
  switch (String.fromCharCode(buffer[0]!)) {
    case 'B':
      return {
        kind: 'begin',
        commitLsn: buffer.readBigUInt64BE(1),
        commitMicros: buffer.readBigInt64BE(9) + EPOCH_MICROS,
      };
    case 'C':
      return { kind: 'commit', commitLsn: buffer.readBigUInt64BE(2), endLsn: buffer.readBigUInt64BE(10) };
    case 'R':
      return parseRelation(buffer);
    case 'I':
      return { kind: 'insert', relation: buffer.readUInt32BE(1), after: parseTuple(buffer, 6).tuple };
    case 'U':
      return parseUpdate(buffer);
    case 'D':
      return { kind: 'delete', relation: buffer.readUInt32BE(1), before: parseTuple(buffer, 6).tuple };
    case 'T': {
      const relations = buffer.readUInt32BE(1);
      return { kind: 'truncate', relations: Array.from({ length: relations }, (_, i) => buffer.readUInt32BE(6 + i * 4)) };
    }
    default:
      return undefined;
  }
}

function parseUpdate(buffer: Buffer): RowChange {
  const relation = buffer.readUInt32BE(1);
  // 'N' new row at once; 'K' or 'O' the old key or row before it.
  if (buffer[5] === 0x4e) return { kind: 'update', relation, after: parseTuple(buffer, 6).tuple };
  const { tuple: before, end } = parseTuple(buffer, 6);
  return { kind: 'update', relation, before, after: parseTuple(buffer, end + 1).tuple };
}

function parseTuple(buffer: Buffer, start: number): { tuple: Tuple; end: number } {
  const fields = buffer.readUInt16BE(start);
  const starts = new Int32Array(fields);
  const ends = new Int32Array(fields);
  let at = start + 2;
  for (let field = 0; field < fields; field++) {
    const kind = buffer[at++];
    if (kind === 0x74) {
      const length = buffer.readInt32BE(at);
      starts[field] = at + 4;
      at += 4 + length;
      ends[field] = at;
    } else {
      starts[field] = kind === 0x6e ? NULL_FIELD : UNCHANGED_FIELD;
    }
  }
  return { tuple: { buffer, starts, ends }, end: at };
}

function parseRelation(buffer: Buffer): Relation {
  const text = new TextReader(buffer, 5);
  const [schema, table] = [text.string(), text.string()];
  // One byte of replica identity; the catalog has told us already.
  text.at += 1;
  const columns = Array.from({ length: text.uint16() }, (): RelationColumn => {
    text.at += 1;
    return { name: text.string(), typeOid: text.uint32(), typeModifier: text.int32() };
  });
  return { kind: 'relation', oid: buffer.readUInt32BE(1), schema: schema === '' ? 'pg_catalog' : schema, table, columns };
}

class TextReader {
  public constructor(private readonly buffer: Buffer, public at: number) {}

  public string(): string {
    const end = this.buffer.indexOf(0, this.at);
    const text = this.buffer.toString('utf8', this.at, end);
    this.at = end + 1;
    return text;
  }

  public uint16(): number {
    this.at += 2;
    return this.buffer.readUInt16BE(this.at - 2);
  }

  public uint32(): number {
    this.at += 4;
    return this.buffer.readUInt32BE(this.at - 4);
  }

  public int32(): number {
    return this.uint32() | 0;
  }
}
