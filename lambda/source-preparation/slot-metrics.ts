import { SLOT_NAMESPACE, SlotMetric, SOURCE_DIMENSION } from './api';
import type { Slot } from './slots';

/** Since when slots are not read, as far as this function has seen it: for servers that do not tell. */
export type InactivityMemory = Map<string, number>;

const UNITS: Readonly<Record<string, string>> = {
  [SlotMetric.SLOTS]: 'Count',
  [SlotMetric.INACTIVE_SLOTS]: 'Count',
  [SlotMetric.LOST_SLOTS]: 'Count',
  [SlotMetric.SLOT_LAG]: 'Bytes',
  [SlotMetric.UNCONFIRMED_LAG]: 'Bytes',
  [SlotMetric.LONGEST_INACTIVITY]: 'Seconds',
  [SlotMetric.SAFE_WAL_SIZE]: 'Bytes',
};

/** What the slots of a server come down to. A metric without a value is left out. */
export function measure(slots: readonly Slot[], now: number, memory: InactivityMemory): Record<string, number> {
  const inactive = slots.filter(({ activePid }) => activePid === null);
  [...memory.keys()]
    .filter((name) => !inactive.some((slot) => slot.name === name))
    .forEach((name) => memory.delete(name));
  const secondsInactive = inactive.map(({ name, inactiveSince }) => {
    if (!memory.has(name)) memory.set(name, now);
    const since = inactiveSince === null ? memory.get(name)! : Date.parse(inactiveSince);
    return Math.max(0, Math.round((now - since) / 1_000));
  });
  const safe = slots.flatMap(({ safeWalSize }) => safeWalSize ?? []);
  return {
    [SlotMetric.SLOTS]: slots.length,
    [SlotMetric.INACTIVE_SLOTS]: inactive.length,
    [SlotMetric.LOST_SLOTS]: slots.filter(({ walStatus }) => walStatus === 'lost').length,
    // The server knows of no log before a slot has reserved some, and of none that is lost.
    [SlotMetric.SLOT_LAG]: Math.max(0, ...slots.map(({ lag }) => lag ?? 0)),
    [SlotMetric.UNCONFIRMED_LAG]: Math.max(0, ...slots.map(({ unconfirmedLag }) => unconfirmedLag ?? 0)),
    [SlotMetric.LONGEST_INACTIVITY]: Math.max(0, ...secondsInactive),
    ...(safe.length === 0 ? {} : { [SlotMetric.SAFE_WAL_SIZE]: Math.min(...safe) }),
  };
}

/**
 * The line of the log that CloudWatch makes metrics of; it needs no permission but to log. The slots themselves stand
 * beside them, to be looked up: names that DMS makes up would each be a metric of its own, and paid for.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricLine(source: string, slots: readonly Slot[], now: number, memory: InactivityMemory): object {
  const values = measure(slots, now, memory);
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{
        Namespace: SLOT_NAMESPACE,
        Dimensions: [[SOURCE_DIMENSION]],
        Metrics: Object.keys(values).map((name) => ({ Name: name, Unit: UNITS[name] })),
      }],
    },
    [SOURCE_DIMENSION]: source,
    ...values,
    slots,
  };
}
