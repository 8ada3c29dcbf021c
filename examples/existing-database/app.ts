import { App } from 'aws-cdk-lib/core';
import { OrdersLakeStack } from './orders-lake-stack';

// npx cdk synth --app 'node --import tsx examples/existing-database/app.ts'
new OrdersLakeStack(new App(), 'OrdersLake', { env: { region: 'eu-west-1' } });
