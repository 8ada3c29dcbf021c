import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Template } from 'aws-cdk-lib/assertions';
import { App, Stack, Stage } from 'aws-cdk-lib/core';
import {
  DmsServiceRoles,
  DmsVpcEndpoints,
  FleetAssignments,
  type IReplicationSource,
  type IReplicationTarget,
  PostgresCdcSource,
  ReplicationFleet,
  type ReplicationFleetProps,
  type ReplicationTaskOptions,
  S3ParquetTarget,
  TableMappings,
  TableSelection,
  TaskSettings,
} from '../../../lib';
import type { FleetShard } from '../../../lib/replication/replication-fleet-shard';
import { referencesIn } from '../../../lib/private/replication-digest';
import { TemporaryFolders } from '../../support/temporary-folder';
import { ACCOUNT, FEATURE_FLAGS, REGION } from '../make-stack';

const folders = new TemporaryFolders();

/** A stage with a network, a database and a lake, and the fleet that replicates from one to the other. */
class Estate {
  public readonly stage = new Stage(new App({ context: FEATURE_FLAGS }), 'Prod', {
    env: { account: ACCOUNT, region: REGION },
  });
  public readonly network = new Stack(this.stage, 'Network');
  public readonly data = new Stack(this.stage, 'Data');
  public readonly vpc = new ec2.Vpc(this.network, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false });
  public readonly source: IReplicationSource;
  public readonly target: IReplicationTarget;
  public readonly fleet: ReplicationFleet;

  public constructor(assignments: FleetAssignments, props: Partial<ReplicationFleetProps> = {}) {
    this.source = new PostgresCdcSource(this.data, 'Source', { vpc: this.vpc, databaseName: 'orders', maxTasks: 400 });
    this.target = new S3ParquetTarget(this.data, 'Lake');
    this.fleet = new ReplicationFleet(this.stage, 'Fleet', { vpc: this.vpc, assignments, ...props });
  }

  public add(taskIds: readonly string[], rules = 1, more: Partial<ReplicationTaskOptions> = {}): this {
    taskIds.forEach((taskId) => this.fleet.addTask(taskId, {
      source: this.source,
      target: this.target,
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }),
      tableMappings: TableMappings.of(...Array.from({ length: rules }, (_, index) =>
        TableSelection.include('public', `${taskId}_${index}`))),
      ...more,
    }));
    return this;
  }

  public template(shard = 0): Template {
    return Template.fromStack(this.fleet.shards[shard]!.stack);
  }

  /** Why the synthesis would stop. */
  public problem(): string {
    return this.fleet.node.validate().join('\n');
  }
}

const idsOf = (number: number): string[] => Array.from({ length: number }, (_, index) => `task-${index + 1}`);
const allIn = (shard: number, taskIds: readonly string[]): Record<string, number> =>
  Object.fromEntries(taskIds.map((taskId) => [taskId, shard]));

/** How a template refers to a value of another stack, with the feature flags of the repository. */
const ofOtherStack = (name: string): object =>
  ({ 'Fn::GetStackOutput': expect.objectContaining({ OutputName: expect.stringContaining(name) as string }) as object });

/** The stacks that a stack waits for, however far away. */
function waitsFor(stack: Stack): Set<string> {
  const found = new Set<string>();
  const visit = (from: Stack): void => from.dependencies.filter((to) => !found.has(to.node.id)).forEach((to) => {
    found.add(to.node.id);
    visit(to);
  });
  visit(stack);
  return found;
}

