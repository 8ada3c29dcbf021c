import { createHash, randomFillSync } from 'node:crypto';
import type { TextChange } from './changed-column';

/** A masking action of the mapping grammar. */
export interface Mask {
  readonly action: 'data-masking-digits-mask' | 'data-masking-digits-randomize' | 'data-masking-hash-mask';
  /** Takes the place of every digit in `data-masking-digits-mask`. */
  readonly character: string;
}

interface Maskable {
  readonly dms: string;
  readonly length: number | undefined;
}

const TEXTS = ['STRING', 'WSTRING'];
/** Bits of the types whose digits, once others, may be too large. */
const INTEGER = /^(U?)INT([1248])$/;
const HASH_LENGTH = 64;

/**
 * What a masking rule makes of a value's text.
 *
 * @returns why not, when the column's type is not one that DMS masks in this way
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Masking.html
 */
export function maskingOf({ action, character }: Mask, { dms, length }: Maskable): TextChange | string {
  const isText = TEXTS.includes(dms);
  const integer = INTEGER.exec(dms);
  if (!isText && (action !== 'data-masking-digits-randomize' || (dms !== 'NUMERIC' && integer === null))) {
    const types = action === 'data-masking-digits-randomize' ? 'STRING, WSTRING, NUMERIC and integers' : 'STRING and WSTRING';
    return `the column is ${dms}: DMS masks ${types} like this; change its type by a rule with a lower rule-id`;
  }
  switch (action) {
    case 'data-masking-digits-mask':
      return (text) => text.replaceAll(/[0-9]/g, () => character);
    case 'data-masking-digits-randomize':
      return integer === null ? randomized : randomizedWithin(integer);
    case 'data-masking-hash-mask':
      return length !== undefined && length < HASH_LENGTH
        ? `the column has ${length} characters and a hash ${HASH_LENGTH}: widen it by a change-data-type rule with a lower rule-id`
        : (text) => createHash('sha256').update(text).digest('hex').toUpperCase();
  }
}

const RANDOM = Buffer.alloc(4096);
let unusedFrom = RANDOM.length;

function randomDigit(): string {
  for (;;) {
    if (unusedFrom === RANDOM.length) {
      randomFillSync(RANDOM);
      unusedFrom = 0;
    }
    const byte = RANDOM[unusedFrom++]!;
    // 250 is the last multiple of ten: beyond it some digits would be likelier than others.
    if (byte < 250) return String(byte % 10);
  }
}

const randomized = (text: string): string => text.replaceAll(/[0-9]/g, randomDigit);

/** An integer stays one of its type: other digits are drawn until it does. The given one shows that there are some. */
function randomizedWithin([, unsigned, bytes]: RegExpExecArray): TextChange {
  const bits = Number(bytes) * 8;
  const fits = (value: bigint): boolean =>
    (unsigned === 'U' ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value)) === value;
  return (text) => {
    // What is no integer of the type is none behind the mask either.
    if (!/^[+-]?\d+$/.test(text) || !fits(BigInt(text))) return undefined;
    for (;;) {
      const other = randomized(text);
      if (fits(BigInt(other))) return other;
    }
  };
}
