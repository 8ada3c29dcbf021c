import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { dev } from '../../config/dev';
import { prod } from '../../config/prod';
import { staging } from '../../config/staging';
import { type EnvironmentConfig, PipelineStage } from '../../lib';
import { FEATURE_FLAGS } from '../unit/make-stack';

export const ENVIRONMENTS: [string, EnvironmentConfig][] = [['Dev', dev], ['Staging', staging], ['Prod', prod]];

/** Where the templates of the last release are kept. */
export const RELEASED = join(__dirname, 'released');

/** The app of this repository; what CloudFormation's validation finds stops its synthesis. */
export function strictApp(): App {
  return new App({ context: { ...FEATURE_FLAGS, '@aws-cdk/core:strictCfnValidateErrors': true } });
}

/** The ready-made stack of one environment, as it is deployed. */
export function readyMadeTemplate(id: string, config: EnvironmentConfig): Template {
  return Template.fromStack(new PipelineStage(strictApp(), id, config).rdsToS3);
}
