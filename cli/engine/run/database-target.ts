import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { ControlTables, markingSql } from '../database/control-tables';
import { DatabaseChanges } from '../database/database-changes';
import type { LoadedPart } from '../database/load-table';
import { loadIntoTable } from '../database/load-table';
import { compareTable } from '../database/table-comparison';
import { createTable, emptyTable } from '../database/table-definition';
import type { TargetTable } from '../database/target-table';
import { readTargetTables } from '../database/target-table';
import { openTargetSession } from '../database/target-session';
import type { LoadContext } from '../load/load-context';
import type { LoadedTable, LoadSize, PartLoader } from '../load/load-tables';
import type { LoadPart } from '../load/parts';
import type { TablePlan } from '../plan/table-plan';
import { parseLsn } from '../source/lsn';
import { prepareLoopbackTable } from '../source/loopback-table';
import { quotedName, titleOf } from '../source/names';
import type { DatabaseLocation } from '../target/target-location';
import type { DatabaseTask } from '../task/replication-task';
import type { Checkpoint } from './checkpoint';
import { asItIsNow } from './planning';
import { withoutLobs } from './lake-comparison';
import type { Run } from './run';
import type { RunState } from './run-state';
import type { RunTarget } from './run-target';

/** Tables of a PostgreSQL database. Rows and the position behind them are committed together. */
export class DatabaseTarget implements RunTarget {
  public readonly noun = 'target';
  /** Rows of a load that were there already. */
  private readonly kept = new Map<TablePlan, number>();
  /** Tables that hold nothing but what this load brings. */
  private readonly emptied = new Set<string>();

  private constructor(
    private readonly task: DatabaseTask, public readonly location: DatabaseLocation, private readonly client: Client,
  ) {}

  public static async open(task: DatabaseTask, location: DatabaseLocation): Promise<DatabaseTarget> {
    return new DatabaseTarget(task, location, await openTargetSession(location, task.database));
  }

  public check(): Promise<void> {
    // That it can be reached and written to by a session without triggers was seen when it was opened.
    return Promise.resolve();
  }

  public foldersOf(): string[] {
    return [];
  }

  public async prepareTables(state: RunState, plans: readonly TablePlan[], source: Client): Promise<void> {
    const { task, client } = this;
    for (const path of task.withoutCounterpart.filter((one) => !one.endsWith('TaskRecoveryTableEnabled'))) {
      state.warn(`${path} makes no table here: the report has what it would hold`);
    }
    const control = this.control(state);
    await control.prepare(client);
    await control.forget(client);
    if (task.database.loopback !== undefined) await prepareLoopbackTable(client, task.database.loopback.targetSchema);
    for (const plan of plans) {
      if (plan.source.key.length === 0 && !plan.source.isView) {
        state.warn(`${titleOf(plan.source)} has no primary key: DMS replicates no UPDATE and DELETE of it`);
      }
      try {
        await this.prepareTable(state, plan, source);
      } catch (error) {
        state.suspend(plan, error);
      }
    }
    // A table that cannot take its columns is put aside before anything is loaded.
    await this.tablesOf(state, plans);
  }

  public async recover(state: RunState): Promise<void> {
    const control = this.control(state);
    await control.prepare(this.client);
    const stored = await control.position(this.client);
    if (stored === undefined || parseLsn(stored.lsn) < parseLsn(state.checkpoint.lsn)) return;
    const { checkpoint } = state;
    checkpoint.lsn = stored.lsn;
    checkpoint.changes = stored.changes;
    checkpoint.tables = checkpoint.tables.map((table) =>
      stored.tables.find((one) => one.schema === table.schema && one.table === table.table) ?? table);
  }

  public openLoad(context: LoadContext, _: LoadSize, signal: AbortSignal): PartLoader {
    return {
      load: (plan, part, progress) => this.load(plan, part, { ...context, task: this.task }, progress, signal),
      discard: (plan) => this.empty(quotedName(plan)),
      close: () => Promise.resolve(),
    };
  }

  public async tableLoaded(state: RunState, plan: TablePlan, result: LoadedTable): Promise<void> {
    if (!state.accepts(plan, result.losses)) {
      await this.empty(quotedName(plan));
      return;
    }
    const kept = this.kept.get(plan) ?? 0;
    if (kept > 0) {
      state.warn(`${plan.schema}.${plan.name} had ${kept} of the loaded rows already: TargetTablePrepMode DO_NOTHING keeps them as they were`);
    }
    state.loaded(plan, result);
    await state.save();
  }

