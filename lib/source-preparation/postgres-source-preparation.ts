import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CustomResource, Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import { Construct, Dependable, type IDependable } from 'constructs';
import { PostgresSslMode } from '../endpoints/postgres-ssl-mode';
import { PlannedAlarms } from '../monitoring/planned-alarms';
import { RUNBOOK_URL } from '../monitoring/runbooks';
import { refuseManagedMasterSecret } from '../private/endpoint-login';
import { minutesOf } from '../private/minutes';
import { letReplicatorIn } from '../private/network';
import { fail } from '../private/validation';
import { MigrationType } from '../replication/migration-type';
import type { ReplicationTask } from '../replication/replication-task';
import { PostgresCdcPlugin } from '../sources/postgres-cdc-plugin';
import type { TableMappings } from '../table-mappings';
import { type SlotAlarmOptions, slotAlarmPlans } from './replication-slot-alarms';
import { ReplicationSlotMetrics } from './replication-slot-metrics';
import {
  type ConnectionProperties, OnProblems, type PreparationProperties, PreparationResource, type SlotCleanupProperties,
  WARNINGS,
} from './source-preparation-api';
import { SourcePreparationFunctions } from './source-preparation-functions';
import type { PostgresSourcePreparationProps, PreparedTask } from './source-preparation-options';

const HTTPS = 443;
const SLOT_TIMEOUT_MINUTES = { least: 1, most: 10, usual: 5 };
const WATCH_MINUTES = { least: 1, most: 60, usual: 5 };
/** A target of EventBridge takes 8,192 characters, of which the rest needs some. */
const MOST_CERTIFICATE_CHARACTERS = 5_000;

/**
 * Prepares a PostgreSQL source for DMS, checks that DMS can work with it, cleans up after it, and watches what it costs
 * the source: by functions inside its network, which log in over TLS.
 *
 * - Every deployment that changes something checks what no template shows: `wal_level` in effect, free slots and WAL
 *   senders, timeouts, privileges of the user of DMS, primary keys and replica identities of the selected tables,
 *   partitioned tables, transactions that have been open for long. All problems come in one message.
 * - On request a user for DMS, a schema for its heartbeat, and the objects by which it hears of DDL are created.
 * - Deleting drops the slots that would fill the disk of the source: see `dropSlots` and `prepareFor`.
 * - Slots are watched on a schedule, on RDS, Aurora and servers of your own alike.
 *
 * Say which tasks it is for: `preparation.prepareFor(pipeline.task)`.
 */
export class PostgresSourcePreparation extends Construct implements ec2.IConnectable {
  /** The network of the functions. */
  public readonly connections: ec2.Connections;

  /**
   * What was found and does not keep DMS from working, in one text; empty when nothing was.
   *
   * @attribute
   */
  public readonly warnings: string;

  /**
   * The metrics of the slots.
   *
   * @default - none: `watchSlots` is false
   */
  public readonly slotMetrics?: ReplicationSlotMetrics;

  private readonly tasks: PreparedTask[] = [];
  private readonly connection: ConnectionProperties;
  private readonly serviceToken: string;
  private readonly slotTimeoutSeconds: string;
  private readonly watchInterval: Duration;
  private readonly preparation: CustomResource;

