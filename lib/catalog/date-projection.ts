import { DatePartitionDelimiter, DatePartitionSequence } from '../targets/s3-parquet-options';

/** Name of the partition: a column of every table of changes. */
export const DATE_PARTITION = 'date_partition';

const DELIMITERS: Readonly<Record<DatePartitionDelimiter, string>> = {
  [DatePartitionDelimiter.SLASH]: '/',
  [DatePartitionDelimiter.UNDERSCORE]: '_',
  [DatePartitionDelimiter.DASH]: '-',
  [DatePartitionDelimiter.NONE]: '',
};

/** Parts of the folders of a sequence, as Java formats dates, and the step from one folder to the next. */
const SEQUENCES: Partial<Record<DatePartitionSequence, { readonly parts: string[]; readonly unit: string }>> = {
  [DatePartitionSequence.YYYYMMDD]: { parts: ['yyyy', 'MM', 'dd'], unit: 'DAYS' },
  [DatePartitionSequence.YYYYMMDDHH]: { parts: ['yyyy', 'MM', 'dd', 'HH'], unit: 'HOURS' },
  [DatePartitionSequence.YYYYMM]: { parts: ['yyyy', 'MM'], unit: 'MONTHS' },
};

/** The folders of changes of a lake. */
export interface DateFolders {
  readonly sequence: DatePartitionSequence;
  readonly delimiter: DatePartitionDelimiter;
  readonly timezone: string;
  /** `2026-11-01`. */
  readonly firstDay: string;
  /** Location of the table, with a slash at its end. */
  readonly location: string;
}

/** Whether the folders sort as their dates do: otherwise `>=` in a query would leave out what it should find. */
export const sortsByDate = (sequence: DatePartitionSequence): boolean => SEQUENCES[sequence] !== undefined;

/**
 * The parameters by which Athena works out the folders of a query instead of looking them up.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export function projectionParameters({ sequence, delimiter, timezone, firstDay, location }: DateFolders):
Record<string, string> {
  const { parts, unit } = SEQUENCES[sequence]!;
  const first = [...firstDay.split('-'), '00'].slice(0, parts.length).join(DELIMITERS[delimiter]);
  // Athena's now is UTC; east of it the day has begun already.
  const last = timezone === 'UTC' ? 'NOW' : 'NOW+1DAYS';
  return {
    'projection.enabled': 'true',
    [`projection.${DATE_PARTITION}.type`]: 'date',
    [`projection.${DATE_PARTITION}.format`]: parts.join(DELIMITERS[delimiter]),
    [`projection.${DATE_PARTITION}.range`]: `${first},${last}`,
    [`projection.${DATE_PARTITION}.interval`]: '1',
    [`projection.${DATE_PARTITION}.interval.unit`]: unit,
    'storage.location.template': `${location}\${${DATE_PARTITION}}/`,
  };
}
