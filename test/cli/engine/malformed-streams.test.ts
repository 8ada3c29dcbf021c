import { EventEmitter } from 'node:events';
import * as fc from 'fast-check';
import type { Client } from 'pg';
import { CopyReader } from '../../../cli/engine/source/copy';
import { MessageReader, tupleText, type Message, type Tuple } from '../../../cli/engine/source/pgoutput';
import { UsageError } from '../../../cli/errors';

/** What a bad line or a broken server makes of bytes. */
function damaged(bytes: Buffer, damage: readonly Damage[]): Buffer {
  return damage.reduce((changed, { kind, at, value }) => {
    if (changed.length === 0) return changed;
    const place = at % changed.length;
    if (kind === 'cut') return changed.subarray(0, place);
    if (kind === 'insert') return Buffer.concat([changed.subarray(0, place), Buffer.from([value]), changed.subarray(place)]);
    const copy = Buffer.from(changed);
    copy[place] = kind === 'flip' ? copy[place]! ^ (1 << (value & 7)) : value;
    return copy;
  }, bytes);
}

interface Damage {
  readonly kind: 'cut' | 'flip' | 'replace' | 'insert';
  readonly at: number;
  readonly value: number;
}

const damage: fc.Arbitrary<Damage[]> = fc.array(fc.record({
  kind: fc.constantFrom('cut', 'flip', 'replace', 'insert'), at: fc.nat(100_000), value: fc.nat(255),
}), { minLength: 1, maxLength: 4 });

const uint = (size: 1 | 2 | 4 | 8, value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(size);
  if (size === 8) bytes.writeBigUInt64BE(BigInt(value));
  else bytes.writeUIntBE(Number(value), 0, size);
  return bytes;
};

describe('the change stream', () => {
  type Field = string | null | undefined;
  const text = (value: string): Buffer => Buffer.concat([Buffer.from(value), uint(1, 0)]);
  const field = (value: Field): Buffer => {
    if (typeof value !== 'string') return Buffer.from(value === null ? 'n' : 'u');
    return Buffer.concat([Buffer.from('t'), uint(4, Buffer.byteLength(value)), Buffer.from(value)]);
  };
  const tuple = (mark: string, fields: readonly Field[]): Buffer =>
    Buffer.concat([Buffer.from(mark), uint(2, fields.length), ...fields.map(field)]);
  const row: fc.Arbitrary<Field[]> = fc.array(fc.option(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(undefined))), { maxLength: 80 });

  /** Messages as PostgreSQL's documentation describes them, and what they say. */
  const message: fc.Arbitrary<{ bytes: Buffer; says: object }> = fc.oneof(
    row.map((after) => ({ bytes: Buffer.concat([Buffer.from('I'), uint(4, 7), tuple('N', after)]), says: { kind: 'insert', relation: 7, after } })),
    row.map((before) => ({ bytes: Buffer.concat([Buffer.from('D'), uint(4, 7), tuple('K', before)]), says: { kind: 'delete', relation: 7, before } })),
    fc.tuple(row, fc.option(row), fc.constantFrom('K', 'O')).map(([after, before, mark]) => ({
      bytes: Buffer.concat([Buffer.from('U'), uint(4, 7), before === null ? Buffer.alloc(0) : tuple(mark, before), tuple('N', after)]),
      says: { kind: 'update', relation: 7, after, ...(before === null ? {} : { before }) },
    })),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((lsn) => ({
      bytes: Buffer.concat([Buffer.from('B'), uint(8, lsn), uint(8, 1_000_000), uint(4, 9)]),
      says: { kind: 'begin', commitLsn: lsn, commitMicros: 946_684_801_000_000n },
    })),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((lsn) => ({
      bytes: Buffer.concat([Buffer.from('C'), uint(1, 0), uint(8, lsn), uint(8, lsn), uint(8, 1)]),
      says: { kind: 'commit', commitLsn: lsn, endLsn: lsn },
    })),
    fc.array(fc.string({ unit: 'grapheme', minLength: 1 }).map((name) => name.replaceAll('\0', '')), { maxLength: 5 }).map((names) => ({
      bytes: Buffer.concat([Buffer.from('R'), uint(4, 7), text('a'), text('b'), Buffer.from('d'), uint(2, names.length),
        ...names.flatMap((name) => [uint(1, 1), text(name), uint(4, 23), uint(4, 0xffff_ffff)])]),
      says: { kind: 'relation', oid: 7, schema: 'a', table: 'b', columns: names.map((name) => ({ name, typeOid: 23, typeModifier: -1 })) },
    })),
    fc.array(fc.nat(2 ** 31 - 1), { maxLength: 5 }).map((relations) => ({
      bytes: Buffer.concat([Buffer.from('T'), uint(4, relations.length), uint(1, 0), ...relations.map((oid) => uint(4, oid))]),
      says: { kind: 'truncate', relations },
    })),
  );

  const texts = (row: Tuple | undefined): Field[] | undefined =>
    (row === undefined ? undefined : Array.from({ length: row.fields }, (_, i) => tupleText(row, i)));
  /** Reads the message where it lies between others. */
  const read = (bytes: Buffer): object | undefined => {
    const place = Buffer.concat([Buffer.alloc(5, 0x74), bytes, Buffer.alloc(50, 0x74)]);
    const found: Message | undefined = new MessageReader().read(place, 5, 5 + bytes.length);
    if (found === undefined || !['insert', 'update', 'delete'].includes(found.kind)) return found;
    const { kind, relation, after, before } = found as Extract<Message, { relation: number }>;
    for (const row of [after, before]) {
      for (let i = 0; i < (row?.fields ?? 0); i++) {
        const [start, end] = [row!.starts[i]!, row!.ends[i]!];
        if (start >= 0 && (start < 5 || end > 5 + bytes.length)) throw new RangeError('a field lies outside');
      }
    }
    return { kind, relation, ...(after && { after: texts(after) }), ...(before && { before: texts(before) }) };
  };

  test('messages are read as they were written', () => {
    fc.assert(fc.property(message, ({ bytes, says }) => expect(read(bytes)).toEqual(says)), { numRuns: 500 });
  });

  test('damaged messages and random bytes give a sentence, never another error', () => {
    const bytes = fc.oneof(
      fc.tuple(message, damage).map(([{ bytes: whole }, how]) => damaged(whole, how)),
      fc.uint8Array({ minLength: 1, maxLength: 60 }).map((random) => Buffer.from(random)),
    );
    fc.assert(fc.property(bytes, (broken) => {
      try {
        read(broken);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).toMatch(/^the change stream of the source is damaged: /);
      }
    }), { numRuns: 5000 });
  });

  test('a message that ends too early is told', () => {
    // Of a begin and a commit the last fields are not read.
    const whole = message.filter(({ says }) => 'kind' in says && says.kind !== 'commit' && says.kind !== 'begin');
    fc.assert(fc.property(whole, fc.nat(), ({ bytes }, at) => {
      expect(() => read(bytes.subarray(0, 1 + (at % (bytes.length - 1))))).toThrow(UsageError);
    }), { numRuns: 1000 });
  });
});

