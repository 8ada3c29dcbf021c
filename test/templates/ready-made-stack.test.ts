import { CfnResource, Stack, Validations } from 'aws-cdk-lib/core';
import type { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { OrdersLakeStack } from '../../examples/existing-database/orders-lake-stack';
import { prod } from '../../config/prod';
import { checkTemplate } from '../../lib/rules';
import { PipelineStage, S3ParquetTarget, type TaskLifecycleOptions } from '../../lib';
import { ENVIRONMENTS, readyMadeTemplate, strictApp } from './ready-made';

const templates = new Map<string, Template>();

beforeAll(() => {
  ENVIRONMENTS.forEach(([id, config]) => templates.set(id, readyMadeTemplate(id, config)));
});

const jsonOf = (id: string): Record<string, unknown> => templates.get(id)?.toJSON() as Record<string, unknown>;

describe.each(ENVIRONMENTS)('aws-cdc-dms-rds-to-s3 in %s', (id, config) => {
  test('has no finding of our own rules, not even a warning', () => {
    expect(checkTemplate(jsonOf(id))).toEqual([]);
  });

  test('passes cdk-nag AwsSolutions', () => {
    const app = strictApp();
    new PipelineStage(app, id, config);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  test('names no partition', () => {
    expect(JSON.stringify(jsonOf(id))).not.toContain('arn:aws:');
  });

  test('holds no password: logins are generated at deployment and referred to', () => {
    const text = JSON.stringify(jsonOf(id));
    expect(text.match(/"MasterUserPassword":\{"Fn::Join":\["",\["\{\{resolve:secretsmanager:"/g)).toHaveLength(1);
    expect(text).not.toMatch(/"(SecretString|Password|MasterUserPassword)":"/);
  });
});

describe('aws-cdc-dms-rds-to-s3 with a prepared source', () => {
  const prepared = { ...prod, prepareSource: true };

  test('has no finding of our own rules, and passes cdk-nag AwsSolutions', () => {
    expect(checkTemplate(readyMadeTemplate('Prepared', prepared).toJSON())).toEqual([]);
    const app = strictApp();
    new PipelineStage(app, 'Prepared', prepared);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  test('only warns of problems as long as nothing is started', () => {
    const onProblems = (lifecycle?: TaskLifecycleOptions): unknown =>
      Object.values(readyMadeTemplate('Prepared', { ...prepared, lifecycle })
        .findResources('Custom::DmsSourcePreparation')).map(({ Properties }) => (Properties as { OnProblems: string }).OnProblems);
    expect(onProblems({ startOnDeploy: false })).toEqual(['warn']);
    expect(onProblems()).toEqual(['fail']);
  });
});

describe('the checks themselves', () => {
  test('CloudFormation validation is an error', () => {
    const app = strictApp();
    const stack = new Stack(app, 'Wrong', { env: { region: 'eu-west-1' } });
    new CfnResource(stack, 'Task', { type: 'AWS::DMS::ReplicationTask', properties: { MigrationType: 'sideways' } });
    expect(() => app.synth()).toThrow('sideways');
  });

  test('cdk-nag finds a lake that is not logged', () => {
    const app = strictApp();
    const stack = new Stack(app, 'Wrong', { env: { region: 'eu-west-1' } });
    new S3ParquetTarget(stack, 'Lake');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow('AwsSolutions-S1');
  });
});

describe('the ready-made template', () => {
  test('is what it was', () => {
    expect(scrubbed(jsonOf('Prod'))).toMatchSnapshot();
  });

  // A changed id of a task, an endpoint or an instance replaces it: every table is loaded again.
  test.each(['Dev', 'Staging', 'Prod'])('keeps the logical ids of what must not be replaced, in %s', (id) => {
    const ids = (type: string): string[] => Object.keys(templates.get(id)?.findResources(type) ?? {}).sort();
    expect({
      task: ids('AWS::DMS::ReplicationTask'),
      endpoints: ids('AWS::DMS::Endpoint'),
      instance: ids('AWS::DMS::ReplicationInstance'),
      subnetGroup: ids('AWS::DMS::ReplicationSubnetGroup'),
      database: ids('AWS::RDS::DBInstance'),
      parameters: ids('AWS::RDS::DBParameterGroup'),
      login: ids('AWS::SecretsManager::Secret'),
      buckets: ids('AWS::S3::Bucket'),
    }).toEqual({
      task: ['PipelineTask42C41159'],
      endpoints: ['LakeEndpoint2972B4AC', 'SourceEndpointD47F8A76'],
      instance: ['PipelineInstanceAF67C867'],
      subnetGroup: ['PipelineInstanceSubnetGroup0819D7A2'],
      database: ['SourceDatabase53862EF5'],
      parameters: ['SourceParameters604F6B9B'],
      login: ['SourceLogin3DB0937A'],
      buckets: ['AccessLogs8B620ECA', 'LakeBucketB1D32E10'],
    });
  });
});

describe('examples', () => {
  test('existing-database can be synthesized, and has no finding', () => {
    const app = strictApp();
    new OrdersLakeStack(app, 'OrdersLake', { env: { region: 'eu-west-1' } });
    expect(checkTemplate(app.synth().getStackByName('OrdersLake').template)).toEqual([]);
  });
});

/** Asset hashes and CDK's own version change without a change of ours. */
function scrubbed(template: Record<string, unknown>): unknown {
  const text = JSON.stringify(template, (key, value: unknown) => (key === 'CDKMetadata' ? undefined : value));
  return JSON.parse(text.replace(/[0-9a-f]{64}/g, '<hash>'));
}
