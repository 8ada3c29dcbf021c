import { App } from 'aws-cdk-lib/core';
import { ShopTwoWayStack } from './shop-two-way-stack';

// npx cdk synth --app 'node --import tsx examples/two-way/app.ts'
new ShopTwoWayStack(new App(), 'ShopTwoWay', { env: { region: 'eu-west-1' } });