describe('a fleet of 300 tasks', () => {
  const file = join(folders.create(), 'fleet.json');
  const taskIds = idsOf(300);
  const unplaced = new Estate(FleetAssignments.keptIn(file)).add(taskIds, 8);
  const problem = unplaced.problem();
  const estate = new Estate(FleetAssignments.keptIn(file)).add(taskIds, 8);
  const assembly = estate.stage.synth();

  test('is given places once, and then has them', () => {
    expect(problem).toContain(`300 tasks of the fleet had no shard: they were added to ${file}: look at the change, commit it`);
    const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    expect(Object.keys(written).sort()).toEqual([...taskIds].sort());
    taskIds.forEach((taskId) => {
      expect(Stack.of(estate.fleet.task(taskId)!).node.id).toBe(`Shard${written[taskId]}`);
    });
  });

  test('has stacks that CloudFormation takes, about as large as it thinks', () => {
    expect(estate.fleet.shards).toHaveLength(5);
    estate.fleet.shards.forEach((shard) => {
      const template = join(assembly.directory, shard.stack.templateFile);
      const resources = Object.keys((JSON.parse(readFileSync(template, 'utf8')) as { Resources: object }).Resources);
      const { load } = (shard as FleetShard).measure();
      expect(load.resources).toBe(resources.length);
      expect(resources.length).toBeLessThanOrEqual(400);
      const bytes = statSync(template).size;
      expect(bytes).toBeLessThan(750_000);
      expect(load.bytes).toBeGreaterThanOrEqual(bytes);
      expect(load.bytes).toBeLessThan(1.4 * bytes);
    });
  });

  test('shares its database and its lake, without stacks that wait for each other', () => {
    estate.fleet.shards.forEach(({ stack }) => expect([...waitsFor(stack)].sort()).toEqual(['Data', 'Network']));
    expect([...waitsFor(estate.data)]).toEqual(['Network']);
    expect([...waitsFor(estate.network)]).toEqual([]);
    Template.fromStack(estate.data).resourceCountIs('AWS::DMS::Endpoint', 2);
    const { Resources: resources } = estate.template().toJSON() as { Resources: Record<string, unknown> };
    const elsewhere = referencesIn(resources, new Set(Object.keys(resources)));
    expect(elsewhere).toEqual([]);
    Template.fromStack(estate.data).resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });

  test('has an instance in each shard, which the database lets in, and tasks that wait for that', () => {
    const template = estate.template();
    template.resourceCountIs('AWS::DMS::ReplicationInstance', 1);
    template.resourceCountIs('AWS::DMS::Endpoint', 0);
    const rules = Object.entries(template.findResources('AWS::EC2::SecurityGroupIngress'));
    expect(rules).toHaveLength(1);
    const [[rule, ingress]] = rules as [[string, unknown]];
    const [group] = Object.keys(template.findResources('AWS::EC2::SecurityGroup'));
    expect(ingress).toHaveProperty('Properties', {
      Description: 'DMS replication',
      IpProtocol: 'tcp',
      FromPort: ofOtherStack('EndpointPort'),
      GroupId: ofOtherStack('SourceDatabaseSecurityGroup'),
      SourceSecurityGroupId: { 'Fn::GetAtt': [group, 'GroupId'] },
      ToPort: ofOtherStack('EndpointPort'),
    });
    Object.values(template.findResources('Custom::DmsTaskRun')).forEach((run) => expect(run['DependsOn']).toContain(rule));
  });
});

