import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  DatabaseMigrationServiceClient, DescribeConnectionsCommand, DescribeReplicationInstancesCommand,
  DescribeReplicationTasksCommand, DescribeTableStatisticsCommand, type ReplicationTask, StartReplicationTaskCommand,
  StopReplicationTaskCommand, type TableStatistics, TestConnectionCommand,
} from '@aws-sdk/client-database-migration-service';
import { mockClient } from 'aws-sdk-client-mock';
import { DmsLegs } from '../../../lambda/two-way-control/dms-legs';
import type { LegState } from '../../../lambda/two-way-control/ports';
import { fault, INSTANCE_ARN, SOURCE_ARN, standStill, TARGET_ARN, TASK_ARN } from '../task-lifecycle/requests';
import { at, BACKWARD, CONFIGURATION, FORWARD, NOW } from './pair';

const BACK_ARN = TASK_ARN.replace('ORDERS', 'BACK');
const dms = mockClient(DatabaseMigrationServiceClient);
const cloudWatch = mockClient(CloudWatchClient);
const logged: string[] = [];

const RAN = { StartDate: new Date(at(-9_000)), FullLoadProgressPercent: 100, TablesLoading: 0, TablesQueued: 0 };

function newLegs(task: Partial<ReplicationTask> = {}): DmsLegs {
  dms.on(DescribeReplicationTasksCommand).callsFake(({ Filters: [filter] }: { Filters: { Values: string[] }[] }) => ({
    ReplicationTasks: [{
      ReplicationTaskArn: filter!.Values[0], ReplicationTaskIdentifier: 'orders', Status: 'running',
      MigrationType: filter!.Values[0] === BACK_ARN ? 'cdc' : 'full-load-and-cdc', ReplicationTaskStats: RAN,
      ReplicationInstanceArn: INSTANCE_ARN, SourceEndpointArn: SOURCE_ARN, TargetEndpointArn: TARGET_ARN, ...task,
    }],
  }));
  const aws = { tableName: 'sites', forwardTaskArn: TASK_ARN, backwardTaskArn: BACK_ARN };
  return new DmsLegs({ ...CONFIGURATION, aws }, () => new Date(NOW), (text) => { logged.push(text); });
}

beforeEach(() => {
  standStill();
  logged.length = 0;
  dms.reset();
  cloudWatch.reset();
  cloudWatch.on(GetMetricDataCommand).resolves({
    MetricDataResults: [{ Id: 'source', Values: [4, 900] }, { Id: 'target', Values: [7] }],
  });
  dms.on(DescribeReplicationInstancesCommand).resolves({ ReplicationInstances: [{ ReplicationInstanceIdentifier: 'Rep-1' }] });
  connections('successful', 'successful');
});

function connections(...statuses: string[]): void {
  dms.on(DescribeConnectionsCommand).resolves({
    Connections: statuses.map((Status, index) => ({ EndpointArn: [SOURCE_ARN, TARGET_ARN][index], Status })),
  });
}

const starts = (): unknown[] => dms.commandCalls(StartReplicationTaskCommand).map(({ args }) => args[0].input);

describe('the state', () => {
  test.each<[string, boolean, LegState]>([
    ['creating', false, 'starting'], ['ready', false, 'never-started'], ['ready', true, 'stopped'],
    ['starting', true, 'starting'], ['running', true, 'running'], ['stopping', true, 'stopping'],
    ['stopped', true, 'stopped'], ['stopped', false, 'never-started'], ['failed', true, 'failed'],
    ['modifying', true, 'starting'], ['moving', true, 'starting'], ['testing', true, 'starting'],
    ['failed-move', true, 'failed'], ['deleting', true, 'failed'], ['invented since', true, 'starting'],
  ])('of a task that is %s (has run: %s) is %s', async (Status, hasRun, state) => {
    const legs = newLegs({ Status, ReplicationTaskStats: hasRun ? RAN : {} });
    expect((await legs.status(FORWARD)).state).toBe(state);
  });

  test('comes with what DMS says of it', async () => {
    const legs = newLegs({ Status: 'failed', StopReason: 'Stop Reason FATAL_ERROR', LastFailureMessage: 'no slot' });
    expect((await legs.status(FORWARD)).reason).toBe(
      `replication task orders (${TASK_ARN}) is failed (StopReason: Stop Reason FATAL_ERROR; LastFailureMessage: no slot)`);
  });

  test('of each leg is that of its task', async () => {
    const legs = newLegs();
    await legs.status(BACKWARD);
    const [call] = dms.commandCalls(DescribeReplicationTasksCommand);
    expect(call?.args[0].input.Filters?.[0]?.Values).toEqual([BACK_ARN]);
    await expect(legs.status({ from: 'A', to: 'C' })).rejects.toThrow('there is no leg A → C between A and B');
  });

  test('of a task that is gone is nothing to guess', async () => {
    const legs = newLegs();
    dms.on(DescribeReplicationTasksCommand).rejects(fault('ResourceNotFoundFault'));
    await expect(legs.status(FORWARD)).rejects.toThrow(`replication task ${TASK_ARN} of leg A → B does not exist`);
  });

  test.each<[string, ReplicationTask['ReplicationTaskStats'], boolean]>([
    ['is done', { ...RAN, FullLoadFinishDate: new Date(NOW) }, true],
    ['is done, as its progress says', RAN, true],
    ['has tables that load', { ...RAN, TablesLoading: 1 }, false],
    ['has tables that wait', { ...RAN, TablesQueued: 1 }, false],
    ['is under way', { ...RAN, FullLoadProgressPercent: 99 }, false],
    ['says nothing', {}, false],
  ])('of a full load that %s', async (_, ReplicationTaskStats, loaded) => {
    expect((await newLegs({ ReplicationTaskStats }).status(FORWARD)).loaded).toBe(loaded);
    expect((await newLegs({ ReplicationTaskStats }).status(BACKWARD)).loaded).toBe(true);
  });
});

