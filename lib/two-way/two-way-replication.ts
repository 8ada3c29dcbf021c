import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Size, Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { fail, renderedIfOwn, validateWith } from '../private/validation';
import { MigrationType } from '../replication/migration-type';
import { type IReplicationInstance, ReplicationInstance } from '../replication/replication-instance';
import { ReplicationTask } from '../replication/replication-task';
import { checkTwoWay, legOf } from '../rules';
import type { SlotAlarmOptions } from '../source-preparation/replication-slot-alarms';
import { SequenceHandOver } from './sequence-hand-over';
import { type ISiteMap, SiteMap } from './site-map';
import { gateLimitsOf, pauseLimitOf } from './switch-limits';
import type { TwoWayConfiguration } from './two-way-api';
import { readsOwnSlot, siteItem, slotNameOf, twoWayConfiguration } from './two-way-configuration';
import { checkTables, legMappings } from './two-way-mappings';
import { ApplyConflicts, TwoWayReplicationMode } from './two-way-mode';
import type { TwoWayReplicationProps } from './two-way-replication-props';
import { legSettings } from './two-way-settings';
import { type ITwoWaySite, TwoWaySiteEngine } from './two-way-site';
import { TwoWaySlotWatch, type TwoWaySlotWatchProps } from './two-way-slot-watch';
import { TwoWaySwitch, type TwoWaySwitchProps } from './two-way-switch';

/**
 * DMS wants a task that reads a slot of our own to have a position from its creation on. The switch starts it at the
 * one that it captures; of an older one than the slot has, PostgreSQL makes the slot's own.
 */
const POSITION_OF_THE_SLOT = '0/1';

const LOB_KIBIBYTES = { least: 1, most: 102_400 };

/**
 * Two databases and a door between them that opens both ways: the *forward leg* loads site A's tables into site B and
 * carries every change after, the *backward leg* carries changes of site B, and the switch moves the applications from
 * one site to the other and back.
 *
 * Both legs prevent loops, mirrored; neither drops or empties a table, carries DDL or applies in batches, and both
 * validate. A deployment starts the forward leg for the first time, and never the backward one: which leg runs is up to
 * the switch, and a deployment that changes a leg lets it run afterwards only if it ran before.
 *
 * Not for DMS Serverless: it cannot start change capture at a position, where the way back has to begin.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Task.CDC.html
 */
export class TwoWayReplication extends Construct implements IConnectable {
  /** The leg from site A to site B. */
  public readonly forwardTask: ReplicationTask;

  /** The leg from site B to site A. */
  public readonly backwardTask: ReplicationTask;

  /** The compute of both legs. */
  public readonly replicationInstance: IReplicationInstance;

  /** The network of the compute. */
  public readonly connections: Connections;

  /** Which site is written to. Let applications read it with `siteMap.grantRead`. */
  public readonly siteMap: ISiteMap;

  /** The machine that switches. Start it with `dms switch`, or with its input by any other way. */
  public readonly stateMachine: IStateMachine;

  /**
   * What the functions of the switch are told.
   *
   * @internal
   */
  public readonly _configuration: TwoWayConfiguration;

  private readonly watched: TwoWaySlotWatchProps[];

