import { inPlainWords } from '../plain-words';
import { surroundings } from '../surroundings';
import { PreparationResource, type SlotCleanupProperties, type SlotWatchEvent } from './api';
import { withDatabase } from './database';
import type { Answer, PreparationEvent } from './event';
import { explain } from './faults';
import { prepare } from './prepare';
import { dropNamedSlot, dropSlotsOfTask } from './slot-clean-up';
import { type InactivityMemory, metricLine } from './slot-metrics';
import { readSlots } from './slots';

/** The schedule comes back soon: who waits for a database for longer than this reads the same slots twice. */
const WATCH_PATIENCE_MILLISECONDS = 30_000;

/** Lives as long as the function is kept warm. */
const inactivity: InactivityMemory = new Map();

/** Answers CloudFormation. */
export function onEvent(event: PreparationEvent): Promise<Answer> {
  return inPlainWords(async () => {
    switch (event.ResourceType) {
      case PreparationResource.PREPARATION: return preparation(event);
      case PreparationResource.SLOT_CLEANUP: return slotCleanup(event);
      default: throw new Error(`'${event.ResourceType}' is not a resource of this handler`);
    }
  }, explain);
}

/** Publishes what the slots of a server hold back. */
export function publishSlotMetrics(event: SlotWatchEvent): Promise<void> {
  return inPlainWords(() => withDatabase(event, async (client) => {
    surroundings.log(metricLine(event.Source, await readSlots(client), surroundings.now(), inactivity));
  }, WATCH_PATIENCE_MILLISECONDS), explain);
}

async function preparation(event: PreparationEvent): Promise<Answer> {
  if (event.RequestType !== 'Delete') return prepare(event);
  await dropNamedSlot(event);
  return { PhysicalResourceId: event.PhysicalResourceId ?? event.LogicalResourceId };
}

/** The resource is the task: of a task that was replaced, the old one is deleted. */
async function slotCleanup(event: PreparationEvent): Promise<Answer> {
  const { ReplicationTaskArn: taskArn } = event.ResourceProperties as unknown as SlotCleanupProperties;
  if (event.RequestType === 'Delete') await dropSlotsOfTask(event);
  return { PhysicalResourceId: event.RequestType === 'Delete' ? event.PhysicalResourceId ?? taskArn : taskArn };
}
