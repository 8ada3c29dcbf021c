import { App } from 'aws-cdk-lib/core';
import { dev } from '../config/dev';
import { prod } from '../config/prod';
import { staging } from '../config/staging';
import { PipelineStage } from '../lib';

const app = new App();

// Every environment is built by every synthesis: one that cannot be built is found before it is deployed.
new PipelineStage(app, 'Dev', dev);
new PipelineStage(app, 'Staging', staging);
new PipelineStage(app, 'Prod', prod);
