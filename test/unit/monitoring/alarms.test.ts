import * as sns from 'aws-cdk-lib/aws-sns';
import { Duration, Size } from 'aws-cdk-lib/core';
import {
  MigrationType, PipelineMonitoring, type PipelineMonitoringProps, S3ParquetTarget, SourceDatabaseMetrics,
  TableMappings, TableSelection, TaskSettings,
} from '../../../lib';
import { alarmsByPath, makePipeline, monitor } from './monitored-pipeline';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const validated = TaskSettings.of({
  targetMetadata: { lobMaxSize: 64 }, validationSettings: { enableValidation: true },
});

/** What CloudWatch compares, of every alarm. */
function compared(alarms: Record<string, Record<string, unknown>>): Record<string, string> {
  const symbol: Record<string, string> = {
    GreaterThanOrEqualToThreshold: '>=', LessThanOrEqualToThreshold: '<=',
  };
  return Object.fromEntries(Object.entries(alarms).map(([path, alarm]) => [path, [
    alarm['Statistic'], alarm['MetricName'], symbol[alarm['ComparisonOperator'] as string], alarm['Threshold'],
    `${alarm['EvaluationPeriods'] as number}x${alarm['Period'] as number}s`, alarm['TreatMissingData'],
  ].join(' ')]));
}

const pathsOf = (props: Partial<PipelineMonitoringProps>): string[] => Object.keys(alarmsByPath(monitor(props)));

