import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { PostgresSslMode } from '../endpoints/postgres-ssl-mode';
import { PlannedAlarms } from '../monitoring/planned-alarms';
import { RUNBOOK_URL } from '../monitoring/runbooks';
import { letReplicatorIn } from '../private/network';
import { type SlotAlarmOptions, slotAlarmPlans } from '../source-preparation/replication-slot-alarms';
import { ReplicationSlotMetrics } from '../source-preparation/replication-slot-metrics';
import { SourcePreparationFunctions } from '../source-preparation/source-preparation-functions';
import type { ITwoWaySite } from './two-way-site';

const INTERVAL = Duration.minutes(5);
const HTTPS = ec2.Port.tcp(443);

export interface TwoWaySlotWatchProps {
  readonly site: ITwoWaySite;
  /** The network of the database. */
  readonly database: ec2.IConnectable;
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
}

/**
 * Watches the slots of a PostgreSQL site. In mode PREPARED one leg stands still, and the log of the site that it reads
 * grows until the next switch: a full disk would stop the site.
 */
export class TwoWaySlotWatch extends Construct implements ec2.IConnectable {
  public readonly connections: ec2.Connections;
  private readonly metrics: ReplicationSlotMetrics;

  public constructor(scope: Construct, id: string, props: TwoWaySlotWatchProps) {
    super(scope, id);
    const { site, database, vpc, vpcSubnets } = props;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Watches the replication slots of a site',
      allowAllOutbound: false,
    });
    this.connections = new ec2.Connections({ securityGroups: [securityGroup] });
    const opened = letReplicatorIn(database, this);
    if (database.connections.securityGroups.length === 0) {
      this.connections.allowTo(ec2.Peer.anyIpv4(), ec2.Port.tcp(site.port), 'The site');
    }
    this.connections.allowTo(ec2.Peer.anyIpv4(), HTTPS, 'AWS Secrets Manager');
    const source = `${Stack.of(this).stackName}/${scope.node.id}/${id}`;
    this.metrics = new ReplicationSlotMetrics(this, source);
    new SourcePreparationFunctions(this, 'Watch', { vpc, vpcSubnets, securityGroup })
      .createWatch(site.secret, {
        SecretArn: site.secret.secretArn,
        DatabaseName: site.databaseName,
        SslMode: site.sslMode ?? PostgresSslMode.REQUIRE,
        ...(site.certificateAuthority === undefined ? {} : { CertificateAuthority: site.certificateAuthority }),
        Source: source,
      }, INTERVAL)
      .node.addDependency(securityGroup, ...opened);
  }

  /** The alarms. That a slot is not read is as it should be here, so nobody is told of it unless asked for. */
  public addAlarms(options: SlotAlarmOptions): IAlarm[] {
    return new PlannedAlarms(this, 'Alarms', {
      plans: slotAlarmPlans(this.metrics, INTERVAL, { ...options, inactiveSlots: options.inactiveSlots ?? {} }),
      destination: {
        actions: {
          warning: new SnsAction(options.topic),
          critical: new SnsAction(options.criticalTopic ?? options.topic),
        },
        runbookUrl: options.runbookUrl ?? RUNBOOK_URL,
      },
    }).alarms;
  }
}
