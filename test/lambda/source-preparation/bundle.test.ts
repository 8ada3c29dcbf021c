import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PreparedSource } from './prepared-source';

const BUNDLE = join(__dirname, '..', '..', '..', 'assets', 'source-preparation', 'index.js');

/** Runs code in a process of its own, away from everything that the tests have loaded. */
const inNode = async (code: string, environment: Record<string, string> = {}): Promise<string> =>
  (await promisify(execFile)(process.execPath, ['-e', code], {
    cwd: '/',
    env: { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', ...environment },
  })).stdout;

describe('the bundle', () => {
  const source = new PreparedSource(14);

  test('is small enough to start fast', () => {
    expect(statSync(BUNDLE).size).toBeLessThanOrEqual(350_000);
  });

  test('needs nothing beside itself, and exports both handlers', async () => {
    expect(await inNode(`process.stdout.write(Object.keys(require(${JSON.stringify(BUNDLE)})).sort().join())`))
      .toBe('onEvent,publishSlotMetrics');
  });

  test('reads the secret with the credentials of the function, logs in over TLS and writes one line of metrics', async () => {
    await source.createSlot('left');
    const event = { ...source.connection(), Source: 'Shop' };
    const lines = (await inNode(`
      const http = require('node:http');
      const server = http.createServer((request, response) => {
        console.log(request.headers.authorization, request.headers['x-amz-target']);
        response.end(JSON.stringify({ SecretString: process.env.LOGIN }));
      }).listen(0, '127.0.0.1', () => {
        process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = 'http://127.0.0.1:' + server.address().port;
        require(${JSON.stringify(BUNDLE)}).publishSlotMetrics(${JSON.stringify(event)})
          .catch((error) => console.log(error.message)).finally(() => server.close());
      });
    `, { LOGIN: JSON.stringify(source.login()) })).trim().split('\n');
    expect(lines[0]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-west-1\/secretsmanager\/.* secretsmanager\.GetSecretValue$/,
    );
    expect(JSON.parse(lines[1]!)).toMatchObject({ Source: 'Shop', Slots: 1, InactiveSlots: 1 });
    expect(lines).toHaveLength(2);
  });
});