describe('the alarms of a pipeline', () => {
  test('have safe thresholds, and a reason of their own for what missing data means', () => {
    expect(compared(alarmsByPath(monitor({}, { taskSettings: validated })))).toEqual({
      'InstanceAlarms/FreeableMemoryWarning': `Minimum FreeableMemory <= ${512 * MIB} 3x300s missing`,
      'InstanceAlarms/FreeableMemoryCritical': `Minimum FreeableMemory <= ${256 * MIB} 3x300s missing`,
      'InstanceAlarms/SwapUsageWarning': `Maximum SwapUsage >= ${256 * MIB} 3x300s missing`,
      'InstanceAlarms/SwapUsageCritical': `Maximum SwapUsage >= ${GIB} 3x300s missing`,
      'InstanceAlarms/FreeStorageWarning': `Minimum FreeStorageSpace <= ${10 * GIB} 1x300s missing`,
      'InstanceAlarms/FreeStorageCritical': `Minimum FreeStorageSpace <= ${5 * GIB} 1x300s missing`,
      'InstanceAlarms/ErrorsWarning': 'Sum ErrorLines >= 1 1x300s notBreaching',
      'SourceAlarms/SlotLagWarning': `Maximum OldestReplicationSlotLag >= ${5 * GIB} 3x300s notBreaching`,
      'SourceAlarms/SlotLagCritical': `Maximum OldestReplicationSlotLag >= ${20 * GIB} 3x300s notBreaching`,
      'SourceAlarms/TransactionLogsWarning': `Maximum TransactionLogsDiskUsage >= ${10 * GIB} 3x300s notBreaching`,
      'SourceAlarms/TransactionLogsCritical': `Maximum TransactionLogsDiskUsage >= ${30 * GIB} 3x300s notBreaching`,
      'SourceAlarms/FreeStorageWarning': `Minimum FreeStorageSpace <= ${20 * GIB} 1x300s ignore`,
      'SourceAlarms/FreeStorageCritical': `Minimum FreeStorageSpace <= ${10 * GIB} 1x300s ignore`,
      'Task/Alarms/SourceLatencyWarning': 'Maximum CDCLatencySource >= 600 3x300s ignore',
      'Task/Alarms/SourceLatencyCritical': 'Maximum CDCLatencySource >= 1800 3x300s ignore',
      'Task/Alarms/TargetLatencyWarning': 'Maximum CDCLatencyTarget >= 600 3x300s ignore',
      'Task/Alarms/TargetLatencyCritical': 'Maximum CDCLatencyTarget >= 1800 3x300s ignore',
      'Task/Alarms/TaskSilenceCritical': 'SampleCount MemoryUsage <= 0 6x300s breaching',
      'Task/Alarms/ValidationFailuresCritical': 'Maximum ValidationFailedOverallCount >= 1 1x300s ignore',
    });
  });

  test('take thresholds by severity, and leave out a severity without one', () => {
    const alarms = compared(alarmsByPath(monitor({
      taskAlarms: { sourceLatency: { warning: Duration.minutes(2) }, targetLatency: {}, taskSilence: {} },
      instanceAlarms: { freeableMemory: { critical: Size.gibibytes(1) }, swapUsage: {}, freeStorage: {} },
      sourceAlarms: { slotLag: {}, transactionLogs: {}, freeStorage: { warning: Size.gibibytes(200) } },
      logErrors: { warning: 10, critical: 100 },
    })));
    expect(alarms).toEqual({
      'InstanceAlarms/FreeableMemoryCritical': `Minimum FreeableMemory <= ${GIB} 3x300s missing`,
      'InstanceAlarms/ErrorsWarning': 'Sum ErrorLines >= 10 1x300s notBreaching',
      'InstanceAlarms/ErrorsCritical': 'Sum ErrorLines >= 100 1x300s notBreaching',
      'SourceAlarms/FreeStorageWarning': `Minimum FreeStorageSpace <= ${200 * GIB} 1x300s ignore`,
      'Task/Alarms/SourceLatencyWarning': 'Maximum CDCLatencySource >= 120 3x300s ignore',
    });
  });

  test('say what has happened, what to do first, and where to read on', () => {
    const alarms = alarmsByPath(monitor({ runbookUrl: 'https://wiki.example.com/dms/' }));
    expect(alarms['SourceAlarms/SlotLagCritical']!['AlarmDescription']).toBe(
      'critical: a replication slot of the source holds back 20 GiB or more of write-ahead log. First: find the slot with '
      + 'select * from pg_replication_slots, and see whether its task runs. '
      + 'Runbook: https://wiki.example.com/dms/slot-lag.md',
    );
    expect(alarms['Task/Alarms/TaskSilenceCritical']!['AlarmDescription']).toBe(
      'critical: task Test/Pipeline/Task has sent no metric for 30 minutes: it is not running. First: read its status '
      + 'and stop reason with aws dms describe-replication-tasks. Runbook: https://wiki.example.com/dms/task-failed.md',
    );
  });

  test('tell their topic by severity, also that they are over', () => {
    const { stack, pipeline, source } = makePipeline();
    const pager = new sns.Topic(stack, 'Pager');
    const tickets = new sns.Topic(stack, 'Tickets');
    const monitoring = new PipelineMonitoring(stack, 'Monitoring', {
      replicationInstance: pipeline.replicationInstance,
      task: pipeline.task,
      sourceDatabase: SourceDatabaseMetrics.forInstance(source.database),
      topic: tickets,
      criticalTopic: pager,
    });
    const alarms = alarmsByPath({ stack, monitoring });
    const reference = (topic: sns.ITopic): unknown[] => [stack.resolve(topic.topicArn)];
    const { AlarmActions, OKActions } = alarms['SourceAlarms/SlotLagWarning']!;
    expect([AlarmActions, OKActions]).toEqual([reference(tickets), reference(tickets)]);
    const critical = alarms['SourceAlarms/SlotLagCritical']!;
    expect([critical['AlarmActions'], critical['OKActions']]).toEqual([reference(pager), reference(pager)]);
  });
});

