import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeReplicationInstancesCommand, type ReplicationTask } from '@aws-sdk/client-database-migration-service';
import type { Leg } from '../../lib/two-way/switch/switch-run';
import type { TwoWayConfiguration } from '../../lib/two-way/two-way-api';
import { CLIENT_SETTINGS } from '../task-lifecycle/client-settings';
import { describeTask, dms, startTask, stopTask } from '../task-lifecycle/dms';
import { explain, faultKind } from '../task-lifecycle/faults';
import { describe, type Phase, type ReplicationView } from '../task-lifecycle/replication';
import { untilConnected, viewOfTask, wiringOf } from '../task-lifecycle/task';
import { latencyOf } from './latency';
import type { Legs, LegState, LegStatus, LegValidation } from './ports';
import { statisticsOf, validationIn } from './table-statistics';

const cloudWatch = new CloudWatchClient(CLIENT_SETTINGS);

/** Both directions as two DMS tasks. */
export class DmsLegs implements Legs {
  /** The identifiers of the instances, by their ARNs: they do not change while a function lives. */
  private readonly instances = new Map<string, string>();

  public constructor(
    private readonly configuration: TwoWayConfiguration,
    private readonly now: () => Date,
    private readonly log: (text: string) => void,
  ) {}

  public async status(leg: Leg): Promise<LegStatus> {
    const task = await this.task(leg);
    const view = viewOfTask(task);
    const state = stateOf(view);
    const lagSeconds = state === 'running' ? await this.lag(task) : undefined;
    return {
      state,
      loaded: isLoaded(task),
      ...(lagSeconds === undefined ? {} : { lagSeconds }),
      ...(state === 'running' ? {} : { reason: describe(view) }),
    };
  }

  public async validation(leg: Leg): Promise<LegValidation> {
    const task = await this.task(leg);
    const stopped = task.ReplicationTaskStats?.StopDate;
    const asOf = stateOf(viewOfTask(task)) === 'running' ? this.now() : stopped;
    return validationIn(await statisticsOf(dms, this.arnOf(leg)), asOf?.toISOString());
  }

  public async prepare(leg: Leg): Promise<string | undefined> {
    const task = await this.task(leg);
    const obstacle = await untilConnected(viewOfTask(task), wiringOf(task), 0);
    return obstacle === undefined ? undefined : `${obstacle}, which takes a minute or two: try again then`;
  }

  public async start(leg: Leg, position: string | undefined): Promise<void> {
    const task = await this.task(leg);
    const view = viewOfTask(task);
    if (!['never-started', 'stopped', 'failed'].includes(stateOf(view))) return;
    const isFirst = !view.hasRun;
    const needsPosition = isFirst && task.MigrationType === 'cdc';
    if (needsPosition && position === undefined) {
      throw new Error(`${describe(view)} and has never run: it is started only by a switch, at the position that it captures`);
    }
    await this.unlessBusy(view, async () => {
      const obstacle = await untilConnected(view, wiringOf(task), 0);
      if (obstacle !== undefined) return this.log(`${describe(view)} and is not started yet: ${obstacle}`);
      await startTask(view.arn, isFirst ? 'start-replication' : 'resume-processing', needsPosition ? position : undefined);
    });
  }

  public async stop(leg: Leg): Promise<void> {
    const view = viewOfTask(await this.task(leg));
    if (stateOf(view) === 'running') await this.unlessBusy(view, () => stopTask(view.arn));
  }

  /** Whoever asks for something looks again whether it has come about: what DMS cannot do now it can do in a moment. */
  private async unlessBusy(view: ReplicationView, ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      if (faultKind(error) !== 'again') throw error;
      this.log(`${describe(view)}: ${explain(error)}`);
    }
  }

  private async task(leg: Leg): Promise<ReplicationTask> {
    const arn = this.arnOf(leg);
    const task = await describeTask(arn);
    if (task === undefined) {
      throw new Error(`replication task ${arn} of leg ${leg.from} → ${leg.to} does not exist: it was deleted outside CloudFormation`);
    }
    return task;
  }

  private arnOf({ from, to }: Leg): string {
    const { aws, sites: [first, second] } = this.configuration;
    if (aws === undefined) throw new Error('the configuration has no replication tasks: it is one for a local replication');
    if (from === first.name && to === second.name) return aws.forwardTaskArn;
    if (from === second.name && to === first.name) return aws.backwardTaskArn;
    throw new Error(`there is no leg ${from} → ${to} between ${first.name} and ${second.name}`);
  }

  /** A lag that cannot be read is one that nobody has measured: it stops no step but the gate that asks for it. */
  private async lag(task: ReplicationTask): Promise<number | undefined> {
    try {
      return await latencyOf(cloudWatch, {
        instance: await this.instanceOf(task.ReplicationInstanceArn ?? ''),
        task: task.ReplicationTaskArn?.split(':').at(-1) ?? '',
      }, this.now());
    } catch (error) {
      this.log(`the lag of ${task.ReplicationTaskArn} is unknown: ${explain(error)}`);
      return undefined;
    }
  }

  private async instanceOf(arn: string): Promise<string> {
    const known = this.instances.get(arn);
    if (known !== undefined) return known;
    const { ReplicationInstances: [instance] = [] } = await dms.send(new DescribeReplicationInstancesCommand({
      Filters: [{ Name: 'replication-instance-arn', Values: [arn] }],
    }));
    const name = instance?.ReplicationInstanceIdentifier;
    if (name === undefined) throw new Error(`replication instance ${arn} does not exist`);
    this.instances.set(arn, name);
    return name;
  }
}

const STATES: Readonly<Record<Phase, LegState>> = {
  // Modified, moved or tested: it becomes something else by itself, and until then is neither started nor stopped.
  passing: 'starting',
  ready: 'never-started',
  preparing: 'starting',
  provisioning: 'starting',
  starting: 'starting',
  running: 'running',
  stopped: 'stopped',
  failed: 'failed',
  stuck: 'failed',
  leaving: 'failed',
};

function stateOf({ status, phase, hasRun }: ReplicationView): LegState {
  if (status === 'stopping') return 'stopping';
  // DMS takes a task back to `ready` after a change of its definition.
  if (phase === 'ready' && hasRun) return 'stopped';
  return phase === 'stopped' && !hasRun ? 'never-started' : STATES[phase];
}

function isLoaded({ MigrationType, ReplicationTaskStats: stats = {} }: ReplicationTask): boolean {
  if (MigrationType === 'cdc') return true;
  const isUnderWay = (stats.TablesLoading ?? 0) + (stats.TablesQueued ?? 0) > 0;
  return !isUnderWay && (stats.FullLoadFinishDate !== undefined || stats.FullLoadProgressPercent === 100);
}
