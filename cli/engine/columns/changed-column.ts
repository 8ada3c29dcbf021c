import type { CopyBlock, FieldPlaces } from './copy-block';
import { Column } from './column';

/** What a rule makes of a value's text; `undefined` when nothing that the column could hold. */
export type TextChange = (text: string) => string | undefined;

/** A column whose values come as text, in a load too, and are changed before another column takes them. */
export class ChangedColumn extends Column {
  public constructor(private readonly inner: Column, private readonly change: TextChange) {
    super(inner.type);
  }

  public get byteLength(): number {
    return this.inner.byteLength;
  }

  public appendBinary({ bytes }: CopyBlock, { starts, ends }: FieldPlaces, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      if (starts[row]! < 0) this.appendNull();
      else this.appendText(bytes, starts[row]!, ends[row]!);
    }
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const changed = this.change(buffer.toString('utf8', start, end));
    if (changed === undefined) {
      this.appendUnrepresentable();
      return;
    }
    const refusedBefore = this.inner.unrepresentable;
    const bytes = Buffer.from(changed);
    this.inner.appendText(bytes, 0, bytes.length);
    this.truncated = this.inner.truncated;
    this.markValid();
    if (this.inner.unrepresentable > refusedBefore) this.unmark(this.length - 1);
  }

  protected appendZero(): void {
    this.inner.appendNull();
    this.reserveValidity();
  }

  protected takeValues(): ReturnType<Column['take']>['values'] {
    return this.inner.take().values;
  }
}
