import { App } from 'aws-cdk-lib/core';
import { dev } from '../../config/dev';
import { prod } from '../../config/prod';
import { staging } from '../../config/staging';
import { OrdersLakeStack } from '../../examples/existing-database/orders-lake-stack';
import { PipelineStage } from '../../lib';
import { TemporaryFolders } from '../support/temporary-folder';
import { FEATURE_FLAGS } from '../unit/make-stack';
import { emulatedAccount } from './support/account';
import { deployed, destroyed } from './support/cdk';
import { statesOfTasks } from './support/dms-calls';
import type { Emulator } from './support/emulator';

const folders = new TemporaryFolders();

interface Subject {
  readonly name: string;
  readonly region: string;
  readonly stacks: string;
  readonly build: (app: App) => void;
  /** The state of its task after the deployment. */
  readonly state: 'running' | 'ready';
  /** The app of the deployment that starts the task, where the first one does not. */
  readonly start?: (app: App) => void;
  /** What the stack leaves behind on purpose: data, and what is needed to read it. */
  readonly kept: string[];
  readonly before?: (emulator: Emulator) => Promise<void>;
}

const DATA_OF_THE_READY_MADE_STACK = [
  'AWS::Logs::LogGroup',
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBParameterGroup',
  'AWS::RDS::DBSubnetGroup',
  'AWS::S3::Bucket',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
];

const SUBJECTS: Subject[] = [
  {
    name: 'the ready-made stack in dev',
    region: 'us-east-1',
    stacks: 'Dev/*',
    build: (app) => { new PipelineStage(app, 'Dev', dev); },
    state: 'ready',
    // As config/tables.ts says: once there are tables, startOnDeploy is taken away.
    start: (app) => { new PipelineStage(app, 'Dev', { ...dev, lifecycle: undefined }); },
    kept: [],
  },
  {
    name: 'the ready-made stack in staging',
    region: 'us-east-1',
    stacks: 'Staging/*',
    build: (app) => { new PipelineStage(app, 'Staging', staging); },
    state: 'ready',
    kept: DATA_OF_THE_READY_MADE_STACK,
  },
  {
    name: 'the ready-made stack in production',
    region: 'us-east-1',
    stacks: 'Prod/*',
    build: (app) => { new PipelineStage(app, 'Prod', prod); },
    state: 'ready',
    kept: DATA_OF_THE_READY_MADE_STACK,
  },
  {
    name: 'the example of an existing database',
    region: 'eu-west-1',
    stacks: 'OrdersLake',
    build: (app) => { new OrdersLakeStack(app, 'OrdersLake', { env: { region: 'eu-west-1' } }); },
    state: 'running',
    kept: ['AWS::S3::Bucket', 'AWS::SecretsManager::Secret'],
    before: (emulator) => emulator.createNetwork({
      region: 'eu-west-1',
      vpc: 'vpc-0123456789abcdef0',
      subnets: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
      routeTables: ['rtb-0123456789abcdef0', 'rtb-0fedcba9876543210'],
      securityGroups: ['sg-0123456789abcdef0'],
    }),
  },
];

describe.each(SUBJECTS)('$name', ({ region, stacks, build, state, start, kept, before }) => {
  const account = emulatedAccount();

  /** The app as its user synthesizes it. */
  function synthesized(fill: (app: App) => void): string {
    const outdir = folders.create();
    const app = new App({ outdir, context: FEATURE_FLAGS, analyticsReporting: false });
    fill(app);
    app.synth();
    return outdir;
  }

  test('is deployed, is deployed again without a change, and is destroyed', async () => {
    const emulator = account();
    const outdir = synthesized(build);
    await before?.(emulator);

    await deployed(emulator, outdir, stacks);
    expect(await statesOfTasks(emulator, region)).toEqual([state]);

    const last = await emulator.lastCall();
    expect(await deployed(emulator, outdir, stacks)).toContain('(no changes)');
    expect((await emulator.calls(last)).filter(({ service }) => service === 'dms')).toEqual([]);

    if (start !== undefined) {
      await deployed(emulator, synthesized(start), stacks);
      expect(await statesOfTasks(emulator, region)).toEqual(['running']);
    }

    await destroyed(emulator, outdir, stacks);
    const remains = await emulator.remains();
    expect(remains.map(({ type }) => type).sort()).toEqual(kept);
    expect(remains.filter(({ status }) => status !== 'DELETE_SKIPPED')).toEqual([]);
    expect(await statesOfTasks(emulator, region)).toEqual([]);
  });
});