  /** A row of a table that held nothing before is of the load; of others nobody can tell. */
  public async undoLoad({ emptyBefore }: Checkpoint): Promise<void> {
    for (const name of emptyBefore) {
      const { rows } = await this.client.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [name]);
      if (rows[0]!.exists) await this.empty(name);
    }
  }

  public async openChanges(state: RunState, plans: readonly TablePlan[]): Promise<DatabaseChanges> {
    const { client, task } = this;
    const tables = await this.tablesOf(state, plans);
    return DatabaseChanges.open({ client, task, control: this.control(state), state }, tables.values());
  }

  public async removeTables(_: RunState, plans: readonly TablePlan[]): Promise<void> {
    for (const plan of plans) await this.client.query(`DROP TABLE IF EXISTS ${quotedName(plan)}`);
  }

  public holds(): boolean {
    return true;
  }

  public async compare({ state }: Run, plans: readonly TablePlan[], session: Client): Promise<void> {
    for (const plan of plans) {
      const now = await asItIsNow(session, plan);
      const tables = await readTargetTables(this.client, [now], (_, error) => {
        throw error;
      });
      const compared = this.task.comparesLobs ? now : withoutLobs(now);
      state.compared(plan, await compareTable(session, this.client, compared, tables.get(now)!, this.task.lobMaxBytes));
    }
  }

  public async finish(state: RunState): Promise<void> {
    await this.control(state).forget(this.client);
  }

  public async close(): Promise<void> {
    await this.client.end();
  }

  /** `TargetTablePrepMode`; what is not there is made in every mode. */
  private async prepareTable(state: RunState, plan: TablePlan, source: Client): Promise<void> {
    const { client, task } = this;
    const name = quotedName(plan);
    const mode = task.migrationType === 'cdc' ? 'DO_NOTHING' : task.targetTablePrepMode;
    const { rows: [found] } = await client.query<{ schema: boolean; table: boolean }>(
      'SELECT to_regnamespace($1) IS NOT NULL AS schema, to_regclass($2) IS NOT NULL AS table', [escapeIdentifier(plan.schema), name]);
    if (!found!.schema) await client.query(`CREATE SCHEMA ${escapeIdentifier(plan.schema)}`);
    if (found!.table && mode === 'DROP_AND_CREATE') await client.query(`DROP TABLE ${name} CASCADE`);
    if (!found!.table || mode === 'DROP_AND_CREATE') await createTable(client, source, plan);
    else if (mode === 'TRUNCATE_BEFORE_LOAD') await this.empty(name);
    else if (await this.hasRows(name)) return;
    state.checkpoint.emptyBefore.push(name);
    this.emptied.add(name);
  }

  /** Takes all rows of a table away, so that the task in the other direction does not do the same to the source. */
  private async empty(name: string): Promise<void> {
    const { client, task } = this;
    const { loopback } = task.database;
    await client.query('BEGIN');
    try {
      if (loopback !== undefined) await client.query(markingSql(task.id, loopback.targetSchema, 'full load'));
      await emptyTable(client, name);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  }

  private async hasRows(name: string): Promise<boolean> {
    return (await this.client.query(`SELECT FROM ${name} LIMIT 1`)).rowCount! > 0;
  }

  /** The tables of the target. One that cannot take its rows is put aside. */
  private tablesOf(state: RunState, plans: readonly TablePlan[]): Promise<Map<TablePlan, TargetTable>> {
    const wanted = plans.filter((plan) => !state.isSuspended(plan));
    return readTargetTables(this.client, wanted, (plan, error) => state.suspend(plan, error));
  }

  /** Each part has a transaction of its own: those of a table that was not loaded whole are taken back together. */
  private async load(
    plan: TablePlan, part: LoadPart, context: LoadContext<DatabaseTask>,
    progress: (rows: number, bytes: number) => void, signal: AbortSignal,
  ): Promise<LoadedPart> {
    const { location, task } = this;
    const target = await openTargetSession(location, task.database);
    try {
      const { loopback } = task.database;
      await target.query('BEGIN');
      if (loopback !== undefined) await target.query(markingSql(task.id, loopback.targetSchema, 'full load'));
      const tables = await readTargetTables(target, [plan], (_, error) => {
        throw error;
      });
      const keepsRows = !this.emptied.has(quotedName(plan));
      const loaded = await loadIntoTable(tables.get(plan)!, part, { context, target, keepsRows, progress, signal });
      await target.query('COMMIT');
      this.kept.set(plan, (this.kept.get(plan) ?? 0) + loaded.kept);
      return loaded;
    } finally {
      await target.end();
    }
  }

  private control({ checkpoint }: RunState): ControlTables {
    return new ControlTables(this.task.database.controlSchema, this.task.id, checkpoint.slot);
  }
}