describe('the stream of COPY', () => {
  const FIELDS = 3;
  const values = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  const rows = fc.array(fc.array(fc.option(values), { minLength: FIELDS, maxLength: FIELDS }), { maxLength: 30 });
  const packet = (kind: string, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from(kind), uint(4, content.length + 4), content]);
  const copyStream = (data: readonly (readonly (Buffer | null)[])[]): Buffer => {
    const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), uint(4, 0), uint(4, 0)]);
    const packets = data.map((row) => Buffer.concat([uint(2, FIELDS), ...row.flatMap((value) =>
      (value === null ? [uint(4, 0xffff_ffff)] : [uint(4, value.length), value]))]));
    return Buffer.concat([packet('H', Buffer.alloc(9)), ...[header, ...packets, uint(2, 0xffff)].map((content) => packet('d', content)),
      packet('c', Buffer.alloc(0)), packet('C', text('COPY 1')), packet('Z', Buffer.from('I'))]);
  };
  const text = (value: string): Buffer => Buffer.from(`${value}\0`);

  /** Feeds bytes in pieces to the reader, through a socket that ends after them. */
  async function readAll(bytes: Buffer, pieces: readonly number[]): Promise<(Buffer | null)[][]> {
    const socket = Object.assign(new EventEmitter(), { pause: () => undefined, resume: () => undefined });
    socket.on('data', () => undefined);
    let submitted: { submit(connection: object): void; handleError(error: Error): void } | undefined;
    const client = { query: (query: typeof submitted) => (submitted = query) } as unknown as Client;
    const reader = new CopyReader(client, 'SELECT', FIELDS);
    submitted!.submit({ stream: socket, query: () => undefined });
    const feed = async (): Promise<void> => {
      let at = 0;
      for (let i = 0; at < bytes.length; i++) {
        const size = pieces[i % pieces.length]!;
        socket.emit('data', bytes.subarray(at, at + size));
        at += size;
        await Promise.resolve();
      }
      // The driver says this when the socket ends, and when the parser that has it again reads what is no message.
      submitted!.handleError(new Error('Connection terminated unexpectedly'));
    };
    const read = async (): Promise<(Buffer | null)[][]> => {
      const found: (Buffer | null)[][] = [];
      try {
        for (let block = await reader.next(); block !== undefined; block = await reader.next()) {
          for (let i = 0; i < block.rows; i++) {
            found.push(block.fields.map(({ starts, ends }) =>
              (starts[i]! < 0 ? null : Buffer.from(block.bytes.subarray(starts[i], ends[i])))));
          }
        }
      } catch (error) {
        if (!(error as Error).message.startsWith('Connection terminated')) throw error;
      }
      return found;
    };
    return (await Promise.all([read(), feed()]))[0];
  }
  const pieces = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 });

  test('rows are read as they were written, whatever the pieces they come in', async () => {
    await fc.assert(fc.asyncProperty(rows, pieces, async (data, sizes) => {
      expect(await readAll(copyStream(data), sizes)).toEqual(data);
    }), { numRuns: 200 });
  });

  test('damaged streams end with a sentence or with the connection, never otherwise', async () => {
    await fc.assert(fc.asyncProperty(rows, pieces, damage, async (data, sizes, how) => {
      try {
        await readAll(damaged(copyStream(data), how), sizes);
      } catch (error) {
        expect((error as Error).message).toMatch(/^the source sent a malformed COPY stream: /);
      }
    }), { numRuns: 2000 });
  });
});
