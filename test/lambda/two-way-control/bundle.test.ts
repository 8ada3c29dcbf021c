import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIGURATION_VARIABLE } from '../../../lib/two-way/two-way-api';
import { CONFIGURATION } from './pair';

const BUNDLE = join(__dirname, '..', '..', '..', 'assets', 'two-way-control', 'index.js');
const aws = { tableName: 'sites', forwardTaskArn: 'arn:f', backwardTaskArn: 'arn:b' };

/** Runs code in a process of its own, away from everything that the tests have loaded. */
const inNode = (code: string): string =>
  execFileSync(process.execPath, ['--no-warnings', '-e', code], {
    cwd: '/',
    encoding: 'utf8',
    env: {
      AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret',
      [CONFIGURATION_VARIABLE]: JSON.stringify({ ...CONFIGURATION, aws }),
    },
  });

test('the bundle is small enough to start fast', () => {
  expect(statSync(BUNDLE).size).toBeLessThanOrEqual(350_000);
});

test('the bundle needs nothing beside itself, and exports what the functions call', () => {
  expect(inNode(`process.stdout.write(Object.keys(require(${JSON.stringify(BUNDLE)})).sort().join())`))
    .toBe('handler,onBegin,onStep');
});

test('the bundle asks the map with the credentials of the function, and an error keeps its name', () => {
  const lines = inNode(`
    const http = require('node:http');
    const item = { site: { S: '$authority' }, version: { N: '1' }, activeSite: { S: 'A' }, epoch: { N: '1' },
      state: { S: 'completed' }, updatedAt: { S: 'then' } };
    const server = http.createServer((request, response) => {
      console.log(request.headers.authorization);
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(JSON.stringify({ Item: item }));
    }).listen(0, '127.0.0.1', () => {
      process.env.AWS_ENDPOINT_URL_DYNAMODB = 'http://127.0.0.1:' + server.address().port;
      require(${JSON.stringify(BUNDLE)}).handler({ step: 'Plan', run: { action: 'switch' }, id: 'one' })
        .catch((error) => console.log(error.name)).finally(() => { server.closeAllConnections(); server.close(); });
    });
  `).trim().split('\n');
  expect(lines[0]).toMatch(/^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-west-1\/dynamodb\/aws4_request/);
  expect(lines.at(-1)).toBe('SwitchRefused');
});
