import { rm } from 'node:fs/promises';
import type { Client } from 'pg';
import type { Leg } from '../../../lib/two-way/switch/switch-run';
import { CheckpointFile } from '../../engine/run/checkpoint';
import { previousRun } from '../../engine/run/previous-run';
import { rehearse } from '../../engine/run/rehearsal';
import { readReplicationTask } from '../../engine/task/replication-task';
import { UsageError } from '../../errors';
import type { ProgressSink } from '../../output/progress-sink';
import { siteOf, type LegTask, type World } from '../world';
import type { TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { withSession } from './comparison';
import type { LegFiles } from './leg-files';
import type { LegEngine } from './leg-runner';

/** Runs a leg with the local engine: from its load or from a position at first, and later from where it stopped. */
export function localEngine(
  world: World, configuration: TwoWayConfiguration, leg: Leg, definition: LegTask, files: LegFiles,
  progress: ProgressSink,
): LegEngine {
  const task = readReplicationTask(definition, true);
  const workdir = files.engineFolder;
  const { slotName } = siteOf(configuration, leg.from);
  return async (position, signal, tell) => {
    const urls = await world.urls();
    const [sourceUrl, targetUrl] = [leg.from, leg.to].map((site) => urls[site]) as [string, string];
    const checkpoint = await new CheckpointFile(workdir).read();
    if (checkpoint !== undefined && slotName !== undefined
      && !await withSession(sourceUrl, (client) => hasSlot(client, slotName))) {
      // The switch that started this leg was rolled back, and took its slot away.
      await rm(workdir, { recursive: true, force: true });
    }
    const previous = (await new CheckpointFile(workdir).read()) === undefined
      ? undefined
      : await previousRun(workdir, task, true);
    const start = previous === undefined ? startAt(task.migrationType, slotName, position, leg) : undefined;
    await rehearse(task, {
      sourceUrl, target: { kind: 'postgres', url: targetUrl }, workdir, until: 'interrupted', previous, start, progress, signal,
      onStatus: ({ state, loaded, lagSeconds, position: at }) => {
        const isUnderWay = state === 'running' || state === 'loading';
        tell({ running: isUnderWay, loaded, lagSeconds, position: at });
      },
    });
    if (!signal.aborted) throw new UsageError(`task ${task.id} came to its end by itself: it has to run until it is stopped`);
  };
}

function startAt(
  migrationType: string, slot: string | undefined, lsn: string | undefined, { from, to }: Leg,
): { slot: string; lsn: string } | undefined {
  if (migrationType !== 'cdc') return undefined;
  if (slot === undefined || lsn === undefined) {
    throw new UsageError(`leg ${from} → ${to} has never run and no position was given: a switch captures it`);
  }
  return { slot, lsn };
}

async function hasSlot(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_replication_slots WHERE slot_name = $1', [name]);
  return rowCount === 1;
}
