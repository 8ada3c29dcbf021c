import { FixedColumn } from './column';

const WORDS: Readonly<Record<string, 0 | 1>> = { true: 1, t: 1, 1: 1, false: 0, f: 0, 0: 0 };

/**
 * BOOLEAN, which a column becomes only by a rule: DMS reads PostgreSQL's boolean as CHAR(5). As text it takes true,
 * false, t, f, 1 and 0 in any case; anything else is no boolean.
 */
export class BooleanColumn extends FixedColumn<Uint8Array> {
  public constructor() {
    super({ kind: 'boolean' }, (rows) => new Uint8Array(rows));
  }

  protected decode(
    view: DataView, starts: Int32Array, _ends: Int32Array, from: number, to: number, row: number,
  ): void {
    for (let i = from; i < to; i++, row++) {
      if (starts[i]! >= 0) this.values[row] = view.getUint8(starts[i]!);
    }
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const value = WORDS[buffer.toString('latin1', start, end).toLowerCase()];
    if (value === undefined) this.appendUnrepresentable();
    else this.store(value);
  }
}
