import * as rds from 'aws-cdk-lib/aws-rds';
import { App, Duration } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { PostgresCdcParameters, PostgresCdcPlugin } from '../../../lib';
import { makeStack } from '../make-stack';

const engine = rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_14 });

describe('PostgresCdcParameters', () => {
  test('turns logical replication on for an instance, with room for one task', () => {
    expect(PostgresCdcParameters.forInstance().toParameters()).toEqual({
      'rds.logical_replication': '1',
      max_replication_slots: '20',
      max_wal_senders: '20',
      max_worker_processes: '32',
      wal_sender_timeout: '60000',
    });
  });

  test.each([
    [10, '20', '32'],
    [11, '22', '32'],
    [18, '36', '33'],
    [40, '80', '55'],
  ])('%i tasks get %s slots and senders, and %s workers', (maxTasks, slots, workers) => {
    expect(PostgresCdcParameters.forInstance({ maxTasks }).toParameters()).toMatchObject({
      max_replication_slots: slots,
      max_wal_senders: slots,
      max_worker_processes: workers,
    });
  });

  test.each([0, -1, 1.5])('refuses %p tasks', (maxTasks) => {
    expect(() => PostgresCdcParameters.forInstance({ maxTasks }))
      .toThrow(`maxTasks is ${maxTasks}: give a whole number of replication tasks, 1 or more`);
  });

  test('zero means that the server never ends a quiet replication connection', () => {
    expect(PostgresCdcParameters.forInstance({ walSenderTimeout: Duration.millis(0) }).toParameters())
      .toMatchObject({ wal_sender_timeout: '0' });
  });

  test('preloads pglogical beside what RDS preloads, and only when it is chosen', () => {
    expect(PostgresCdcParameters.forInstance({ plugin: PostgresCdcPlugin.PGLOGICAL }).toParameters())
      .toMatchObject({ shared_preload_libraries: 'pg_stat_statements,pglogical' });
    expect(PostgresCdcParameters.forInstance({ plugin: PostgresCdcPlugin.TEST_DECODING }).toParameters())
      .not.toHaveProperty('shared_preload_libraries');
  });

  test('Aurora commits synchronously', () => {
    expect(PostgresCdcParameters.forCluster().toParameters())
      .toMatchObject({ 'rds.logical_replication': '1', synchronous_commit: 'on' });
  });

  test('a server of your own gets wal_level as lines for postgresql.conf, and no switch of RDS', () => {
    expect(PostgresCdcParameters.forSelfManaged({ maxTasks: 2, maxWorkerProcesses: 24 }).toConfiguration()).toBe([
      "wal_level = 'logical'",
      "max_replication_slots = '20'",
      "max_wal_senders = '20'",
      "max_worker_processes = '24'",
      "wal_sender_timeout = '60000'",
    ].join('\n'));
  });

  test('are added to a parameter group of your own', () => {
    const stack = makeStack();
    const group = rds.ParameterGroup.forInstance(stack, 'Group', { engine, parameters: { log_statement: 'ddl' } });
    PostgresCdcParameters.forInstance().applyTo(group);
    Template.fromStack(stack).hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Family: 'postgres14',
      Parameters: { log_statement: 'ddl', 'rds.logical_replication': '1', max_replication_slots: '20' },
    });
  });

  test('a parameter group of your own is checked when the app is synthesized', () => {
    const stack = makeStack();
    const group = rds.ParameterGroup.forInstance(stack, 'Group', { engine });
    PostgresCdcParameters.forInstance({ walSenderTimeout: Duration.seconds(5) }).applyTo(group);
    expect(() => (stack.node.root as App).synth()).toThrow(/\[Test\/Group\].*wal_sender_timeout.*5000/s);
  });
});