describe('ReplicationFleet', () => {
  test('moves no task when others come and go', () => {
    const before = { ...allIn(1, idsOf(40)), other: 2 };
    const logicalIds = (estate: Estate, taskId: string): unknown =>
      [Stack.of(estate.fleet.task(taskId)!).stackName, estate.fleet.task(taskId)!.node.defaultChild?.node.path];
    const full = new Estate(FleetAssignments.of(before)).add([...idsOf(40), 'other']);
    const fewer = new Estate(FleetAssignments.of({ ...before, new: 1 })).add(['new', 'other', 'task-7']);
    expect(logicalIds(fewer, 'task-7')).toEqual(logicalIds(full, 'task-7'));
    expect(logicalIds(fewer, 'other')).toEqual(logicalIds(full, 'other'));
    const shard = (estate: Estate): unknown => {
      const resources = estate.template(0).toJSON()['Resources'] as Record<string, unknown>;
      const [id] = Object.keys(resources).filter((key) => /^task7[0-9A-F]{8}$/.test(key));
      return [id, resources[id!]];
    };
    expect(shard(fewer)).toEqual(shard(full));
  });

  test('stops the synthesis for tasks without a place', () => {
    const estate = new Estate(FleetAssignments.of({ a: 1 })).add(['a', 'b']);
    expect(() => estate.stage.synth()).toThrow('[Prod/Fleet] 1 task of the fleet had no shard: add to the assignments "b": 1.');
  });

  test('says which lines to add, and changes nothing, where there is no file', () => {
    const estate = new Estate(FleetAssignments.of(allIn(1, idsOf(2))), { tasksPerShard: 3 }).add([...idsOf(2), 'a', 'b"c']);
    expect(estate.problem()).toContain('2 tasks of the fleet had no shard: add to the assignments "a": 1, "b\\"c": 2. A task '
      + 'that is deployed already belongs in the shard that it is deployed in');
    expect(estate.fleet.shards.map(({ tasks }) => tasks.length)).toEqual([2]);
  });

  test('adds to a file, and leaves what is in it', () => {
    const file = join(folders.create(), 'fleet.json');
    writeFileSync(file, '{"gone": 3, "task-1": 2}');
    const estate = new Estate(FleetAssignments.keptIn(file)).add(idsOf(2));
    writeFileSync(file, '{"gone": 3, "task-1": 2, "another-fleet": 1}');
    expect(estate.problem()).toContain('1 task of the fleet had no shard');
    expect(readFileSync(file, 'utf8')).toBe('{\n  "another-fleet": 1,\n  "gone": 3,\n  "task-1": 2,\n  "task-2": 2\n}\n');
    expect(existsSync(`${file}.new`)).toBe(false);
    expect(new Estate(FleetAssignments.keptIn(file)).add(idsOf(2)).problem()).toBe('');
  });

  test('lets an endpoint be made in the shard that uses it', () => {
    const estate = new Estate(FleetAssignments.of({ orders: 2, customers: 2 }));
    const { stack } = estate.fleet.shardOf('orders');
    const source = new PostgresCdcSource(stack, 'Source', { vpc: estate.vpc, databaseName: 'orders', maxTasks: 2 });
    estate.add(['orders', 'customers'], 1, { source });
    estate.stage.synth();
    expect(stack.node.id).toBe('Shard2');
    Template.fromStack(stack).resourceCountIs('AWS::DMS::Endpoint', 1);
    const [shard] = estate.fleet.shards as FleetShard[];
    const made = shard!.weights[0]!.endpoints.map(({ resources }) => resources);
    expect(made).toEqual([expect.any(Number), 1]);
    expect(made[0]).toBeGreaterThan(8);
  });

  test('places tasks with the endpoints that they bring along', () => {
    const estate = new Estate(FleetAssignments.of({}));
    idsOf(60).forEach((taskId) => {
      const { stack } = estate.fleet.shardOf(taskId);
      const source = new PostgresCdcSource(stack, `Source-${taskId}`, { vpc: estate.vpc, databaseName: 'orders' });
      estate.add([taskId], 1, { source });
    });
    // A task has 5 resources, its database 10 and a rule: of (400 - 30) / 16 one fewer, which pays for the lake's.
    expect(estate.problem()).toMatch(/"task-23": 1, "task-24": 2,/);
  });

  test('lets every instance into the VPC endpoints of the network, and waits for the service roles', () => {
    const estate = new Estate(FleetAssignments.of({}));
    const vpcEndpoints = new DmsVpcEndpoints(estate.network, 'Endpoints', { vpc: estate.vpc });
    const serviceRoles = new DmsServiceRoles(new Stack(estate.stage, 'Roles'), 'Roles');
    const fleet = new ReplicationFleet(estate.stage, 'Other', {
      vpc: estate.vpc, assignments: FleetAssignments.of({ a: 1 }), vpcEndpoints, serviceRoles,
    });
    fleet.addTask('a', {
      source: estate.source,
      target: estate.target,
      tableMappings: TableMappings.of(TableSelection.include('public', '%')),
    });
    // The database, Secrets Manager and CloudWatch Logs.
    Template.fromStack(fleet.shards[0]!.stack).resourceCountIs('AWS::EC2::SecurityGroupIngress', 3);
    expect([...waitsFor(fleet.shards[0]!.stack)].sort()).toEqual(['Data', 'Network', 'Roles']);
  });

  test('shapes every instance alike', () => {
    const estate = new Estate(FleetAssignments.of({ a: 1, b: 7 }), { multiAz: true, engineVersion: '3.6.1' }).add(['a', 'b']);
    [0, 1].forEach((shard) => estate.template(shard).hasResourceProperties('AWS::DMS::ReplicationInstance', {
      MultiAZ: true, EngineVersion: '3.6.1', PubliclyAccessible: false,
    }));
    expect(estate.fleet.shards.map(({ stack }) => stack.stackName)).toEqual([
      expect.stringMatching(/^Prod-FleetShard1/), expect.stringMatching(/^Prod-FleetShard7/),
    ]);
  });

  test('refuses a shard that has become too full, and says what can be done', () => {
    const tasks = idsOf(201);
    const crowded = new Estate(FleetAssignments.of(allIn(4, tasks))).add(tasks, 1, { manageLifecycle: false });
    expect(crowded.problem()).toContain('shard 4 has 201 tasks, and DMS runs 200 on an instance. Take the lines of tasks that '
      + 'were never deployed out of the assignments');
    const large = new Estate(FleetAssignments.of(allIn(1, idsOf(14)))).add(idsOf(14), 600, { manageLifecycle: false });
    expect(large.problem()).toMatch(/shard 1 has about \d{7} bytes, and CloudFormation takes 1000000 in a template/);
    const many = new Estate(FleetAssignments.of(allIn(1, idsOf(100)))).add(idsOf(100), 1);
    expect(many.problem()).toMatch(/shard 1 has 5\d\d resources, and CloudFormation takes 500/);
  });

  test('warns when an instance works with too many endpoints, or an account has too many tasks', () => {
    const taskIds = idsOf(601);
    const shards = Object.fromEntries(taskIds.map((taskId, index) => [taskId, 1 + Math.floor(index / 150)]));
    const estate = new Estate(FleetAssignments.of(shards));
    // Every task has a source of its own, in the first shard only.
    taskIds.forEach((taskId, index) => estate.add([taskId], 1, {
      manageLifecycle: false,
      source: index < 100 ? { bind: (options) => estate.source.bind(options) } : estate.source,
    }));
    expect(estate.problem()).toBe('');
    const warnings = estate.fleet.node.metadata.map(({ data }) => String(data));
    expect(warnings).toEqual([
      expect.stringContaining('there are 601 resources of type AWS::DMS::ReplicationTask: it is at most 600'),
      expect.stringContaining('the tasks of shard 1 have 102 endpoints: it is at most 100'),
    ]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['a stack around it', () => {
      const { data, vpc } = new Estate(FleetAssignments.of({}));
      return new ReplicationFleet(data, 'Fleet', { vpc, assignments: FleetAssignments.of({}) });
    }, /Prod\/Data\/Fleet: a fleet is made of stacks, and it is in a stack: create it in the Stage or in the App/],
    ['no tasks in a shard', () => new Estate(FleetAssignments.of({}), { tasksPerShard: 0 }), /tasksPerShard is 0: DMS runs 1 to 200/],
    ['more tasks than an instance runs', () => new Estate(FleetAssignments.of({}), { tasksPerShard: 201 }), /tasksPerShard is 201/],
    ['two tasks of one name', () => new Estate(FleetAssignments.of({ a: 1 })).add(['a', 'a']), /there are two tasks with the id 'a'/],
    ['a slash in a name', () => new Estate(FleetAssignments.of({})).add(['a/b']), /the id of a task is 'a\/b'/],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('FleetAssignments', () => {
  const fileWith = (text: string): string => {
    const file = join(folders.create(), 'fleet.json');
    writeFileSync(file, text);
    return file;
  };

  test('are read from a file, which need not be there', () => {
    expect(FleetAssignments.keptIn(fileWith('{"orders": 3}')).shardOf('orders')).toBe(3);
    expect(FleetAssignments.keptIn(join(folders.create(), 'none.json')).toJson()).toEqual({});
    expect(FleetAssignments.of({ orders: 3 }).shardOf('constructor')).toBeUndefined();
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /fleet\.json is no JSON: .*restore it/],
    ['a list', '[1]', /holds \[1\]: give an object/],
    ['nothing', 'null', /holds null: give an object/],
    ['a shard that is no number', '{"a": "1"}', /the shard of task 'a' is "1": give a whole number, 1 or more/],
    ['shard 0', '{"a": 0}', /the shard of task 'a' is 0/],
    ['half a shard', '{"a": 1.5}', /is 1\.5/],
    ['one task twice', '{"a": 1, "b": 1,\n "a": 2}', /has two lines for task 'a': keep the one of the shard/],
  ])('refuse %s', (_, text, message) => {
    expect(() => FleetAssignments.keptIn(fileWith(text))).toThrow(message);
  });
});
