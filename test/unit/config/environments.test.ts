import { App, RemovalPolicy } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { dev } from '../../../config/dev';
import { prod } from '../../../config/prod';
import { staging } from '../../../config/staging';
import { type EnvironmentConfig, environmentProblems, PipelineStage } from '../../../lib';
import { FEATURE_FLAGS } from '../make-stack';

const build = (config: EnvironmentConfig): PipelineStage =>
  new PipelineStage(new App({ context: FEATURE_FLAGS }), 'Dev', config);

describe('the environments of this repository', () => {
  test.each([['dev', dev], ['staging', staging], ['prod', prod]])('%s can be built', (_, config) => {
    expect(environmentProblems(config)).toEqual([]);
  });

  test('dev is small and goes with its stack', () => {
    const template = Template.fromStack(build(dev).rdsToS3);
    template.hasResource('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Delete',
      Properties: Match.objectLike({ MultiAZ: false, DeletionProtection: false, AllocatedStorage: '20' }),
    });
  });

  test('prod keeps its data, protects it from deletion, and has standbys', () => {
    const template = Template.fromStack(build(prod).rdsToS3);
    template.hasResource('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({ MultiAZ: true, DeletionProtection: true, BackupRetentionPeriod: 14 }),
    });
    template.hasResourceProperties('AWS::DMS::ReplicationInstance', {
      MultiAZ: true,
      ReplicationInstanceClass: 'dms.r6i.xlarge',
      AllocatedStorage: 200,
    });
    template.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
  });
});

describe('an environment', () => {
  test('has the stack aws-cdc-dms-rds-to-s3, in its account and region', () => {
    const { rdsToS3 } = build({ ...dev, account: '123456789012', region: 'sa-east-1' });
    expect(rdsToS3.stackName).toBe('aws-cdc-dms-rds-to-s3');
    expect(rdsToS3.node.path).toBe('Dev/aws-cdc-dms-rds-to-s3');
    expect([rdsToS3.account, rdsToS3.region]).toEqual(['123456789012', 'sa-east-1']);
  });

  test('is synthesized without looking anything up, even where account and region are known', () => {
    const stage = build({ ...dev, account: '123456789012' });
    expect((stage.node.root as App).synth().manifest.missing).toBeUndefined();
  });

  test('leaves the service roles alone when told to', () => {
    const roles = (config: EnvironmentConfig): number =>
      Object.keys(Template.fromStack(build(config).rdsToS3)
        .findResources('AWS::IAM::Role', { Properties: { RoleName: Match.anyValue() } })).length;
    expect(roles(dev)).toBe(2);
    expect(roles({ ...dev, createServiceRoles: false })).toBe(0);
  });

  test.each<[string, Partial<EnvironmentConfig>, string]>([
    ['an account with 11 digits', { account: '12345678901' }, "account is '12345678901': give 12 digits"],
    ['a region that is none', { region: 'Frankfurt' }, "region is 'Frankfurt': give the name of a region"],
    ['a database name with a dash', { databaseName: 'agenda-pro' }, "databaseName is 'agenda-pro': give a letter"],
    ['a port that RDS does not take', { databasePort: 80 }, 'databasePort is 80: RDS takes 1150 to 65535'],
    ['production without protection', { production: true, deletionProtection: false }, 'deletionProtection is false in production'],
    ['production without its data', { production: true, removalPolicy: RemovalPolicy.DESTROY }, "removalPolicy is 'destroy' in production"],
    ['production without standby', { production: true, multiAz: false }, 'multiAz is false in production'],
  ])('%s: refused before anything is built', (_, change, message) => {
    const app = new App({ context: FEATURE_FLAGS });
    expect(() => new PipelineStage(app, 'Prod', { ...staging, ...change })).toThrow(message);
    expect(app.node.children).toEqual([]);
  });

  test('everything that is wrong is named at once', () => {
    expect(() => build({ ...staging, account: 'x', region: 'y', databaseName: '' })).toThrow([
      'environment Dev cannot be built:',
      "- account is 'x': give 12 digits, or leave it out to use the account of the credentials",
      "- region is 'y': give the name of a region, such as 'us-east-1'",
      "- databaseName is '': give a letter followed by up to 62 letters, digits or _",
    ].join('\n'));
  });

  test.each(['us-east-1', 'us-gov-west-1', 'cn-north-1', 'ap-southeast-4', 'me-central-1'])('%s is a region', (region) => {
    expect(environmentProblems({ ...dev, region })).toEqual([]);
  });
});
