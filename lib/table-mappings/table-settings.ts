import { LobSettingsDefinition, ParallelLoadDefinition } from './document';
import { defined, requireName, ruleJson, TableMappingRule } from './table-mapping-rule';
import { TableMappingRuleOptions } from './table-selection';
import { MAX_SEGMENT_COLUMNS } from './vocabulary';
import { looksLikePattern } from './wildcard';

/** Options of segments by ranges. */
export interface RangeSegmentsOptions {
  /**
   * A name for each segment, one more than boundaries; S3 targets make a folder of each.
   *
   * @default - DMS numbers the segments
   */
  readonly segmentNames?: string[];
}

/** How documents of a MongoDB or DocumentDB collection are cut into segments. */
export interface AutomaticSegmentsOptions {
  /**
   * How many segments.
   *
   * @default 16
   */
  readonly numberOfPartitions?: number;

  /**
   * Whether the collection's size is taken from its metadata, which is faster than counting.
   *
   * @default true
   */
  readonly collectionCountFromMetadata?: boolean;

  /**
   * How many documents are skipped at once when looking for the boundaries.
   *
   * @default 10000
   */
  readonly maxRecordsSkipPerPage?: number;

  /**
   * How many documents one answer holds; 0 is as many as the server gives.
   *
   * @default 0
   */
  readonly batchSize?: number;
}

/**
 * How one table is loaded by several threads at once.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Tablesettings.html
 */
export class ParallelLoad {
  /** One thread for each partition of the table. Not with a PostgreSQL source. */
  public static partitions(): ParallelLoad {
    return new ParallelLoad({ type: 'partitions-auto' });
  }

  /** One thread for each subpartition of the table. Oracle sources. */
  public static subpartitions(): ParallelLoad {
    return new ParallelLoad({ type: 'subpartitions-auto' });
  }

  /** One thread for each of these partitions. Not with a PostgreSQL source. */
  public static partitionList(partitions: string[], subpartitions: string[] = []): ParallelLoad {
    return new ParallelLoad({
      type: 'partitions-list',
      partitions: [...partitions],
      ...(subpartitions.length === 0 ? {} : { subpartitions: [...subpartitions] }),
    });
  }

  /** Segments that DMS cuts itself. MongoDB and DocumentDB sources. */
  public static automaticSegments(options: AutomaticSegmentsOptions = {}): ParallelLoad {
    return new ParallelLoad({
      type: 'partitions-auto',
      'number-of-partitions': options.numberOfPartitions,
      'collection-count-from-metadata':
        options.collectionCountFromMetadata === undefined ? undefined : String(options.collectionCountFromMetadata),
      'max-records-skip-per-page': options.maxRecordsSkipPerPage,
      'batch-size': options.batchSize,
    });
  }

  /**
   * Segments between boundaries: each boundary holds one value for each column and is the last row of its segment; the
   * rows after the last one are a further segment. The columns want an index. Rows with a NULL in them are not
   * migrated.
   *
   * @throws when a boundary has not exactly one value for each column, or the number of segment names does not fit
   */
  public static ranges(columns: string[], boundaries: string[][], options: RangeSegmentsOptions = {}): ParallelLoad {
    if (columns.length === 0 || columns.length > MAX_SEGMENT_COLUMNS) {
      throw new Error(`the ranges have ${columns.length} columns: give 1 to ${MAX_SEGMENT_COLUMNS}`);
    }
    const odd = boundaries.findIndex((boundary) => boundary.length !== columns.length);
    if (odd >= 0) {
      throw new Error(`boundary ${odd + 1} has ${boundaries[odd]!.length} values for ${columns.length} columns: `
        + 'give each boundary one value for each column');
    }
    const names = options.segmentNames;
    if (names && names.length !== boundaries.length + 1) {
      throw new Error(`${boundaries.length} boundaries cut ${boundaries.length + 1} segments, `
        + `yet there are ${names.length} segment names: give one for each segment`);
    }
    return new ParallelLoad({
      type: 'ranges',
      columns: [...columns],
      boundaries: boundaries.map((boundary) => [...boundary]),
      'segment-names': names && [...names],
    });
  }

  private constructor(private readonly definition: ParallelLoadDefinition) {}

  /** The keys as they stand in the document. */
  public toJson(): unknown {
    return defined({ ...this.definition });
  }
}

/**
 * How the LOB columns of one table are migrated, whatever the task's settings say. Targets: Oracle, SQL Server, MySQL,
 * PostgreSQL, SAP ASE; not S3 or Redshift.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Tablesettings.html
 */
export class LobHandling {
  /** LOBs are cut at `maxKilobytes`. */
  public static limited(maxKilobytes: number): LobHandling {
    if (!Number.isInteger(maxKilobytes) || maxKilobytes < 1) {
      throw new Error(`the limit of ${maxKilobytes} KB is out of range: limited mode takes a whole number from 1 on`);
    }
    return new LobHandling({ mode: 'limited', 'bulk-max-size': String(maxKilobytes) });
  }

  /** Whole LOBs: up to `inlineMaxKilobytes` with the row, larger ones looked up one by one. */
  public static unlimited(inlineMaxKilobytes: number = 0): LobHandling {
    if (!Number.isInteger(inlineMaxKilobytes) || inlineMaxKilobytes < 0) {
      throw new Error(`the inline limit of ${inlineMaxKilobytes} KB is out of range: it is a whole number from 0 on`);
    }
    return new LobHandling({ mode: 'unlimited', 'bulk-max-size': String(inlineMaxKilobytes) });
  }

  /** LOB columns are not migrated. */
  public static none(): LobHandling {
    return new LobHandling({ mode: 'none' });
  }

  private constructor(private readonly definition: LobSettingsDefinition) {}

  /** The keys as they stand in the document. */
  public toJson(): unknown {
    return { ...this.definition };
  }
}

/** Options of the settings of one table. */
export interface TableSettingsOptions extends TableMappingRuleOptions {
  /**
   * Load the table by several threads.
   *
   * @default - one thread
   */
  readonly parallelLoad?: ParallelLoad;

  /**
   * How its LOB columns are migrated.
   *
   * @default - as the task's settings say
   */
  readonly lobHandling?: LobHandling;
}

/**
 * Settings for one table, which is named exactly.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Tablesettings.html
 */
export class TableSettings extends TableMappingRule {
  /**
   * Settings for the table `schema.table`.
   *
   * @throws when a name has a wildcard or no setting is given
   */
  public static forTable(schema: string, table: string, options: TableSettingsOptions): TableSettings {
    if (looksLikePattern(schema) || looksLikePattern(table)) {
      throw new Error(`the table settings of ${schema}.${table} have a wildcard: `
        + 'DMS takes exact names here; write one rule for each table');
    }
    if (!options.parallelLoad && !options.lobHandling) {
      throw new Error(`the table settings of ${schema}.${table} set nothing: give parallelLoad, lobHandling or both`);
    }
    return new TableSettings(ruleJson('table-settings', options, {
      'object-locator': { 'schema-name': requireName('schema', schema), 'table-name': requireName('table', table) },
      'parallel-load': options.parallelLoad?.toJson(),
      'lob-settings': options.lobHandling?.toJson(),
    }));
  }

  private constructor(json: Record<string, unknown>) {
    super(json);
  }
}
