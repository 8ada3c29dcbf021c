/** One environment of the ready-made stack, for bench/synth/run.ts. */
import { App } from 'aws-cdk-lib/core';
import { dev } from '../../config/dev';
import { PipelineStage } from '../../lib';

new PipelineStage(new App(), 'Dev', dev);
