import { type TaskLifecycleOptions, TableMappings, TableSelection, TaskSettings } from '../lib';

/** The tables that every environment replicates. Clients are loaded first: bookings refer to them. */
export const tableMappings = TableMappings.of(
  TableSelection.include('public', 'clients', { loadOrder: 2 }),
  TableSelection.include('public', 'bookings', { loadOrder: 1 }),
  // What DMS keeps in the source itself never belongs into the lake, however wide the selection becomes.
  TableSelection.exclude('public', 'awsdms[_]%'),
);

/** Texts, documents and lists of these tables stay below this many KB. A longer one fails the task, and is not cut. */
const LONGEST_TEXT_KB = 256;

export const taskSettings = TaskSettings.of({ targetMetadata: { lobMaxSize: LONGEST_TEXT_KB } });

/**
 * The database is as new as its stack: there are no tables yet, and a task that finds none fails. Create them, then
 * take `startOnDeploy` away and deploy again, which starts the load. From then on deployments stop and resume the task.
 */
export const lifecycle: TaskLifecycleOptions = { startOnDeploy: false };
