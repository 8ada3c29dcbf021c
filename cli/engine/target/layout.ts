/** How DMS names what it writes to S3. All pure: the moment is given. */

export const DATE_PARTITION_SEQUENCES = ['YYYYMMDD', 'YYYYMMDDHH', 'YYYYMM', 'MMYYYYDD', 'DDMMYYYY'] as const;
export const DATE_PARTITION_DELIMITERS = ['SLASH', 'UNDERSCORE', 'DASH', 'NONE'] as const;

export type DatePartitionSequence = (typeof DATE_PARTITION_SEQUENCES)[number];
export type DatePartitionDelimiter = (typeof DATE_PARTITION_DELIMITERS)[number];

export interface DatePartition {
  readonly sequence: DatePartitionSequence;
  readonly delimiter: DatePartitionDelimiter;
  /** IANA name; it also shifts the names of the files. */
  readonly timeZone: string;
}

const DELIMITERS: Record<DatePartitionDelimiter, string> = { SLASH: '/', UNDERSCORE: '_', DASH: '-', NONE: '' };

/** `[folder/]schema/table` */
export function tableFolder(bucketFolder: string, schema: string, table: string): string {
  return [...bucketFolder.split('/').filter((part) => part !== ''), schema, table].join('/');
}

/** Whether a name can be one folder of a lake. */
export function isFolderName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}

/** A part of a table that is loaded on its own (`parallel-load`). */
export interface Segment {
  /** From 1. */
  readonly index: number;
  /** Its `segment-names` entry, or the name of its partition; without one, the files stay in the table's folder. */
  readonly name: string | undefined;
}

/**
 * The n-th file, from 1 and in hexadecimal, of a full load or of a segment of it, which counts its own files:
 * `LOAD00000001.parquet`; `name/LOAD00000001.parquet` with a name, `SEGMENT1_LOAD00000001.parquet` without one.
 */
export function loadFileName(number: number, extension: string, segment?: Segment): string {
  const file = `LOAD${number.toString(16).toUpperCase().padStart(8, '0')}${extension}`;
  if (segment === undefined) return file;
  return segment.name === undefined ? `SEGMENT${segment.index}_${file}` : `${segment.name}/${file}`;
}

/** Whether a path is that of a file of a full load. */
export function isLoadFile(path: string): boolean {
  return /(?:^|\/)(?:SEGMENT\d+_)?LOAD[0-9A-F]{8}\.[^/]*$/.test(path);
}

/** A file of changes: `yyyyMMdd-HHmmssSSS.parquet`. */
export function changeFileName(moment: Date, extension: string, timeZone = 'UTC'): string {
  const { year, month, day, hour, minute, second } = civil(moment, timeZone);
  const millisecond = String(moment.getUTCMilliseconds()).padStart(3, '0');
  return `${year}${month}${day}-${hour}${minute}${second}${millisecond}${extension}`;
}

/** A file of transactions: `CDC_TXN-yyyyMMddHHmmssSSS.csv`. */
export function transactionFileName(moment: Date, extension: string): string {
  return `CDC_TXN-${changeFileName(moment, extension).replace('-', '')}`;
}

/** The folder of a commit date below the table's folder: `2026/11/21` for SLASH and YYYYMMDD. */
export function datePartitionFolder(moment: Date, { sequence, delimiter, timeZone }: DatePartition): string {
  const { year, month, day, hour } = civil(moment, timeZone);
  const parts: Record<DatePartitionSequence, string[]> = {
    YYYYMMDD: [year, month, day],
    YYYYMMDDHH: [year, month, day, hour],
    YYYYMM: [year, month],
    MMYYYYDD: [month, year, day],
    DDMMYYYY: [day, month, year],
  };
  return parts[sequence].join(DELIMITERS[delimiter]);
}

interface Civil {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function civil(moment: Date, timeZone: string): Civil {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const two = '2-digit';
    format = new Intl.DateTimeFormat('en-US', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: two, day: two, hour: two, minute: two, second: two,
    });
    formats.set(timeZone, format);
  }
  return Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value])) as unknown as Civil;
}
