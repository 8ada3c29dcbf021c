import { error, names, type Problem, warning } from './problems';
import type { Server } from './server';
import type { Wish } from './server-checks';
import type { Table, Tables } from './tables';

const titleOf = ({ schema, name }: Table): string => `${schema}.${name}`;

/** What is wrong with the selected tables: one problem for all tables that have it. */
export function checkTables(tables: Tables, user: Server['user'], wish: Pick<Wish, 'capturesChanges' | 'plugin'>): Problem[] {
  return [
    ...checkSelection(tables),
    ...(user.exists ? checkPrivileges(tables.selected, user.name) : []),
    ...checkPartitions(tables.selected),
    ...(wish.capturesChanges ? checkIdentities(tables.selected.filter(({ isView }) => !isView), wish.plugin) : []),
  ];
}

function checkSelection({ selected, missing }: Tables): Problem[] {
  return [
    ...(missing.length === 0 ? [] : [warning(
      `${names(missing)} ${missing.length === 1 ? 'is' : 'are'} selected and not there: a task that starts without a table `
      + 'does not load it; create it first, or correct the name (case matters)')]),
    ...(selected.length > 0 || missing.length > 0 ? [] : [warning(
      'the table mappings select no table that exists: create the tables before the task starts, or correct the names '
      + '(case matters)')]),
  ];
}

function checkPrivileges(tables: readonly Table[], user: string): Problem[] {
  const closed = [...new Set(tables.filter(({ mayEnterSchema }) => !mayEnterSchema).map(({ schema }) => schema))];
  const unreadable = tables.filter(({ mayRead }) => !mayRead);
  const hiding = tables.filter(({ mayRead, hidesRows }) => mayRead && hidesRows);
  return [
    ...(closed.length === 0 ? [] : [error(
      `user ${user} may not enter schema ${names(closed)}: DMS needs USAGE on the schema of every selected table; GRANT `
      + `USAGE ON SCHEMA … TO ${user}`)]),
    ...(unreadable.length === 0 ? [] : [error(
      `user ${user} may not read ${names(unreadable.map(titleOf))}: DMS needs SELECT on every selected table; GRANT SELECT `
      + `ON … TO ${user}`)]),
    ...(hiding.length === 0 ? [] : [error(
      `row-level security hides rows of ${names(hiding.map(titleOf))} from user ${user}: DMS would load a part of the `
      + `rows; ALTER ROLE ${user} BYPASSRLS, or leave the tables out`)]),
  ];
}

/** DMS replicates partitions as tables of their own. */
function checkPartitions(tables: readonly Table[]): Problem[] {
  const parents = tables.filter(({ isPartitioned }) => isPartitioned);
  const doubled = parents.filter(({ oid }) =>
    tables.some(({ isPartitioned, ancestors }) => !isPartitioned && ancestors.includes(oid)));
  const alone = parents.filter((parent) => !doubled.includes(parent));
  return [
    ...(doubled.length === 0 ? [] : [error(
      `partitioned tables ${names(doubled.map(titleOf))} are selected together with their partitions: their rows would be `
      + 'loaded twice; exclude the partitioned table itself')]),
    ...(alone.length === 0 ? [] : [warning(
      `partitioned tables ${names(alone.map(titleOf))} are selected without their partitions: DMS captures the changes of `
      + 'partitions; select those instead')]),
  ];
}

/** An UPDATE or DELETE of a table without identity is ignored; its rows cannot be told apart. */
function checkIdentities(tables: readonly Table[], plugin: string): Problem[] {
  const own = tables.filter(({ isPartitioned }) => !isPartitioned);
  const full = own.filter(({ identity }) => identity === 'full' && plugin === 'pglogical');
  const none = own.filter(({ identity }) => identity === 'nothing');
  const keyless = own.filter(({ identity, hasKey }) => identity === 'default' && !hasKey);
  return [
    ...(full.length === 0 ? [] : [error(
      `${names(full.map(titleOf))} have REPLICA IDENTITY FULL: with pglogical DMS does not replicate their updates `
      + 'correctly; use test_decoding, or a primary key with REPLICA IDENTITY DEFAULT')]),
    ...(none.length === 0 ? [] : [warning(
      `${names(none.map(titleOf))} have REPLICA IDENTITY NOTHING: their updates and deletes are not replicated; ALTER TABLE … `
      + 'REPLICA IDENTITY DEFAULT where there is a primary key')]),
    ...(keyless.length === 0 ? [] : [warning(
      `${names(keyless.map(titleOf))} have no primary key: their updates and deletes are not replicated; add one${
        plugin === 'pglogical' ? '' : ', or ALTER TABLE … REPLICA IDENTITY FULL'}`)]),
  ];
}