describe('the lag', () => {
  test('is the worse one of source and target, under the names that DMS gives its metrics', async () => {
    const legs = newLegs();
    expect((await legs.status(FORWARD)).lagSeconds).toBe(7);
    const { input } = cloudWatch.commandCalls(GetMetricDataCommand)[0]!.args[0];
    expect(input).toMatchObject({ StartTime: new Date(at(-300)), EndTime: new Date(NOW), ScanBy: 'TimestampDescending' });
    const metrics = input.MetricDataQueries?.map(({ MetricStat: stat }) => stat?.Metric);
    expect(metrics).toEqual(['CDCLatencySource', 'CDCLatencyTarget'].map((MetricName) => ({
      Namespace: 'AWS/DMS',
      MetricName,
      Dimensions: [
        { Name: 'ReplicationInstanceIdentifier', Value: 'rep-1' }, { Name: 'ReplicationTaskIdentifier', Value: 'ORDERS' },
      ],
    })));
  });

  test('asks for the name of the instance once', async () => {
    const legs = newLegs();
    await legs.status(FORWARD);
    await legs.status(FORWARD);
    expect(dms.commandCalls(DescribeReplicationInstancesCommand)).toHaveLength(1);
  });

  test.each([[[{ Id: 'source', Values: [4] }]], [[{ Id: 'source', Values: [] }, { Id: 'target', Values: [7] }]], [[]]])(
    'is unknown when it was not measured lately: %j', async (MetricDataResults) => {
      cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults });
      expect(await newLegs().status(FORWARD)).toEqual({ state: 'running', loaded: true });
    });

  test('is unknown when it cannot be read, which stops nothing else', async () => {
    cloudWatch.on(GetMetricDataCommand).rejects(fault('AccessDeniedException'));
    expect(await newLegs().status(FORWARD)).toEqual({ state: 'running', loaded: true });
    expect(logged[0]).toContain(`the lag of ${TASK_ARN} is unknown: AccessDeniedException`);
  });

  test('is not asked for when nothing runs', async () => {
    await newLegs({ Status: 'stopped' }).status(FORWARD);
    expect(cloudWatch.calls()).toHaveLength(0);
  });
});

describe('validation', () => {
  const TABLE: TableStatistics = {
    SchemaName: 'shop', TableName: 'orders', TableState: 'Table completed', ValidationState: 'Validated',
    ValidationPendingRecords: 0, ValidationFailedRecords: 0, ValidationSuspendedRecords: 0,
  };
  const tables = (...changes: Partial<TableStatistics>[]): void => {
    const all = changes.map((change) => ({ ...TABLE, ...change }));
    dms.on(DescribeTableStatisticsCommand).resolves({ TableStatistics: all });
  };

  test('is added up over all pages, up to now while the task runs', async () => {
    dms.on(DescribeTableStatisticsCommand, { ReplicationTaskArn: TASK_ARN, Marker: undefined }).resolves({
      Marker: 'more', TableStatistics: [{ ...TABLE, ValidationPendingRecords: 3, ValidationFailedRecords: 1 }],
    });
    dms.on(DescribeTableStatisticsCommand, { ReplicationTaskArn: TASK_ARN, Marker: 'more' }).resolves({
      TableStatistics: [{ ...TABLE, ValidationPendingRecords: 2, ValidationSuspendedRecords: 4 }],
    });
    expect(await newLegs().validation(FORWARD)).toEqual({
      enabled: true, pendingRecords: 5, failedRecords: 1, suspendedRecords: 4, tablesInError: [], asOf: NOW,
    });
  });

  test('of a task that stopped is as old as its stop', async () => {
    tables({});
    const legs = newLegs({ Status: 'stopped', ReplicationTaskStats: { ...RAN, StopDate: new Date(at(-60)) } });
    expect((await legs.validation(FORWARD)).asOf).toBe(at(-60));
  });

  test('is not enabled when one table has none, or there are no tables', async () => {
    tables({}, { ValidationState: 'Not enabled' });
    expect(await newLegs().validation(FORWARD)).toMatchObject({ enabled: false });
    tables();
    expect(await newLegs().validation(FORWARD)).toMatchObject({ enabled: false });
  });

  test('waits for tables that were not compared once, although they have no records to wait for', async () => {
    tables({}, { ValidationState: 'Pending validation' }, { ValidationState: 'Preparing table' });
    expect((await newLegs().validation(FORWARD)).pendingRecords).toBe(2);
  });

  test('names tables that DMS has given up', async () => {
    tables({}, { TableName: 'a', TableState: 'Table error' }, { TableName: 'b', ValidationState: 'No primary key' });
    expect((await newLegs().validation(FORWARD)).tablesInError).toEqual(['shop.a', 'shop.b']);
  });
});

