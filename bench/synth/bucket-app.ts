/** The smallest app there is, which bench/synth/run.ts compares the ready-made stack with. */
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { App, Stack } from 'aws-cdk-lib/core';

new Bucket(new Stack(new App(), 'Stack'), 'Bucket');
