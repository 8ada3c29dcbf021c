import { type GuardProperties, OnTaskChange } from './api';

/** A decision of ours: final, and already in plain words. */
export class Refusal extends Error {}

const NEW_ID = 'give its construct another id, which creates a new one and deletes this one on purpose';

/** Why a change must not be made, before anything was stopped for it; nothing when it may. */
export function refusalOf(before: GuardProperties, after: GuardProperties): string | undefined {
  if (before.IdentityDigest !== after.IdentityDigest && after.OnChange !== OnTaskChange.RELOAD) {
    return `the change replaces replication ${after.ReplicationLogicalId}: its migration type, its instance, one of its `
      + 'endpoints or, if it is serverless, its key becomes another, and a new one cannot go on where the old one '
      + `stopped. ${consent(after)}`;
  }
  if (before.LoadDigest !== after.LoadDigest && after.OnChange === OnTaskChange.FAIL) {
    return `the change to replication ${after.ReplicationLogicalId} needs every table to be loaded again (table `
      + 'mappings, preparation of the target, LOB settings or the place of the data changed), and onChange is FAIL. '
      + 'Deploy it with onChange RELOAD to load again, or RESUME to leave the rows that are there as they are';
  }
  return undefined;
}

/** Why what took the place of another is not started. */
export function replaced(kind: string, arn: string): string {
  return `${kind} ${arn} replaces another one, and cannot go on where that one stopped: starting it would load every `
    + `table again. Deploy the change with onChange RELOAD to allow that, or ${NEW_ID}`;
}

const consent = ({ MigrationType }: GuardProperties): string => (MigrationType === 'cdc'
  ? `If that is meant, ${NEW_ID}`
  : `Deploy it with onChange RELOAD to allow that every table is loaded again, or ${NEW_ID}`);
