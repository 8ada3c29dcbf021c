import type { SiteConfiguration } from '../../../lib/two-way/two-way-api';
import { lockKey } from '../names';
import { WritersRemain } from '../site-database';
import type { PostgresSession } from './session';

interface WriterRow {
  readonly pid: number | null;
  readonly application: string | null;
  readonly seconds: string | null;
  readonly gid: string | null;
}

/** The transactions that have written through the fence and are open, the oldest first. */
const WRITERS = `
  SELECT l.pid, nullif(a.application_name, '') AS application, p.gid::text,
         floor(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)))::text AS seconds
    FROM pg_locks l
    LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    -- A prepared transaction has no process: the lock on its own number tells which it is.
    LEFT JOIN pg_locks own ON l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
          AND own.virtualtransaction = l.virtualtransaction
    LEFT JOIN pg_prepared_xacts p ON p.transaction = own.transactionid
   WHERE l.locktype = 'advisory' AND l.granted AND l.mode = 'ShareLock' AND l.objsubid = 1
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND l.classid = (($1::bigint >> 32) & 4294967295)::oid AND l.objid = ($1::bigint & 4294967295)::oid
     AND coalesce(a.xact_start, p.prepared, $2::timestamptz) <= $2::timestamptz
   ORDER BY coalesce(a.xact_start, p.prepared)
   LIMIT 5`;

/** Says who has to end before the site can be fenced; `since` is when the wait for them began. */
export async function writersRemain(
  session: PostgresSession, site: SiteConfiguration, since: string,
): Promise<WritersRemain> {
  const writers = await session.rows<WriterRow>(WRITERS, [lockKey(site).toString(), since]);
  const named = writers.map(({ pid, application, seconds, gid }) => {
    const age = seconds === null ? '' : `, open for ${seconds} s`;
    return pid === null ? `the prepared transaction '${gid}'${age}` : `process ${pid} (${application ?? 'no application name'}${age})`;
  });
  const who = named.length === 0 ? 'transactions that have ended just now' : named.join(', ');
  return new WritersRemain(`site ${site.name} was not fenced, for it was waited in vain for ${who}: end them `
    + '(pg_terminate_backend, or COMMIT PREPARED) or let them end, then switch again');
}
