import { promisify } from 'node:util';
import type { ZlibOptions } from 'node:zlib';
import { constants, deflateRawSync, gzip } from 'node:zlib';

const compress = promisify(gzip);

/**
 * On the table of bench/engine level 2 takes a sixth longer for nothing, and level 6 four times as long. A window of
 * 4 KB, which stays in the processor's cache, saves a fifth of the time and makes files smaller, not larger: most
 * repetitions are in the row before. DMS does not say which level it has.
 */
const OPTIONS: ZlibOptions = { level: 1, windowBits: 12, memLevel: 9 };
/** Looks for no repetitions, which is twice as fast. */
const NO_MATCHES: ZlibOptions = { ...OPTIONS, strategy: constants.Z_HUFFMAN_ONLY };
/** How much larger a page may get when nobody looks for repetitions: the digits of hashes and uuids hardly have any. */
const WORTHWHILE = 1.1;
const SAMPLE = 4096;
/** In a smaller page the sample would take too large a share of the time. */
const SAMPLED_FROM = 16 * SAMPLE;
/** gzip's header and trailer, and what deflate adds to data that cannot be compressed. */
const SLACK = 1024;

/** Compresses in libuv's thread pool. */
export function compressed(plain: Uint8Array): Promise<Uint8Array> {
  // With room for all of the result the work is one task of the pool.
  return compress(plain, { ...optionsFor(plain), chunkSize: plain.length + SLACK });
}

function optionsFor(plain: Uint8Array): ZlibOptions {
  if (plain.length < SAMPLED_FROM) return OPTIONS;
  const middle = plain.length >> 1;
  const sample = plain.subarray(middle, middle + SAMPLE);
  const size = (options: ZlibOptions): number => deflateRawSync(sample, options).length;
  return size(NO_MATCHES) <= size(OPTIONS) * WORTHWHILE ? NO_MATCHES : OPTIONS;
}
