import type { Client } from 'pg';
import { ReplicationConnection } from '../source/replication';
import { openSession } from '../source/session';
import type { ReplicationTask } from '../task/replication-task';
import { openTarget } from './open-target';
import type { RehearsalOptions } from './run';
import type { RunTarget } from './run-target';

/** What a run is connected to. Opened side by side: a run that goes on keeps somebody waiting. */
export interface Connections {
  /** To the source, for single questions. */
  readonly client: Client;
  readonly target: RunTarget;
  /** Only of a run that goes on with changes: before that, the source is asked whether it lets us replicate. */
  readonly replication: ReplicationConnection | undefined;
}

/** @throws {UsageError} why the source, or else the target, cannot be reached */
export async function openConnections(task: ReplicationTask, options: RehearsalOptions): Promise<Connections> {
  const goesOn = options.previous?.phase === 'capture';
  const opening = [
    openSession(options.sourceUrl),
    openTarget(task, options.target),
    goesOn ? ReplicationConnection.open(options.sourceUrl) : Promise.resolve(undefined),
  ] as const;
  const [client, target, replication] = await Promise.allSettled(opening);
  const failed = [client, target, replication].find(({ status }) => status === 'rejected');
  if (failed === undefined) {
    return { client: await opening[0], target: await opening[1], replication: await opening[2] };
  }
  if (client.status === 'fulfilled') await client.value.end();
  if (target.status === 'fulfilled') await target.value.close();
  if (replication.status === 'fulfilled') await replication.value?.close();
  throw (failed as PromiseRejectedResult).reason as Error;
}

export async function closeConnections({ client, target, replication }: Connections): Promise<void> {
  await Promise.all([client.end(), target.close(), replication?.close()]);
}