describe('a start', () => {
  test('of a leg that never ran is at the position', async () => {
    await newLegs({ Status: 'ready', ReplicationTaskStats: {} }).start(BACKWARD, '0/16B3748');
    expect(starts()).toEqual([{
      ReplicationTaskArn: BACK_ARN, StartReplicationTaskType: 'start-replication', CdcStartPosition: '0/16B3748',
    }]);
  });

  test('of a leg that never ran is not made without one: it would begin anywhere', async () => {
    await expect(newLegs({ Status: 'ready', ReplicationTaskStats: {} }).start(BACKWARD, undefined)).rejects
      .toThrow('it is started only by a switch, at the position that it captures');
    expect(starts()).toEqual([]);
  });

  test.each(['stopped', 'failed'])('of a leg that is %s goes on where it was', async (Status) => {
    await newLegs({ Status }).start(BACKWARD, '0/16B3748');
    expect(starts()).toEqual([{
      ReplicationTaskArn: BACK_ARN, StartReplicationTaskType: 'resume-processing', CdcStartPosition: undefined,
    }]);
  });

  test.each(['running', 'starting', 'stopping', 'modifying'])('of a leg that is %s is none', async (Status) => {
    await newLegs({ Status }).start(FORWARD, undefined);
    expect(starts()).toEqual([]);
  });

  test('waits for the test of a connection that did not pass', async () => {
    connections('successful', 'failed');
    await newLegs({ Status: 'stopped' }).start(FORWARD, undefined);
    expect(starts()).toEqual([]);
    expect(dms.commandCalls(TestConnectionCommand).map(({ args }) => args[0].input)).toEqual([
      { ReplicationInstanceArn: INSTANCE_ARN, EndpointArn: TARGET_ARN },
    ]);
    expect(logged[0]).toContain('is not started yet: its connections are being tested');
  });

  test('is prepared before anybody waits for it', async () => {
    connections();
    const legs = newLegs({ Status: 'ready', ReplicationTaskStats: {} });
    expect(await legs.prepare(BACKWARD)).toBe('its connections are being tested, which takes a minute or two: try again then');
    expect(dms.commandCalls(TestConnectionCommand)).toHaveLength(2);
    connections('successful', 'successful');
    expect(await legs.prepare(BACKWARD)).toBeUndefined();
  });

  test('that DMS cannot make now is asked for again later, and one that it never can is not', async () => {
    const legs = newLegs({ Status: 'stopped' });
    dms.on(StartReplicationTaskCommand).rejects(fault('InvalidResourceStateFault'));
    await legs.start(FORWARD, undefined);
    expect(logged[0]).toContain('InvalidResourceStateFault');
    dms.on(StartReplicationTaskCommand).rejects(fault('KMSKeyNotAccessibleFault'));
    await expect(legs.start(FORWARD, undefined)).rejects.toThrow('so it is');
  });
});

describe('a stop', () => {
  test.each<[string, number]>([['running', 1], ['starting', 0], ['stopping', 0], ['stopped', 0], ['ready', 0], ['failed', 0]])(
    'of a leg that is %s is asked for %d times', async (Status, times) => {
      await newLegs({ Status }).stop(FORWARD);
      expect(dms.commandCalls(StopReplicationTaskCommand)).toHaveLength(times);
    });

  test('that comes too early is no failure', async () => {
    dms.on(StopReplicationTaskCommand).rejects(fault('InvalidResourceStateFault'));
    await newLegs().stop(FORWARD);
    expect(logged).toHaveLength(1);
  });
});
