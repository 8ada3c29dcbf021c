import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deepStrictEqual } from 'node:assert';
import { Client } from 'pg';
import { eventText, expectedLake, readHistory } from '../../test/support/history';
import { Lake } from '../../test/support/lake';
import { lastStates, readLake, readSource, sorted } from '../../test/support/lake-rows';
import { TABLES } from './application';
import type { Episode } from './episode';

/** What was found right. */
export interface Verified {
  readonly rows: number;
  readonly loaded: number;
  readonly changes: number;
  readonly files: number;
}

/**
 * The killed rehearsal's lake has exactly the files that its checkpoint knows, its last states are those of the source
 * and of an undisturbed rehearsal, and every change that the source's history tells is there once and in order.
 *
 * @throws {AssertionError} when it is not so
 */
export async function verify(url: string, killed: Episode, undisturbed: Episode): Promise<Verified> {
  const client = new Client({ connectionString: url, options: '-c timezone=UTC' });
  await client.connect();
  try {
    const { rows: leftovers } = await client.query(
      'SELECT slot_name::text FROM pg_replication_slots UNION ALL SELECT pubname FROM pg_publication');
    deepStrictEqual(leftovers, [], 'slots and publications that are left over');
    deepStrictEqual(new Lake(killed.lake).files(), killed.files(), 'files of the lake');
    const history = await readHistory(client);
    const verified = { rows: 0, loaded: 0, changes: 0, files: killed.files().length };
    for (const { name, columns, keyLength } of TABLES) {
      const scratch = mkdtempSync(join(tmpdir(), 'kill-drill-links-'));
      const found = await readLake(new Lake(killed.lake), `public/${name}`, columns, join(scratch, 'killed'));
      const other = await readLake(new Lake(undisturbed.lake), `public/${name}`, columns, join(scratch, 'undisturbed'));
      const source = sorted(await readSource(client, name, columns));
      const states = lastStates([...found.loaded, ...found.changes], keyLength);
      deepStrictEqual(states, source, `${name}: last states and source`);
      deepStrictEqual(states, lastStates([...other.loaded, ...other.changes], keyLength), `${name}: undisturbed run`);

      const { rows: [relation] } = await client.query<{ oid: number }>('SELECT $1::regclass::int AS oid', [name]);
      const place = columns.length - 1;
      const events = found.changes.map(({ op, values }) => eventText(op, values[place]));
      const expected = expectedLake(history.filter((change) => change.relation === relation!.oid), events.length, true);
      deepStrictEqual(events, expected.events, `${name}: changes`);
      deepStrictEqual(found.loaded.map(({ values }) => values[place]).sort(), expected.loaded, `${name}: load`);
      verified.rows += source.length;
      verified.loaded += found.loaded.length;
      verified.changes += events.length;
    }
    return verified;
  } finally {
    await client.end();
  }
}