  public constructor(scope: Construct, id: string, props: PostgresSourcePreparationProps) {
    super(scope, id);
    refuseContradictions(this, props);
    this.slotTimeoutSeconds = String(60 * minutesOf(this, 'slotTimeout', props.slotTimeout, SLOT_TIMEOUT_MINUTES));
    this.watchInterval = Duration.minutes(minutesOf(this, 'watchInterval', props.watchInterval, WATCH_MINUTES));
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'Prepares and watches a PostgreSQL source of AWS DMS',
      allowAllOutbound: false,
    });
    this.connections = new ec2.Connections({ securityGroups: [securityGroup] });
    const opened = this.openNetwork(props);
    this.connection = {
      SecretArn: props.secret.secretArn,
      DatabaseName: props.databaseName,
      SslMode: props.sslMode ?? PostgresSslMode.VERIFY_FULL,
      ...(props.certificateAuthority === undefined ? {} : { CertificateAuthority: props.certificateAuthority }),
    };
    const network = { vpc: props.vpc, vpcSubnets: props.vpcSubnets, securityGroup };
    const functions = new SourcePreparationFunctions(this, 'Functions', network);
    this.serviceToken = functions.createProvider([
      props.secret, ...(props.createUser === undefined ? [] : [props.createUser]),
    ]);
    this.preparation = this.createResource('Resource', PreparationResource.PREPARATION, this.propertiesOf(props));
    // Both when it logs in to prepare and when it does to drop slots: the way to the database has to be open.
    this.preparation.node.addDependency(
      functions, securityGroup, ...opened, ...(props.vpcEndpoints === undefined ? [] : [props.vpcEndpoints]),
    );
    // What depends on the preparation waits for the source to be prepared, and not for what waits for the tasks.
    Dependable.implement(this, { dependencyRoots: [this.preparation] });
    this.warnings = this.preparation.getAttString(WARNINGS);
    if (props.watchSlots ?? true) {
      const source = sourceName(this);
      this.slotMetrics = new ReplicationSlotMetrics(this, source);
      new SourcePreparationFunctions(this, 'Watch', network)
        .createWatch(props.secret, { ...this.connection, Source: source }, this.watchInterval)
        .node.addDependency(this.preparation);
    }
    this.node.addValidation({
      validate: () => (this.tasks.length > 0 ? [] : ['no task reads from this source: call prepareFor, so that '
        + 'it is known which tables to prepare']),
    });
  }

  /**
   * Prepares the source for a task of the same stack, checks it before the task is created, changed or stopped, and
   * drops the slots that DMS has made for the task when the task is deleted or replaced: DMS does that itself, and
   * leaves them where it cannot. It happens just before the task is deleted, when its lifecycle has stopped it.
   *
   * Only slots whose name, database and plug-in are those of this task are dropped, and none that is read. A task with
   * a `ResourceIdentifier` of one's own is left to DMS.
   *
   * @throws when the task is in another stack: what is deleted there does not wait for this one
   */
  public prepareFor(task: ReplicationTask): void {
    if (Stack.of(task) !== Stack.of(this)) {
      fail(this, `${task.node.path} is in another stack, whose deletions do not wait for this one: create the preparation `
        + 'beside the task, or only have its tables checked with addTask');
    }
    this.addTask({ tableMappings: task.tableMappings, migrationType: task.migrationType });
    task.node.defaultChild?.node.addDependency(this);
    task.lifecycle?._pauseAfter(this);
    if (task.migrationType === MigrationType.FULL_LOAD) return;
    const cleanup = this.createResource(`SlotsOf-${pathBelowStack(task).join('-')}`, PreparationResource.SLOT_CLEANUP, {
      ...this.connection,
      ReplicationTaskArn: task.replicationTaskArn,
      SlotTimeoutSeconds: this.slotTimeoutSeconds,
    } satisfies SlotCleanupProperties);
    cleanup.node.addDependency(this.preparation);
    task.lifecycle?._stopBefore(cleanup);
  }

  /** Has the source checked for a task that is not of this stack, or not a `ReplicationTask`. */
  public addTask(task: PreparedTask): void {
    this.tasks.push(task);
  }

  /**
   * Adds alarms about the slots.
   *
   * @throws when the slots are not watched
   */
  public addSlotAlarms(id: string, options: SlotAlarmOptions): IAlarm[] {
    if (this.slotMetrics === undefined) {
      fail(this, 'watchSlots is false, so there is nothing to raise an alarm about: leave watchSlots out');
    }
    const critical = new SnsAction(options.criticalTopic ?? options.topic);
    return new PlannedAlarms(this, id, {
      plans: slotAlarmPlans(this.slotMetrics, this.watchInterval, options),
      destination: {
        actions: { warning: new SnsAction(options.topic), critical },
        runbookUrl: options.runbookUrl ?? RUNBOOK_URL,
      },
    }).alarms;
  }

  /** Returns what has to be deployed before the way is open. */
  private openNetwork(props: PostgresSourcePreparationProps): IDependable[] {
    const { database, vpcEndpoints } = props;
    const opened = [...letReplicatorIn(database, this)];
    if (database.connections.securityGroups.length === 0) {
      this.connections.allowTo(ec2.Peer.anyIpv4(), database.connections.defaultPort ?? ec2.Port.POSTGRES, 'The source');
    }
    if (vpcEndpoints === undefined) {
      this.connections.allowTo(ec2.Peer.anyIpv4(), ec2.Port.tcp(HTTPS), 'AWS Secrets Manager');
    } else {
      opened.push(...letReplicatorIn(vpcEndpoints.secretsManager, this));
    }
    return opened;
  }

  private propertiesOf(props: PostgresSourcePreparationProps): PreparationProperties {
    return {
      ...this.connection,
      TableMappings: Lazy.uncachedList({
        produce: () => this.tasks.map(({ tableMappings }) => selectionOf(tableMappings)),
      }),
      Tasks: Lazy.uncachedString({ produce: () => String(this.tasks.filter(capturesChanges).length) }),
      Plugin: props.plugin ?? PostgresCdcPlugin.TEST_DECODING,
      ...(props.slotName === undefined ? {} : { SlotName: props.slotName }),
      CaptureDdls: String(props.captureDdls ?? true),
      DdlArtifactsSchema: props.ddlArtifactsSchema ?? 'public',
      Heartbeat: String(props.heartbeat ?? true),
      HeartbeatSchema: props.heartbeatSchema ?? 'public',
      ...(props.createUser === undefined ? {} : { DmsUserSecretArn: props.createUser.secretArn }),
      CreateHeartbeatSchema: String(props.createHeartbeatSchema ?? false),
      CreateDdlAudit: String(props.createDdlAudit ?? false),
      OnProblems: props.failOnProblems ?? true ? OnProblems.FAIL : OnProblems.WARN,
      DropSlots: String(props.dropSlots ?? true),
      SlotTimeoutSeconds: this.slotTimeoutSeconds,
    };
  }

  private createResource(id: string, resourceType: string, properties: object): CustomResource {
    return new CustomResource(this, id, {
      serviceToken: this.serviceToken, resourceType, properties: { ...properties },
    });
  }
}

