import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';

const BUNDLE = join(__dirname, '..', '..', '..', 'assets', 'task-lifecycle', 'index.js');

/** Runs code in a process of its own, away from everything that the tests have loaded. */
const inNode = (code: string): string =>
  execFileSync(process.execPath, ['-e', code], {
    cwd: '/',
    encoding: 'utf8',
    env: { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' },
  });

test('the bundle is small enough to start fast', () => {
  expect(statSync(BUNDLE).size).toBeLessThanOrEqual(350_000);
});

test('the bundle needs nothing beside itself, and exports both handlers', () => {
  expect(inNode(`process.stdout.write(Object.keys(require(${JSON.stringify(BUNDLE)})).sort().join())`))
    .toBe('isComplete,onEvent');
});

test('the bundle answers a request', () => {
  const event = JSON.stringify({
    RequestType: 'Create', ResourceType: 'Custom::DmsTaskPause', LogicalResourceId: 'Pause', ResourceProperties: {},
  });
  const lines = inNode(`
    const { onEvent, isComplete } = require(${JSON.stringify(BUNDLE)});
    onEvent(${event}).then((plan) => isComplete({ ...${event}, ...plan })).then((answer) => console.log(JSON.stringify(answer)))
  `).trim().split('\n');
  expect(lines.at(-1)).toBe('{"IsComplete":true}');
});

test('the bundle calls AWS with the credentials of the function', () => {
  const event = JSON.stringify({
    RequestType: 'Update', ResourceType: 'Custom::DmsTaskGuard', StackId: 'stack', LogicalResourceId: 'Guard',
    PhysicalResourceId: 'Guard-0-idle', ResourceProperties: {}, OldResourceProperties: {},
  });
  const [authorization] = inNode(`
    const http = require('node:http');
    const server = http.createServer((request, response) => {
      console.log(request.headers.authorization);
      response.statusCode = 400;
      response.end('<ErrorResponse><Error><Code>ValidationError</Code><Message>no</Message></Error></ErrorResponse>');
    }).listen(0, '127.0.0.1', () => {
      process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = 'http://127.0.0.1:' + server.address().port;
      require(${JSON.stringify(BUNDLE)}).onEvent(${event})
        .catch((error) => console.log(error.message)).finally(() => server.close());
    });
  `).trim().split('\n');
  expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-west-1\/cloudformation\/aws4_request/);
});
