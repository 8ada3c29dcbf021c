import { explain } from '../../../lambda/source-preparation/faults';
import type { ConnectionProperties } from '../../../lambda/source-preparation/api';
import { onEvent, publishSlotMetrics } from '../../../lambda/source-preparation/index';
import { selfSigned } from '../../support/certificate';
import { ADMIN_SECRET, PreparedSource } from './prepared-source';

describe('a server with TLS', () => {
  const source = new PreparedSource(14);
  const connect = (properties: Partial<ConnectionProperties> = {}): Promise<unknown> =>
    onEvent(source.preparation('Create', properties));
  const ready = { PhysicalResourceId: 'Preparation', Data: { Warnings: expect.any(String) as string } };

  test('is verified with the certificate that is given, by its name', async () => {
    await expect(connect()).resolves.toEqual(ready);
  });

  test.each(['verify-ca', 'verify-full'])('is refused without the certificate of its authority: %s', async (SslMode) => {
    const remedy = 'give the certificate of its authority as certificateAuthority, or choose PostgresSslMode.REQUIRE to encrypt '
      + 'without verifying';
    await expect(connect({ SslMode, CertificateAuthority: undefined }))
      .rejects.toThrow(`cannot log in to ${source.databaseName}: DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate; ${remedy}`);
    await expect(connect({ SslMode, CertificateAuthority: selfSigned('localhost').certificate })).rejects.toThrow(remedy);
  });

  test('is refused under another name, unless only its authority is verified', async () => {
    source.secret(ADMIN_SECRET, { ...source.login(), host: '127.0.0.1' });
    await expect(connect({ SslMode: 'verify-full' }))
      .rejects.toThrow(/ERR_TLS_CERT_ALTNAME_INVALID: .*; the host in the secret is not the one in the certificate: /);
    await expect(connect({ SslMode: 'verify-ca' })).resolves.toEqual(ready);
  });

  test('is not verified where it is only to be encrypted', async () => {
    await expect(connect({ SslMode: 'require', CertificateAuthority: undefined })).resolves.toEqual(ready);
  });

  test('an unknown mode is no reason to encrypt less', async () => {
    await expect(connect({ SslMode: 'disable' })).rejects.toThrow(
      "'disable' is not an SSL mode: it is require, verify-ca or verify-full",
    );
  });

  test('that was away for a moment is asked again', async () => {
    const port = source.login().port;
    source.secret(ADMIN_SECRET, { ...source.login(), port: 1 });
    source.onSleep = () => { source.secret(ADMIN_SECRET, { ...source.login(), port }); return Promise.resolve(); };
    await expect(connect()).resolves.toEqual(ready);
    expect(source.logged[0]).toEqual({
      fault: expect.stringMatching(/^ECONNREFUSED: .*; nothing answers at the host and port/) as string,
    });
  });

  test('that stays away fails a deployment, and says where to look', async () => {
    source.secret(ADMIN_SECRET, { ...source.login(), port: 1 });
    const started = source.now();
    await expect(connect()).rejects.toThrow(
      /^cannot reach test_\d+: ECONNREFUSED: .*; nothing answers at the host and port of the secret$/,
    );
    expect(source.now() - started).toBe(180_000);
  });

  test('that stays away is not waited for when it will be asked again soon', async () => {
    source.secret(ADMIN_SECRET, { ...source.login(), port: 1 });
    const started = source.now();
    await expect(publishSlotMetrics({ ...source.connection(), Source: 'Shop' })).rejects.toThrow(/^cannot reach test_\d+: /);
    expect(source.now() - started).toBe(30_000);
  });

  test.each<[string, string, string]>([
    ['no JSON', 'plain', 'the secret SECRET is not a login: it has to be JSON with username and password'],
    ['no object', '"text"', 'the secret SECRET is not a login: it has to be JSON with username and password'],
    ['no password', '{"username":"me"}', 'the secret SECRET is not a login: it has to be JSON with username and password'],
    ['no host', '{"username":"me","password":"hidden"}', 'the secret SECRET has no host and port: a master secret that RDS '
      + 'manages holds neither; use a secret with username, password, host and port, such as a DmsSecret'],
    ['no port', '{"username":"me","password":"hidden","host":"h","port":"x"}', 'the secret SECRET has no host and port'],
    ['a port that is none', '{"username":"me","password":"hidden","host":"h","port":65536}', 'the secret SECRET has no host and port'],
  ])('a secret that is no login fails with what is missing, and without what is in it: %s', async (_, content, message) => {
    source.secret(ADMIN_SECRET, content);
    const failure = await connect().then(() => '', (error: Error) => error.message);
    expect(failure).toContain(message.replace('SECRET', ADMIN_SECRET));
    expect(failure).not.toContain('hidden');
  });

  test('a port may be text', async () => {
    source.secret(ADMIN_SECRET, { ...source.login(), port: String(source.login().port) });
    await expect(connect()).resolves.toEqual(ready);
  });

  test.each<[string, string]>([
    ['AccessDeniedException', 'a boundary, an organization policy, or the policy of the secret or its key may deny it'],
    ['TimeoutError', 'the function cannot reach Secrets Manager: its subnets need a VPC endpoint or a way out'],
  ])('a secret that cannot be read: %s', async (name, remedy) => {
    source.secretFails(ADMIN_SECRET, name);
    await expect(connect()).rejects.toThrow(`cannot reach ${source.databaseName}: ${name}: so it is; ${remedy}`);
  });

  test('a resource of somebody else is refused', async () => {
    await expect(onEvent({ ...source.preparation('Create'), ResourceType: 'Custom::Other' }))
      .rejects.toThrow("'Custom::Other' is not a resource of this handler");
  });
});

describe('a server without TLS', () => {
  const source = new PreparedSource(14, { ssl: 'off' });

  test.each(['require', 'verify-ca', 'verify-full'])('is not talked to: %s', async (SslMode) => {
    await expect(onEvent(source.preparation('Create', { SslMode }))).rejects.toThrow('The server does not support SSL connections; '
      + 'turn ssl on: nothing here talks to a database in plain text');
  });
});

test('what was explained where it happened is not explained again', () => {
  const once = explain(new Error('timeout expired'));
  expect(once).toBe('timeout expired; the security group of the database, or a route, does not let the function in');
  expect(explain(new Error(`cannot reach shop: ${once}`))).toBe(`cannot reach shop: ${once}`);
});