  public constructor(scope: Construct, id: string, props: TwoWayReplicationProps) {
    super(scope, id);
    const { siteA, siteB, tables = ['%'], mode = TwoWayReplicationMode.PREPARED } = props;
    refuseSites(this, siteA, siteB);
    refuseTables(this, tables);
    refuseComputeTwice(this, props);
    this.replicationInstance = props.replicationInstance ?? this.createInstance(props);
    this.connections = this.replicationInstance.connections;
    this.siteMap = props.siteMap ?? new SiteMap(this, 'SiteMap', { encryptionKey: props.encryptionKey });

    const slotName = slotNameOf(siteB, this.identity());
    const endsOfA = siteA.bind({});
    const endsOfB = siteB.bind(readsOwnSlot(siteB) ? { slotName } : {});
    const { vpc, vpcSubnets } = props;
    this.watched = [
      { site: siteA, database: endsOfA.network, vpc, vpcSubnets },
      { site: siteB, database: endsOfB.network, vpc, vpcSubnets },
    ];
    const settings = {
      conflicts: props.conflicts ?? (mode === TwoWayReplicationMode.HOT ? ApplyConflicts.LOG : ApplyConflicts.STOP),
      lobMaxSize: lobMaxSizeOf(this, props.lobMaxSize),
    };
    // Which leg runs is up to the switch: a deployment that changes one lets it run afterwards only if it ran before.
    const lifecycle = { startStopped: false, startTimeout: props.startTimeout, stopTimeout: props.stopTimeout };
    this.forwardTask = new ReplicationTask(this, 'Forward', {
      replicationInstance: this.replicationInstance,
      source: endsOfA.source,
      target: endsOfB.target,
      migrationType: MigrationType.FULL_LOAD_AND_CDC,
      tableMappings: legMappings(siteA, siteB, tables),
      taskSettings: legSettings(siteA, siteB, settings),
      lifecycle: { ...lifecycle, startOnDeploy: true },
    });
    this.backwardTask = new ReplicationTask(this, 'Backward', {
      replicationInstance: this.replicationInstance,
      source: endsOfB.source,
      target: endsOfA.target,
      migrationType: MigrationType.CDC,
      cdcStartPosition: readsOwnSlot(siteB) ? POSITION_OF_THE_SLOT : undefined,
      tableMappings: legMappings(siteB, siteA, tables),
      taskSettings: legSettings(siteB, siteA, settings),
      lifecycle: { ...lifecycle, startOnDeploy: false },
    });
    validateWith(this, () => checkTwoWay([this.forwardTask, this.backwardTask].map(legOfTask)));

    this._configuration = twoWayConfiguration({
      mode,
      sites: [siteA, siteB],
      slotName,
      tables,
      sequences: (props.sequences ?? usualSequences(mode))._toStrategy(),
      gates: gateLimitsOf(this, props),
      pauseLimitSeconds: pauseLimitOf(this, mode, props.pauseLimit),
      needsApproval: props.approvalTopic !== undefined,
      aws: {
        tableName: this.siteMap.table.tableName,
        forwardTaskArn: this.forwardTask.replicationTaskArn,
        backwardTaskArn: this.backwardTask.replicationTaskArn,
      },
    });
    const theSwitch = new TwoWaySwitch(this, 'Switch', {
      configuration: this._configuration,
      siteMap: this.siteMap,
      forwardTask: this.forwardTask,
      backwardTask: this.backwardTask,
      databases: [
        { secret: siteA.secret, connections: endsOfA.network },
        { secret: siteB.secret, connections: endsOfB.network },
      ],
      vpc,
      vpcSubnets,
      encryptionKey: props.encryptionKey,
      approval: approvalOf(this, props),
      begin: { action: 'begin', sites: [siteItem(siteA), siteItem(siteB)] },
    });
    this.stateMachine = theSwitch.stateMachine;
    [siteA, siteB].forEach(({ switchFunction }) => switchFunction?.grantInvoke(theSwitch.databaseFunction));
    // Heartbeat and fences are there before the first row is loaded: site B is never open to anybody.
    this.forwardTask.lifecycle?._startAfter(theSwitch);
  }

  /**
   * Watches the replication slots of the sites of PostgreSQL, and adds alarms about them. A leg that stands still keeps
   * the log of the site that it reads, so the site that is not written to fills its disk, too.
   */
  public addSlotAlarms(id: string, options: SlotAlarmOptions): IAlarm[] {
    const watched = this.watched.filter(({ site }) => site.engine === TwoWaySiteEngine.POSTGRES);
    if (watched.length === 0) {
      fail(this, 'neither site is PostgreSQL: there are no slots; watch how long its log is kept in the database itself');
    }
    return watched.flatMap((props) =>
      new TwoWaySlotWatch(this, `${id}-${props.site.siteName}`, props).addAlarms(options));
  }