describe('the alarms of a task', () => {
  test('leave out latency and silence where a task only loads, as it is meant to end', () => {
    const task = alarmsByPath(monitor({}, { migrationType: MigrationType.FULL_LOAD, taskSettings: validated }));
    expect(Object.keys(task).filter((path) => path.startsWith('Task/')))
      .toEqual(['Task/Alarms/ValidationFailuresCritical']);
  });

  test('leave out validation where the settings do not turn it on, as no metric would come', () => {
    expect(pathsOf({}).filter((path) => path.includes('Validation'))).toEqual([]);
  });

  test('count the periods of silence', () => {
    const alarms = compared(alarmsByPath(monitor({
      taskAlarms: { taskSilence: { warning: Duration.minutes(15), critical: Duration.hours(2) } },
    })));
    expect(alarms['Task/Alarms/TaskSilenceWarning']).toBe('SampleCount MemoryUsage <= 0 3x300s breaching');
    expect(alarms['Task/Alarms/TaskSilenceCritical']).toBe('SampleCount MemoryUsage <= 0 24x300s breaching');
  });

  test.each([
    ['7 minutes', Duration.minutes(7)], ['0 minutes', Duration.minutes(0)], ['1 day 5 minutes', Duration.minutes(1445)],
  ])('refuse a silence of %s', (text, critical) => {
    expect(() => monitor({ taskAlarms: { taskSilence: { critical } } })).toThrow(
      `Test/Monitoring/Task: taskSilence is ${text}: give a multiple of 5 minutes, up to a day`,
    );
  });

  test('are those of every task that is added, with thresholds of its own', () => {
    const parts = monitor({ taskAlarms: { targetLatency: {}, sourceLatency: { critical: Duration.minutes(5) } } });
    const archive = parts.pipeline.addTask('Archive', {
      source: parts.source,
      target: new S3ParquetTarget(parts.stack, 'ArchiveLake'),
      tableMappings: TableMappings.of(TableSelection.include('archive', '%')),
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }),
    });
    parts.monitoring.addTask('Archive', archive, { sourceLatency: { critical: Duration.hours(1) } });
    const alarms = alarmsByPath(parts);
    const tasks = Object.fromEntries(Object.entries(compared(alarms)).filter(([path]) => /^(Task|Archive)/.test(path)));
    expect(tasks).toEqual({
      'Task/Alarms/SourceLatencyCritical': 'Maximum CDCLatencySource >= 300 3x300s ignore',
      'Task/Alarms/TaskSilenceCritical': 'SampleCount MemoryUsage <= 0 6x300s breaching',
      'Archive/Alarms/SourceLatencyCritical': 'Maximum CDCLatencySource >= 3600 3x300s ignore',
      'Archive/Alarms/TaskSilenceCritical': 'SampleCount MemoryUsage <= 0 6x300s breaching',
    });
    expect((alarms['Archive/Alarms/SourceLatencyCritical']!['Dimensions'] as unknown[])[1]).toEqual({
      Name: 'ReplicationTaskIdentifier',
      Value: { 'Fn::Select': [6, { 'Fn::Split': [':', parts.stack.resolve(archive.replicationTaskArn)] }] },
    });
  });
});

test.each<[string, Partial<PipelineMonitoringProps>, string]>([
  ['more is bad', { taskAlarms: { sourceLatency: { warning: Duration.hours(1), critical: Duration.minutes(30) } } },
    'Test/Monitoring/Task/Alarms: the alarm SourceLatency warns at 1 hour and is critical at 30 minutes'],
  ['less is bad', { instanceAlarms: { freeStorage: { warning: Size.gibibytes(1), critical: Size.gibibytes(5) } } },
    'Test/Monitoring/InstanceAlarms: the alarm FreeStorage warns at 1 GiB and is critical at 5 GiB'],
  ['silence', { taskAlarms: { taskSilence: { warning: Duration.hours(1), critical: Duration.minutes(30) } } },
    'Test/Monitoring/Task: taskSilence warns after 1 hour and is critical after 30 minutes'],
])('a warning that comes after it is critical is refused: %s', (_, props, message) => {
  expect(() => monitor(props)).toThrow(`${message}: give a warning that comes before it is critical`);
});

test('a source that is not given is not watched, and cannot have thresholds', () => {
  expect(pathsOf({ sourceDatabase: undefined }).filter((path) => path.startsWith('Source'))).toEqual([]);
  expect(() => monitor({ sourceDatabase: undefined, sourceAlarms: { slotLag: {} } })).toThrow(
    'Test/Monitoring: sourceAlarms has thresholds for a source that is not given: pass sourceDatabase',
  );
});
