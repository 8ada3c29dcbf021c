import type { Replication as DmsReplication } from '@aws-sdk/client-database-migration-service';
import { describeReplication, startReplication, stopReplication } from './dms';
import type { Phase, Replication, ReplicationView } from './replication';

/**
 * The states of a serverless replication, in the spelling of the API.
 *
 * DMS tests both connections itself, on the way from `initializing` to `running`, which takes up to an hour. Whether it
 * can be stopped on that way is not documented: it is asked, and asked again until it does.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Serverless.Components.html
 */
export const SERVERLESS_PHASES = {
  creating: 'passing',
  created: 'ready',
  ready: 'ready',
  initializing: 'preparing',
  preparing_metadata_resources: 'preparing',
  testing_connection: 'preparing',
  fetching_metadata: 'provisioning',
  calculating_capacity: 'provisioning',
  provisioning_capacity: 'provisioning',
  replication_starting: 'provisioning',
  running: 'running',
  stopping: 'passing',
  stopped: 'stopped',
  failed: 'failed',
  failed_provision: 'failed',
  modifying: 'passing',
  deprovisioning: 'passing',
  deprovisioned: 'stopped',
  deleting: 'leaving',
} as const satisfies Record<string, Phase>;

/** The serverless replication as it is; nothing when it does not exist. */
export async function lookAtServerless(arn: string): Promise<Replication | undefined> {
  const found = await describeReplication(arn);
  return found === undefined ? undefined : {
    ...viewOfServerless(found),
    prepare: () => Promise.resolve(),
    start: async (type) => {
      await startReplication(arn, type);
      return undefined;
    },
    stop: () => stopReplication(arn),
  };
}

export function viewOfServerless(replication: DmsReplication): ReplicationView {
  const { ReplicationStats: stats = {}, ReplicationConfigArn: arn = '', FailureMessages: messages = [] } = replication;
  const status = replication.Status ?? 'unknown';
  const [state, capacity] = [status, replication.ProvisionData?.ProvisionState ?? ''].map(spelled) as [string, string];
  const phase = phaseOf(state, capacity);
  const failure = messages.length > 0 ? `FailureMessages: ${messages.join('; ')}` : undefined;
  const started = [stats.StartDate, stats.FreshStartDate].flatMap((date) => date?.toISOString() ?? []);
  const failed = [replication.ReplicationUpdateTime?.toISOString(), failure ?? 'without a message'];
  const lost = state === 'deprovisioned' || capacity === 'deprovisioned';
  return {
    kind: 'serverless replication',
    arn,
    name: replication.ReplicationConfigIdentifier ?? arn,
    status,
    phase,
    stopReason: replication.StopReason,
    failure,
    // Its dates are lost together with its capacity; and what may have run is never taken for what has not.
    hasRun: started.length > 0 || phase === 'stopped' || (phase === 'failed' && lost),
    // 48 hours after a stop DMS takes the capacity away, and with it what a resume would need.
    canResume: !lost,
    // One that fails before it runs has no date of a start; its failure tells as well that it was started.
    lastStart: [...started, ...(phase === 'failed' ? failed : [])].filter(Boolean).join(', ') || undefined,
  };
}

/** The guide writes `Testing Connection`, the API `testing_connection`. */
const spelled = (name: string): string => name.toLowerCase().replace(/[ -]/g, '_');

function phaseOf(status: string, capacity: string): Phase {
  // Stopped, and until its capacity is gone neither to be started nor to be changed.
  if (capacity === 'deprovisioning' && (status === 'stopped' || status === 'failed')) return 'passing';
  // A state that DMS has invented since: it may pass, and the time limit names it if it does not.
  return (SERVERLESS_PHASES as Partial<Record<string, Phase>>)[status] ?? 'passing';
}
