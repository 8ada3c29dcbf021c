import { CsvEncoder } from '../csv/encoder';
import type { TablePlan } from '../plan/table-plan';
import type { Tuple } from '../source/pgoutput';
import type { CsvFormat } from './file-format';
import { batchRows } from './file-format';
import type { Lake, LakeFile } from './lake';
import type { ChangeOrigin, Loss, Operation, TupleFields } from './table-batch';
import { TableBatch } from './table-batch';
import type { ChangeSink } from './table-file';
import { BATCH_BYTES, suppliedByDelete } from './table-file';
import { TextFile } from './table-writer';

/**
 * The changes of all tables in the order of their transactions (`PreserveTransactions`): each line begins with the
 * operation, the name of the table and that of its schema. The file is opened with the first rows.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html#CHAP_Target.S3.EndpointSettings.CdcPath
 */
export class TransactionFile {
  private readonly tables = new Map<TablePlan, TableRows>();
  /** The table of each waiting row. */
  private waiting: TableRows[] = [];
  private received = 0;
  private writtenBytes = 0;
  private file: TextFile | undefined;

  public constructor(
    private readonly path: string,
    private readonly lake: Lake,
    private readonly format: CsvFormat,
    private readonly timestampColumn: string | undefined,
  ) {}

  /** Takes the changes of one table. A plan that has changed is another table, whose lines have other columns. */
  public sinkFor(plan: TablePlan): ChangeSink {
    let rows = this.tables.get(plan);
    if (rows === undefined) {
      rows = new TableRows(plan, this, this.format, this.timestampColumn);
      this.tables.set(plan, rows);
    }
    return rows;
  }

  public get byteLength(): number {
    return this.writtenBytes + this.received;
  }

  public get isFull(): boolean {
    return this.waiting.length >= batchRows(this.format) || this.received >= BATCH_BYTES;
  }

  /** What did not reach the file whole, by table. */
  public losses(): (readonly [TablePlan, readonly Loss[]])[] {
    return [...this.tables].map(([plan, { batch }]) => [plan, batch.losses()] as const);
  }

  /** @param bytes that the row takes, before encoding */
  public added(table: TableRows, bytes: number): void {
    this.waiting.push(table);
    this.received += bytes;
  }

  public async writeOut(): Promise<void> {
    if (this.waiting.length === 0) return;
    const order = this.waiting;
    this.waiting = [];
    this.writtenBytes += this.received;
    this.received = 0;
    const lines = inOrder(order, new Map([...new Set(order)].map((table) => [table, table.take()])));
    this.file ??= await TextFile.create(this.lake, this.path, this.format.gzip);
    await this.file.write(lines, order.length);
  }

  /** Ends the file; it still has to be published. `undefined` when it had no rows. */
  public async close(): Promise<LakeFile | undefined> {
    await this.writeOut();
    return this.file?.close();
  }

  public async abandon(): Promise<void> {
    await this.file?.abandon();
  }
}

/** The rows of one table that wait for their turn, column by column. */
class TableRows implements ChangeSink {
  public readonly batch: TableBatch;
  private readonly encoder: CsvEncoder;

  public constructor(
    private readonly plan: TablePlan,
    private readonly file: TransactionFile,
    format: CsvFormat,
    timestampColumn: string | undefined,
  ) {
    this.batch = new TableBatch(plan, { op: true, timestampColumn });
    this.encoder = new CsvEncoder(this.batch.schema, format, suppliedByDelete(plan, this.batch));
  }

  public get byteLength(): number {
    return this.file.byteLength;
  }

  public get isFull(): boolean {
    return this.file.isFull;
  }

  public appendChange(
    op: Operation, row: Tuple, before: Tuple | undefined, fields: TupleFields, origin: ChangeOrigin,
  ): void {
    const received = this.batch.received;
    this.batch.appendChange(op, row, before, fields, origin);
    this.file.added(this, this.batch.received - received);
  }

  public writeOut(): Promise<void> {
    return this.file.writeOut();
  }

  /** The waiting rows as lines. */
  public take(): { bytes: Buffer; ends: Int32Array } {
    return this.encoder.encode(this.batch.take(), [this.plan.name, this.plan.schema]);
  }
}

/** Lines of several tables, one behind the other. */
function inOrder(
  order: readonly TableRows[],
  lines: ReadonlyMap<TableRows, { readonly bytes: Buffer; readonly ends: Int32Array }>,
): Buffer {
  const next = new Map([...lines.keys()].map((table) => [table, 0]));
  const text = Buffer.allocUnsafe([...lines.values()].reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const table of order) {
    const { bytes, ends } = lines.get(table)!;
    const row = next.get(table)!;
    at += bytes.copy(text, at, row === 0 ? 0 : ends[row - 1], ends[row]);
    next.set(table, row + 1);
  }
  return text;
}
