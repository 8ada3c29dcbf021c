import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { FENCE_FUNCTION, FENCE_TRIGGER } from './fence-ddl';
import { isReplicated } from './selection';
import type { PostgresSession } from './session';

/** A replicated table as the gates need to know it. */
export interface ReplicatedTable {
  readonly name: string;
  readonly has_key: boolean;
  readonly identity: 'd' | 'n' | 'f' | 'i';
  /** Whether it has the trigger of the fence, for all that writes and only for sessions of applications. */
  readonly has_fence: boolean;
  /** Triggers that fire for replication as well. */
  readonly always: readonly string[];
}

/** INSERT, UPDATE, DELETE and TRUNCATE, before each statement: bits of `tgtype`. */
const ALL_STATEMENTS = 0b0_0011_1110;

export const readTables = (
  session: PostgresSession, site: SiteConfiguration, configuration: TwoWayConfiguration,
): Promise<ReplicatedTable[]> => session.rows<ReplicatedTable & Record<string, unknown>>(`
  SELECT c.relname::text AS name, c.relreplident AS identity,
         EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate) AS has_key,
         EXISTS (
           SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
            WHERE t.tgrelid = c.oid AND t.tgname = '${FENCE_TRIGGER}' AND t.tgenabled = 'O' AND t.tgtype = ${ALL_STATEMENTS}
              AND t.tgqual IS NULL AND f.proname = '${FENCE_FUNCTION}' AND f.pronamespace = c.relnamespace
         ) AS has_fence,
         ARRAY(
           SELECT t.tgname::text FROM pg_trigger t
            WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') ORDER BY t.tgname
         ) AS always
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${isReplicated(site, configuration)}
   ORDER BY c.relname`);