const capturesChanges = ({ migrationType }: PreparedTask): boolean => migrationType !== MigrationType.FULL_LOAD;

/** Of a mapping only the selection: what happens to rows on the way does not concern the source. */
function selectionOf(mappings: TableMappings): string {
  const rules = mappings.rules.filter(({ ruleType }) => ruleType === 'selection').map((rule) => {
    const { 'rule-type': type, 'rule-action': action, 'object-locator': locator } = rule.toJson() as Record<string, unknown>;
    return { 'rule-type': type, 'rule-action': action, 'object-locator': locator };
  });
  return JSON.stringify({ rules });
}

/** The stack by the name that it is deployed under: one app may be deployed many times. */
function sourceName(scope: Construct): string {
  return [Stack.of(scope).stackName, ...pathBelowStack(scope)].join('/');
}

const pathBelowStack = (scope: Construct): string[] =>
  scope.node.scopes.slice(Stack.of(scope).node.scopes.length).map(({ node }) => node.id);

function refuseContradictions(scope: Construct, props: PostgresSourcePreparationProps): void {
  refuseManagedMasterSecret(scope, props.secret);
  if (props.createUser?.secretArn === props.secret.secretArn) {
    fail(scope, 'createUser is the secret that the preparation logs in with: pass the secret of the user to create');
  }
  if (props.createHeartbeatSchema === true && props.heartbeat === false) {
    fail(scope, 'createHeartbeatSchema is true and heartbeat is false: leave out one of the two');
  }
  if (props.createDdlAudit === true && props.captureDdls === false) {
    fail(scope, 'createDdlAudit is true and captureDdls is false: leave out one of the two');
  }
  if (props.watchSlots === false && props.watchInterval !== undefined) {
    fail(scope, 'watchInterval is how often slots are watched, and watchSlots is false: leave out one of the two');
  }
  const { certificateAuthority: authority } = props;
  if (authority === undefined) return;
  if (props.sslMode === PostgresSslMode.REQUIRE) {
    fail(scope, 'certificateAuthority verifies the server, and sslMode is require, which verifies nothing: leave sslMode out');
  }
  if (!authority.includes('-----BEGIN CERTIFICATE-----')) {
    fail(scope, 'certificateAuthority is not a certificate in PEM: give the text that starts with -----BEGIN CERTIFICATE-----');
  }
  if (authority.length > MOST_CERTIFICATE_CHARACTERS) {
    fail(scope, `certificateAuthority has ${authority.length} characters: give the certificate of the one authority, up to `
      + `${MOST_CERTIFICATE_CHARACTERS}`);
  }
}
