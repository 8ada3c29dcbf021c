import { readFileSync } from 'node:fs';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type StackEvent,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DatabaseMigrationServiceClient,
  DescribeReplicationsCommand,
  DescribeReplicationTasksCommand,
  type Replication,
  type ReplicationTask,
} from '@aws-sdk/client-database-migration-service';
import { type Emulator, REGION } from './emulator';
import type { Assembly } from './pipeline-app';

const LIMIT_MILLISECONDS = 150_000;
const PAUSE_MILLISECONDS = 50;

/** A template that a test writes by hand. */
export interface Template {
  readonly Resources: Readonly<Record<string, unknown>>;
}

/** How an operation ended. */
export interface Outcome {
  readonly status: string;
  /** Why resources failed, by their logical ids. */
  readonly failures: Readonly<Record<string, string>>;
  /** What happened to resources, in order: `UPDATE_COMPLETE PipelineTask`. */
  readonly steps: readonly string[];
}

/**
 * A stack that is deployed by the API of CloudFormation alone, in a second or so, where a test is about what
 * CloudFormation and handlers do. The assets have to be there: another deployment of the same app has published them.
 */
export class DeployedStack {
  private readonly cloudFormation: CloudFormationClient;
  private readonly dms: DatabaseMigrationServiceClient;

  public constructor(private readonly emulator: Emulator, private readonly name: string, region = REGION) {
    this.cloudFormation = new CloudFormationClient(emulator.client(region));
    this.dms = new DatabaseMigrationServiceClient(emulator.client(region));
  }

  public async create(assembly: Assembly | Template): Promise<Outcome> {
    await this.cloudFormation.send(new CreateStackCommand(this.request(assembly)));
    return this.settled(0);
  }

  public async update(assembly: Assembly | Template): Promise<Outcome> {
    const before = (await this.events()).length;
    await this.cloudFormation.send(new UpdateStackCommand(this.request(assembly)));
    return this.settled(before);
  }

  public async delete(): Promise<Outcome> {
    const id = await this.id();
    const before = (await this.events()).length;
    await this.cloudFormation.send(new DeleteStackCommand({ StackName: id }));
    return this.settled(before, id);
  }

  /** Ids of what the stack has, by logical id. */
  public async resources(): Promise<Record<string, string>> {
    const found = await this.cloudFormation.send(new DescribeStackResourcesCommand({ StackName: this.name }));
    const shown = found.StackResources ?? [];
    return Object.fromEntries(shown.map((each) => [each.LogicalResourceId ?? '', each.PhysicalResourceId ?? '']));
  }

  /** The id of the only resource of a type. */
  public async idOf(type: string): Promise<string> {
    const found = await this.cloudFormation.send(new DescribeStackResourcesCommand({ StackName: this.name }));
    const [only, ...others] = (found.StackResources ?? []).filter((each) => each.ResourceType === type);
    if (only?.PhysicalResourceId === undefined || others.length > 0) throw new Error(`there is not one ${type}`);
    return only.PhysicalResourceId;
  }

  /** The task of the stack, as DMS shows it. */
  public async task(): Promise<ReplicationTask> {
    const arn = await this.idOf('AWS::DMS::ReplicationTask');
    const found = await this.dms.send(new DescribeReplicationTasksCommand({
      Filters: [{ Name: 'replication-task-arn', Values: [arn] }],
    }));
    return found.ReplicationTasks?.[0] ?? {};
  }

  /** The serverless replication of the stack, as DMS shows it. */
  public async replication(): Promise<Replication> {
    const arn = await this.idOf('AWS::DMS::ReplicationConfig');
    const found = await this.dms.send(new DescribeReplicationsCommand({
      Filters: [{ Name: 'replication-config-arn', Values: [arn] }],
    }));
    return found.Replications?.[0] ?? {};
  }

  private request(assembly: Assembly | Template): { StackName: string; TemplateBody: string } {
    return { StackName: this.name, TemplateBody: templateOf(assembly) };
  }

  private async id(): Promise<string> {
    const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: this.name }));
    return Stacks?.[0]?.StackId ?? this.name;
  }

  /** Waits for the end of an operation. */
  private async settled(before: number, name = this.name): Promise<Outcome> {
    const until = Date.now() + LIMIT_MILLISECONDS;
    for (;;) {
      const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
      const status = Stacks?.[0]?.StackStatus ?? '';
      if (!status.endsWith('_IN_PROGRESS')) return outcomeOf(status, (await this.events(name)).slice(before));
      if (Date.now() > until) throw new Error(`stack ${this.name} is ${status} for too long\n${this.emulator.complaints}`);
      await new Promise((resolve) => { setTimeout(resolve, PAUSE_MILLISECONDS); });
    }
  }

  /** Everything that happened to the stack, oldest first. */
  private async events(name = this.name): Promise<StackEvent[]> {
    const { StackEvents } = await this.cloudFormation.send(new DescribeStackEventsCommand({ StackName: name }));
    return (StackEvents ?? []).reverse();
  }
}

function outcomeOf(status: string, events: readonly StackEvent[]): Outcome {
  const ofResources = events.filter((event) => event.PhysicalResourceId !== event.StackId);
  const failed = ofResources.filter((event) => event.ResourceStatus?.endsWith('_FAILED') === true);
  return {
    status,
    failures: Object.fromEntries(failed.map((event) => [event.LogicalResourceId ?? '', event.ResourceStatusReason ?? ''])),
    steps: ofResources.map((event) => `${event.ResourceStatus} ${event.LogicalResourceId}`),
  };
}

const templateOf = (given: Assembly | Template): string =>
  ('templateFile' in given ? readFileSync(given.templateFile, 'utf8') : JSON.stringify(given));