  private createInstance(props: TwoWayReplicationProps): ReplicationInstance {
    return new ReplicationInstance(this, 'Instance', {
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      instanceClass: props.instanceClass,
      allocatedStorage: props.allocatedStorage,
      multiAz: props.multiAz ?? true,
      engineVersion: props.engineVersion,
      kmsKey: props.encryptionKey,
      serviceRoles: props.serviceRoles,
      createVpcEndpoints: props.createVpcEndpoints,
    });
  }

  /** What tells this replication from others that may read the same servers. A nested stack has its id in the path. */
  private identity(): string {
    const { stackName } = Stack.of(this);
    return Token.isUnresolved(stackName) ? this.node.addr : `${stackName}/${this.node.addr}`;
  }
}

const usualSequences = (mode: TwoWayReplicationMode): SequenceHandOver =>
  (mode === TwoWayReplicationMode.HOT ? SequenceHandOver.interleaved() : SequenceHandOver.resynchronised());

const legOfTask = (task: ReplicationTask): ReturnType<typeof legOf> => legOf({
  properties: renderedIfOwn(task.node.defaultChild) ?? {},
  source: renderedIfOwn(task.sourceEndpoint),
  target: renderedIfOwn(task.targetEndpoint),
}, task.node.path);

function refuseSites(scope: Construct, siteA: ITwoWaySite, siteB: ITwoWaySite): void {
  if (siteA.siteName.toLowerCase() === siteB.siteName.toLowerCase()) {
    fail(scope, `both sites are called ${siteA.siteName}: give each its own siteName, such as SITEA and SITEB`);
  }
  const place = ({ host, port, databaseName, schema }: ITwoWaySite): string =>
    JSON.stringify([host, port, databaseName, schema]);
  if (place(siteA) === place(siteB)) {
    fail(scope, `both sites are ${siteA.schema} of ${siteA.databaseName} on one server: give two databases`);
  }
}

/** Options of an instance that is not made would be ignored without a word. */
function refuseComputeTwice(scope: Construct, props: TwoWayReplicationProps): void {
  if (props.replicationInstance === undefined) return;
  const given = NEW_INSTANCE.filter((key) => props[key] !== undefined);
  if (given.length > 0) {
    fail(scope, `replicationInstance is given together with ${given.join(', ')}, which are for a new one: leave out one of `
      + 'the two');
  }
}

const NEW_INSTANCE = [
  'instanceClass', 'allocatedStorage', 'multiAz', 'engineVersion', 'serviceRoles', 'createVpcEndpoints',
] as const;

function refuseTables(scope: Construct, tables: readonly string[]): void {
  try {
    checkTables(tables);
  } catch (error) {
    fail(scope, (error as Error).message);
  }
}

function lobMaxSizeOf(scope: Construct, size: Size = Size.mebibytes(1)): number {
  const kibibytes = size.toKibibytes();
  if (kibibytes < LOB_KIBIBYTES.least || kibibytes > LOB_KIBIBYTES.most) {
    fail(scope, `lobMaxSize is ${kibibytes} KiB: give ${LOB_KIBIBYTES.least} KiB to ${LOB_KIBIBYTES.most / 1024} MiB`);
  }
  return kibibytes;
}

function approvalOf(scope: Construct, props: TwoWayReplicationProps): TwoWaySwitchProps['approval'] {
  const { approvalTopic: topic, approvalTimeout: timeout } = props;
  if (topic === undefined && timeout !== undefined) {
    fail(scope, 'approvalTimeout is given without approvalTopic: nobody is asked, so nothing is waited for; give both');
  }
  return topic === undefined ? undefined : { topic, timeout };
}
