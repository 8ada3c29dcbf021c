import { Template } from 'aws-cdk-lib/assertions';
import { S3ParquetTarget, TableMappings, TableSelection, TaskSettings } from '../../../lib';
import { monitor, onlyResource, resources, type Monitored } from './monitored-pipeline';

interface Widget {
  readonly type: string;
  readonly width: number;
  readonly x: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly query?: string;
    readonly alarms?: unknown[];
    readonly metrics?: unknown[][];
  };
}

/** The widgets of the dashboard; what CloudFormation fills in is `?`. */
function widgetsOf({ stack }: Monitored): Widget[] {
  const body = onlyResource(Template.fromStack(stack), 'AWS::CloudWatch::Dashboard')['DashboardBody'] as
    { 'Fn::Join': [string, unknown[]] };
  const text = body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : '?')).join('');
  return (JSON.parse(text) as { widgets: Widget[] }).widgets;
}

const titles = (widgets: Widget[]): string[] =>
  widgets.map(({ type, properties }) => properties.title ?? properties.markdown ?? type);

const LINK = '[What to do](https://github.com/cdk-dms-pipelines/cdk-dms-pipelines/blob/main/docs/runbooks)';
const INSTANCE = ['CPU (%)', 'memory (bytes)', 'storage (bytes)'].map((what) => `Replication instance: ${what}`);
const SOURCE = ['held back by slots (bytes)', 'write-ahead log (bytes)', 'free storage (bytes)']
  .map((what) => `Source: ${what}`);
const TASK = ['Behind the source (seconds)', 'Changes that wait (rows)', 'Throughput (rows a second)'];

describe('the dashboard', () => {
  test('shows alarms, instance, source, errors and the task, in full rows', () => {
    const widgets = widgetsOf(monitor());
    expect(titles(widgets)).toEqual([
      `## Test/Pipeline/Instance\n${LINK}`, 'Alarms', ...INSTANCE, ...SOURCE, 'Latest errors',
      `## Test/Pipeline/Task\n${LINK}`, 'Alarms', ...TASK,
    ]);
    expect(widgets.filter(({ type }) => type === 'metric').map(({ x, width }) => [x, width]))
      .toEqual([...Array<number[][]>(3)].flatMap(() => [[0, 8], [8, 8], [16, 8]]));
  });

  test('shows each task that is added', () => {
    const parts = monitor();
    parts.monitoring.addTask('Archive', parts.pipeline.addTask('Archive', {
      source: parts.source,
      target: new S3ParquetTarget(parts.stack, 'ArchiveLake'),
      tableMappings: TableMappings.of(TableSelection.include('archive', '%')),
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }),
    }));
    expect(titles(widgetsOf(parts)).slice(-5)).toEqual([`## Test/Pipeline/Archive\n${LINK}`, 'Alarms', ...TASK]);
  });

  test('has no row for a source that is not watched, and no state of alarms that are turned off', () => {
    const widgets = widgetsOf(monitor({
      sourceDatabase: undefined, taskAlarms: { sourceLatency: {}, targetLatency: {}, taskSilence: {} },
    }));
    expect(titles(widgets)).toEqual([
      `## Test/Pipeline/Instance\n${LINK}`, 'Alarms', ...INSTANCE, 'Latest errors', `## Test/Pipeline/Task\n${LINK}`, ...TASK,
    ]);
  });

  test('asks the log group of the tasks for the latest errors', () => {
    const [log] = widgetsOf(monitor()).filter(({ type }) => type === 'log');
    expect(log!.properties.query).toBe(
      "SOURCE '?' | fields @timestamp, @logStream, @message\n| filter @message like \"]E:\"\n"
      + '| sort @timestamp desc\n| limit 50',
    );
  });

  test('may be left out', () => {
    const { stack, monitoring } = monitor({ createDashboard: false });
    expect(monitoring.dashboard).toBeUndefined();
    expect(resources(Template.fromStack(stack), 'AWS::CloudWatch::Dashboard')).toEqual({});
  });
});
