import { type Environment, Stage } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type EnvironmentConfig, environmentProblems } from './environment-config';
import { RdsToS3Stack } from './rds-to-s3-stack';

/** Name of the ready-made stack, the same in every environment: environments differ in account or region. */
const STACK_NAME = 'aws-cdc-dms-rds-to-s3';

/**
 * One environment of the ready-made pipeline.
 *
 * The configuration is validated before anything is built.
 */
export class PipelineStage extends Stage {
  /** The stack `aws-cdc-dms-rds-to-s3`. */
  public readonly rdsToS3: RdsToS3Stack;

  public constructor(scope: Construct, id: string, config: EnvironmentConfig) {
    super(scope, id, { env: environmentOf(id, config) });
    this.rdsToS3 = new RdsToS3Stack(this, STACK_NAME, { ...config, stackName: STACK_NAME });
  }
}

function environmentOf(id: string, config: EnvironmentConfig): Environment {
  const problems = environmentProblems(config);
  if (problems.length > 0) {
    throw new Error(`environment ${id} cannot be built:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
  return { account: config.account, region: config.region };
}
