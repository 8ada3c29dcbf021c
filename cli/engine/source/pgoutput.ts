import { UsageError } from '../../errors';
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
  readonly after: Tuple | undefined;
  /** The old key (only its columns are set), or the whole old row with full replica identity. */
  readonly before: Tuple | undefined;
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
  /** How many fields there are; the arrays may be longer. */
  readonly fields: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** A field as text, null also for one that the tuple does not have; `undefined` when the stream did not carry it. */
export function tupleText(tuple: Tuple, field: number): string | null | undefined {
  const start = field < tuple.fields ? tuple.starts[field]! : NULL_FIELD;
  if (start === NULL_FIELD) return null;
  return start === UNCHANGED_FIELD ? undefined : tuple.buffer.toString('utf8', start, tuple.ends[field]);
}

/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_MICROS = 946_684_800_000_000n;

const TEXT = 0x74;
const NULL = 0x6e;
const UNCHANGED = 0x75;
const NEW_ROW = 0x4e;

/** Reads messages where they lie. Every change of a row is told by the same object: it is valid until the next one. */
export class MessageReader {
  private readonly change = new ChangeInPlace();

  /**
   * Reads the message in `buffer[start, end)`.
   *
   * @returns `undefined` for kinds that say nothing about rows (types, origins, logical messages)
   * @throws {UsageError} when it is damaged
   */
  public read(buffer: Buffer, start: number, end: number): Message | undefined {
    switch (buffer[start]) {
      case 0x49:
        return this.change.insert(buffer, start, end);
      case 0x55:
        return this.change.update(buffer, start, end);
      case 0x44:
        return this.change.delete(buffer, start, end);
      default:
        return readRare(buffer, start, end);
    }
  }
}

/** The change of a row that was read last. */
class ChangeInPlace implements RowChange {
  public kind: RowChange['kind'] = 'insert';
  public relation = 0;
  public after: Tuple | undefined;
  public before: Tuple | undefined;
  private readonly newRow = new TupleInPlace();
  private readonly oldRow = new TupleInPlace();

  public insert(buffer: Buffer, start: number, end: number): this {
    this.newRow.read(buffer, start + 6, end);
    return this.is('insert', buffer.readUInt32BE(start + 1), this.newRow, undefined);
  }

  public delete(buffer: Buffer, start: number, end: number): this {
    this.oldRow.read(buffer, start + 6, end);
    return this.is('delete', buffer.readUInt32BE(start + 1), undefined, this.oldRow);
  }

  public update(buffer: Buffer, start: number, end: number): this {
    // The new row at once, or the old key or row before it.
    const hasBefore = buffer[start + 5] !== NEW_ROW;
    const at = hasBefore ? this.oldRow.read(buffer, start + 6, end) + 1 : start + 6;
    this.newRow.read(buffer, at, end);
    return this.is('update', buffer.readUInt32BE(start + 1), this.newRow, hasBefore ? this.oldRow : undefined);
  }

  private is(kind: RowChange['kind'], relation: number, after: Tuple | undefined, before: Tuple | undefined): this {
    this.kind = kind;
    this.relation = relation;
    this.after = after;
    this.before = before;
    return this;
  }
}

class TupleInPlace implements Tuple {
  public buffer: Buffer = Buffer.alloc(0);
  public fields = 0;
  public starts = new Int32Array(64);
  public ends = new Int32Array(64);

  /** @returns where the tuple ends */
  public read(buffer: Buffer, start: number, end: number): number {
    if (start + 2 > end) throw damaged();
    const fields = (buffer[start]! << 8) | buffer[start + 1]!;
    if (fields > this.starts.length) {
      this.starts = new Int32Array(fields);
      this.ends = new Int32Array(fields);
    }
    this.buffer = buffer;
    this.fields = fields;
    const { starts, ends } = this;
    let at = start + 2;
    for (let field = 0; field < fields; field++) {
      const kind = buffer[at++];
      if (kind === TEXT) {
        const from = at + 4;
        const size = (buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!;
        at = from + size;
        if (size < 0 || at > end) throw damaged();
        starts[field] = from;
        ends[field] = at;
      } else if (kind === NULL) {
        starts[field] = NULL_FIELD;
      } else if (kind === UNCHANGED) {
        starts[field] = UNCHANGED_FIELD;
      } else {
        throw damaged();
      }
    }
    if (at > end) throw damaged();
    return at;
  }
}

function readRare(buffer: Buffer, start: number, end: number): Message | undefined {
  const message = new ByteReader(buffer.subarray(start, end));
  switch (String.fromCharCode(message.byte())) {
    case 'B':
      return { kind: 'begin', commitLsn: message.uint64(), commitMicros: BigInt.asIntN(64, message.uint64()) + EPOCH_MICROS };
    case 'C':
      message.byte();
      return { kind: 'commit', commitLsn: message.uint64(), endLsn: message.uint64() };
    case 'R':
      return readRelation(message);
    case 'T': {
      const relations = message.uint32();
      message.byte();
      return { kind: 'truncate', relations: Array.from({ length: relations }, () => message.uint32()) };
    }
    default:
      return undefined;
  }
}

function readRelation(message: ByteReader): Relation {
  const oid = message.uint32();
  const [schema, table] = [message.string(), message.string()];
  // One byte of replica identity; the catalog has told us already.
  message.byte();
  const columns = Array.from({ length: message.uint16() }, (): RelationColumn => {
    message.byte();
    return { name: message.string(), typeOid: message.uint32(), typeModifier: message.uint32() | 0 };
  });
  return { kind: 'relation', oid, schema: schema === '' ? 'pg_catalog' : schema, table, columns };
}

/** Reads what comes once in a while, with a check of every step. */
class ByteReader {
  private at = 0;

  public constructor(private readonly buffer: Buffer) {}

  public byte(): number {
    return this.buffer[this.skip(1)]!;
  }

  public uint16(): number {
    return this.buffer.readUInt16BE(this.skip(2));
  }

  public uint32(): number {
    return this.buffer.readUInt32BE(this.skip(4));
  }

  public uint64(): bigint {
    return this.buffer.readBigUInt64BE(this.skip(8));
  }

  public string(): string {
    const end = this.buffer.indexOf(0, this.at);
    const start = this.skip((end < 0 ? this.buffer.length : end) + 1 - this.at);
    return this.buffer.toString('utf8', start, end);
  }

  /** @returns where the bytes begin that it goes over */
  private skip(bytes: number): number {
    const from = this.at;
    this.at += bytes;
    if (this.at > this.buffer.length) throw damaged();
    return from;
  }
}

function damaged(): UsageError {
  return new UsageError(
    'the change stream of the source is damaged: a message ends too early; what was written is safe, go on with --resume',
  );
}
