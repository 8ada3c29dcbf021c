import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
import type { TaskReport } from '../../../cli/engine/run/report';
import type { LakeFile } from '../../../cli/engine/target/lake';
import { lakeLocation, type ObjectSettings } from '../../../cli/engine/target/location';
import { MultipartUpload, PART_BYTES } from '../../../cli/engine/target/multipart-upload';
import { S3Lake } from '../../../cli/engine/target/s3-lake';
import { startDms, type DmsResult, type RunningDms } from '../../support/dms';
import { EVERYTHING, template, type TemplateOptions } from '../../support/dms-template';
import { Lake } from '../../support/lake';
import { S3Server } from '../../support/s3-server';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

let s3: S3Server;
let client: S3;
const folders = new TemporaryFolders();

beforeAll(async () => {
  s3 = await S3Server.start(folders.create(), ['lake']);
  folders.endFirst(() => s3.stop());
  // Worker threads and this one find credentials as users do.
  Object.assign(process.env, s3.environment);
  client = new S3({ endpoint: s3.endpoint, forcePathStyle: true, region: 'eu-west-1' });
});
afterAll(() => client.destroy());
beforeEach(async () => {
  s3.reset();
  const { Contents = [] } = await client.listObjectsV2({ Bucket: 'lake' });
  for (const { Key } of Contents) await client.deleteObject({ Bucket: 'lake', Key });
});

const PLAIN: ObjectSettings = {
  encryption: undefined, kmsKeyId: undefined, acl: undefined, bucketOwner: undefined, unknown: [],
};

async function openLake(target = 's3://lake/trial', objects: ObjectSettings = PLAIN): Promise<S3Lake> {
  const location = lakeLocation(target, s3.endpoint, objects, {});
  if (location.kind !== 's3') throw new Error('not S3');
  return S3Lake.open(location);
}

async function writeFile(lake: S3Lake, path: string, bytes: Buffer): Promise<LakeFile> {
  const sink = await lake.create(path);
  await sink.write([bytes]);
  await sink.close();
  return { path, rows: 1, bytes: bytes.length, upload: sink.upload };
}

async function objects(): Promise<[string, number][]> {
  const { Contents = [] } = await client.listObjectsV2({ Bucket: 'lake' });
  return Contents.map(({ Key, Size }) => [Key!, Size!]);
}

describe('a file', () => {
  test('is invisible until it is published, and published once only', async () => {
    const lake = await openLake();
    const file = await writeFile(lake, 'public/t/a.parquet', Buffer.from('abc'));
    expect([await objects(), s3.openUploads('lake')]).toEqual([[], ['trial/public/t/a.parquet']]);
    await lake.publish([file]);
    expect([await objects(), s3.openUploads('lake')]).toEqual([[['trial/public/t/a.parquet', 3]], []]);
    await lake.publish([file]);
    expect(await objects()).toEqual([['trial/public/t/a.parquet', 3]]);
  });

  test('that neither exists nor can be completed any more is an error', async () => {
    const lake = await openLake();
    const file = await writeFile(lake, 'public/t/a.parquet', Buffer.from('abc'));
    await lake.discard([file]);
    expect(s3.openUploads('lake')).toEqual([]);
    const lacks = 's3://lake/trial lacks 1 file that the rehearsal wrote, such as public/t/a.parquet: ';
    await expect(lake.publish([file])).rejects.toThrow(lacks);
    await client.putObject({ Bucket: 'lake', Key: 'trial/public/t/a.parquet', Body: 'another' });
    await expect(lake.publish([file])).rejects.toThrow(lacks);
  });

  test('is sent in parts of one size and comes back byte by byte', async () => {
    const lake = await openLake('s3://lake');
    const bytes = Buffer.alloc(2 * PART_BYTES + 5, 'the parts of a file ');
    const sink = await lake.create('public/t/a.parquet');
    for (let at = 0; at < bytes.length; at += 3_000_000) {
      await sink.write([bytes.subarray(at, at + 1), bytes.subarray(at + 1, at + 3_000_000)]);
    }
    await sink.close();
    await lake.publish([{ path: 'public/t/a.parquet', rows: 1, bytes: bytes.length, upload: sink.upload }]);
    expect(s3.requestsTo('PUT', 'partNumber').map(({ headers }) => headers['content-length']))
      .toEqual([String(PART_BYTES), String(PART_BYTES), '5']);
    const [copy] = await lake.localFiles(['public/t/a.parquet'], folders.create());
    expect(readFileSync(copy!).equals(bytes)).toBe(true);
  });

  test('that is abandoned leaves nothing', async () => {
    const lake = await openLake();
    const sink = await lake.create('public/t/a.parquet');
    await sink.write([Buffer.alloc(PART_BYTES + 1)]);
    await sink.abandon();
    expect([await objects(), s3.openUploads('lake')]).toEqual([[], []]);
  });

  test('has the headers of the endpoint and the tags of its table', async () => {
    const lake = await openLake('s3://lake', {
      encryption: 'aws:kms', kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/k', acl: 'bucket-owner-full-control',
      bucketOwner: '111122223333', unknown: [],
    });
    await lake.create('t/a.parquet', { project: 'x&y', table: 'Größe' });
    const [begin] = s3.requestsTo('POST', 'uploads');
    expect(begin!.headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-west-1:111122223333:key/k',
      'x-amz-acl': 'bucket-owner-full-control',
      'x-amz-expected-bucket-owner': '111122223333',
      'x-amz-tagging': 'project=x%26y&table=Gr%C3%B6%C3%9Fe',
    });
  });

  test('that nobody asked to encrypt or tag has no such header', async () => {
    await (await openLake()).create('t/a.parquet');
    const [begin] = s3.requestsTo('POST', 'uploads');
    expect(Object.keys(begin!.headers).filter((name) => /acl|encryption|owner|tagging/.test(name))).toEqual([]);
  });
});

describe('folders', () => {
  test('are listed to their end and emptied, and others stay', async () => {
    const lake = await openLake();
    const names = Array.from({ length: 203 }, (_, i) => `trial/public/t/${String(i).padStart(3, '0')}`);
    for (const Key of [...names, 'trial/public/t2/x', 'public/t/x']) {
      await client.putObject({ Bucket: 'lake', Key, Body: 'x' });
    }
    const listed = await lake.list('public/t');
    expect(listed).toEqual(names.map((name) => name.slice('trial/'.length)));
    await lake.remove([...listed, 'public/t/never-there']);
    expect(await lake.list('public/t')).toEqual([]);
    expect((await objects()).map(([key]) => key)).toEqual(['public/t/x', 'trial/public/t2/x']);
  });

  test('are swept of every upload that was not finished, and of no other', async () => {
    const lake = await openLake();
    for (const path of ['public/t/1', 'public/t/2', 'public/t/3', 'public/t/2026/11/4', 'public/t/5', 'public/t2/x']) {
      await lake.create(path);
    }
    await lake.sweep(['public/t']);
    expect(s3.openUploads('lake')).toEqual(['trial/public/t2/x']);
  });

  test('of a server that does not list uploads are left as they are', async () => {
    const lake = await openLake();
    s3.fault = ({ path }) => (path.includes('?uploads') ? { status: 501, code: 'NotImplemented' } : undefined);
    await expect(lake.sweep(['public/t'])).resolves.toBeUndefined();
  });
});

describe('back-pressure', () => {
  test('two parts are in memory and no more, however slow the server is', async () => {
    const waiting: (() => void)[] = [];
    const sent: number[] = [];
    const upload = new MultipartUpload({
      id: 'u',
      sendPart: async (number, body) => {
        sent.push(body.length);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return `etag ${number}`;
      },
      abort: () => Promise.resolve(),
    }, 100);
    let taken = 0;
    const writer = (async (): Promise<void> => {
      for (let i = 0; i < 50; i++) {
        await upload.write([Buffer.alloc(7), Buffer.alloc(3)]);
        taken += 10;
      }
      await upload.close();
    })();
    const seen: [number, number, number][] = [];
    while (seen.length < 5) {
      await new Promise(setImmediate);
      seen.push([sent.length, taken, upload.bufferedBytes]);
      waiting.shift()!();
    }
    await writer;
    // Parts sent, bytes that the writer got rid of, and of those the bytes that the server has not taken.
    expect(seen).toEqual([[1, 190, 200], [2, 290, 200], [3, 390, 200], [4, 490, 200], [5, 500, 100]]);
    expect(upload.upload).toEqual({ id: 'u', parts: ['etag 1', 'etag 2', 'etag 3', 'etag 4', 'etag 5'] });
  });

  test('a part that fails fails the next write or the end, and an empty file has one part', async () => {
    const begun = { id: 'u', sendPart: () => Promise.reject(new Error('lost')), abort: () => Promise.resolve() };
    const failing = new MultipartUpload(begun, 10);
    await failing.write([Buffer.alloc(10)]);
    await expect(failing.write([Buffer.alloc(10)])).rejects.toThrow('lost');
    await failing.abandon();
    const empty = new MultipartUpload({ ...begun, sendPart: (number, body) => Promise.resolve(`${number}: ${body.length}`) });
    await empty.close();
    expect(empty.upload?.parts).toEqual(['1: 0']);
  });
});

describe('dms rehearse --target s3://…', () => {
  const server = new SourceServer();
  let db: SourceDatabase;
  let folder: string;

  beforeEach(async () => {
    db = await server.database();
    folder = folders.create();
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word text);
      INSERT INTO t SELECT g, 'word ' || g FROM generate_series(1, 2000) g`);
  });

  function start(
    args: readonly string[], options: TemplateOptions = {}, environment: NodeJS.ProcessEnv = {},
  ): RunningDms {
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(template(options)));
    return startDms(['rehearse', file, '--source', db.url, '--workdir', join(folder, 'work'), ...args],
      { AWS_ENDPOINT_URL_S3: s3.endpoint, ...environment });
  }

  const rehearse = (...args: Parameters<typeof start>): Promise<DmsResult> => start(...args).result;

  function reportOf({ stdout, stderr, exitCode }: DmsResult): TaskReport {
    expect([exitCode, stderr.split('\n').filter((line) => line.startsWith('dms: '))]).toEqual([0, []]);
    return (JSON.parse(stdout) as { tasks: TaskReport[] }).tasks[0]!;
  }

  const complaint = ({ stderr }: DmsResult): string =>
    stderr.split('\n').filter((line) => line.startsWith('dms: ')).join('\n').replaceAll(s3.endpoint, '<server>');

  /** The objects below a prefix, as files. */
  async function download(prefix: string): Promise<Lake> {
    const root = folders.create();
    for (const [key] of await objects()) {
      if (!key.startsWith(prefix)) continue;
      const { Body } = await client.getObject({ Bucket: 'lake', Key: key });
      const file = join(root, key.slice(prefix.length));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, await Body!.transformToByteArray());
    }
    return new Lake(root);
  }

  test('writes what a folder would get, compares it, and says where it is', async () => {
    const result = await rehearse(['--json', '--target', 's3://lake/trial/', '--s3-endpoint', s3.endpoint], {
      s3: { BucketFolder: 'raw', EncryptionMode: 'SSE_KMS', ServerSideEncryptionKmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      rules: [EVERYTHING, {
        'rule-type': 'post-processing', 'rule-id': '2', 'rule-name': '2', 'rule-action': 'add-tag',
        'object-locator': { 'schema-name': 'public', 'table-name': 't' }, 'tag-set': [{ key: 'of', value: '${table-name}' }],
      }],
    });
    const report = reportOf(result);
    expect(report).toMatchObject({ target: 's3://lake/trial', state: 'finished', tables: [{ validationState: 'Validated' }] });
    expect(report.warnings).toEqual(['S3Settings.ServerSideEncryptionKmsKeyId is not known before deployment: the objects are written without it']);
    expect(report.files).toEqual([{ path: 'raw/public/t/LOAD00000001.parquet', rows: 2000, bytes: expect.any(Number) as number }]);
    expect(await objects()).toEqual([['trial/raw/public/t/LOAD00000001.parquet', report.files[0]!.bytes]]);
    const lake = await download('trial/raw/');
    expect(await lake.rows(lake.files(), 'SELECT count(*), sum(id), max(word) FROM rows')).toEqual([['2000', '2001000', 'word 999']]);
    expect(s3.openUploads('lake')).toEqual([]);
    const [begin] = s3.requestsTo('POST', 'LOAD00000001.parquet?uploads');
    expect(begin!.headers).toMatchObject({ 'x-amz-tagging': 'of=t', 'x-amz-server-side-encryption': 'aws:kms' });
  });

  test('retries what a server refuses for the moment, and what breaks on the way', async () => {
    const failed = new Map<string, number>();
    s3.fault = ({ method, path }) => {
      const step = `${method} ${path.replaceAll(/=[^&]*/g, '')}`;
      const before = failed.get(step) ?? 0;
      failed.set(step, before + 1);
      return before === 0 ? { status: 503, code: 'SlowDown' } : before === 1 ? 'reset' : undefined;
    };
    const report = reportOf(await rehearse(['--json', '--target', 's3://lake', '--until', 'full-load']));
    expect(report.tables).toMatchObject([{ validationState: 'Validated', fullLoadRows: 2000 }]);
    const key = '/lake/public/t/LOAD00000001.parquet';
    expect([...failed].filter(([step]) => step.includes(key)).map(([step, times]) => [step.split('&x-id')[0], times])).toEqual([
      [`POST ${key}?uploads`, 3], [`PUT ${key}?partNumber&uploadId`, 3], [`POST ${key}?uploadId`, 3], [`GET ${key}?x-id`, 3],
    ]);
  });

  test('DO_NOTHING keeps older objects, the default removes them', async () => {
    for (const Key of ['public/t/old.parquet', 'public/t2/old.parquet']) await client.putObject({ Bucket: 'lake', Key, Body: 'x' });
    const kept = reportOf(await rehearse(['--json', '--target', 's3://lake', '--until', 'full-load'],
      { settings: { FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' } } }));
    expect(kept.warnings).toEqual(['public/t has 1 files of before: TargetTablePrepMode DO_NOTHING keeps them']);
    reportOf(await rehearse(['--json', '--target', 's3://lake', '--until', 'full-load']));
    expect((await objects()).map(([key]) => key)).toEqual(['public/t/LOAD00000001.parquet', 'public/t2/old.parquet']);
  });

  test('kill -9 between checkpoint and publishing: --resume completes the uploads and aborts the others', async () => {
    const capturing = start(['--target', 's3://lake', '--until', 'interrupted'], { s3: { CdcMaxBatchInterval: 1 } });
    await capturing.says('changes');
    // The file of changes is never completed, although the checkpoint names it.
    let asked = (): void => undefined;
    const completing = new Promise<void>((resolve) => (asked = resolve));
    s3.fault = ({ method, path }) => {
      if (method !== 'POST' || !path.includes('uploadId') || path.includes('LOAD')) return undefined;
      asked();
      return 'reset';
    };
    await db.query(`UPDATE t SET word = 'changed' WHERE id = 1`);
    await completing;
    capturing.child.kill('SIGKILL');
    await capturing.result;
    s3.fault = () => undefined;
    const lake = await openLake('s3://lake');
    await lake.create('public/t/of-the-killed-run');
    expect(s3.openUploads('lake')).toHaveLength(2);
    const elsewhere = await rehearse(['--resume', '--target', 's3://lake/other'], { s3: { CdcMaxBatchInterval: 1 } });
    expect(complaint(elsewhere)).toBe('dms: the rehearsal writes to s3://lake at <server>: ' +
      'go on with that --target, not s3://lake/other at <server>, or abandon it with --clean');
    const report = reportOf(await rehearse(['--json', '--resume'], { s3: { CdcMaxBatchInterval: 1 } }));
    expect(report.tables).toMatchObject([{ validationState: 'Validated', updates: 1 }]);
    expect(s3.openUploads('lake')).toEqual([]);
    expect((await objects()).map(([key]) => key)).toEqual(report.files.map(({ path }) => path).sort());
  });

  test('--clean aborts the uploads of a run that was killed, and needs no --target', async () => {
    const loading = start(['--target', 's3://lake']);
    let asked = (): void => undefined;
    const sending = new Promise<void>((resolve) => (asked = resolve));
    s3.fault = ({ path }) => {
      if (!path.includes('partNumber')) return undefined;
      asked();
      return 'reset';
    };
    await sending;
    loading.child.kill('SIGKILL');
    await loading.result;
    expect(s3.openUploads('lake')).toEqual(['public/t/LOAD00000001.parquet']);
    s3.fault = () => undefined;
    expect((await rehearse(['--clean'])).exitCode).toBe(0);
    expect(s3.openUploads('lake')).toEqual([]);
    expect(await db.leftovers()).toEqual([]);
  });

  test.each<[string, readonly string[], NodeJS.ProcessEnv, string | RegExp]>([
    ['a bucket that is not there', ['--target', 's3://other'], {},
      'dms: s3://other: <server> has no bucket other: create it, or correct --target'],
    ['wrong keys', ['--target', 's3://lake'], { AWS_ACCESS_KEY_ID: 'somebody' },
      'dms: s3://lake: <server> refuses the credentials (InvalidAccessKeyId): ' +
      'correct or renew AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE'],
    ['no credentials', ['--target', 's3://lake'],
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' },
      'dms: s3://lake: there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE'],
    ['a server that is not there', ['--target', 's3://lake', '--s3-endpoint', 'http://127.0.0.1:1'], {},
      'dms: s3://lake: nothing answers at http://127.0.0.1:1 (ECONNREFUSED): start the server, or correct --s3-endpoint'],
    ['no name of a bucket', ['--target', 's3://My_Lake/x'], {},
      'dms: --target s3://My_Lake/x: "My_Lake" is no name of a bucket; give s3://bucket or s3://bucket/folder'],
    ['folders that lead elsewhere', ['--target', 's3://lake/../x'], {},
      'dms: --target s3://lake/../x: its folders must have names other than "", "." and ".."'],
    ['an endpoint that is no URL', ['--target', 's3://lake', '--s3-endpoint', '127.0.0.1:9000'], {},
      'dms: the S3 endpoint 127.0.0.1:9000 is no URL of a server: give one such as http://127.0.0.1:9000'],
    ['an endpoint for a folder', ['--target', 'lake', '--s3-endpoint', 'http://127.0.0.1:9000'], {},
      'dms: --s3-endpoint is for a --target s3://bucket/folder, not for lake'],
    ['an endpoint for a database', ['--target', 'postgres://me:secret@127.0.0.1/x', '--s3-endpoint', 'http://127.0.0.1:9000'], {},
      'dms: --s3-endpoint is for a --target s3://bucket/folder, not for postgres://me@127.0.0.1/x'],
    ['another kind of target', ['--target', 'mysql://127.0.0.1/x'], {},
      'dms: --target mysql://127.0.0.1/x: the local engine writes to a folder, to s3://bucket/folder or to postgres://…'],
  ])('%s: one line, exit 2, nothing left', async (_, args, environment, line) => {
    const result = await rehearse(args, {}, environment);
    expect([complaint(result), result.exitCode]).toEqual([line, 2]);
    expect([await db.leftovers(), await objects(), s3.openUploads('lake')]).toEqual([[], [], []]);
  });

  test('the bucket of another owner: what to check', async () => {
    s3.fault = ({ headers }) => (headers['x-amz-expected-bucket-owner'] === '111122223333' ? { status: 403, code: 'AccessDenied' } : undefined);
    const result = await rehearse(['--target', 's3://lake'], { s3: { ExpectedBucketOwner: '111122223333' } });
    expect(complaint(result)).toBe('dms: s3://lake: <server> denies access to bucket lake: check what its policy and the role of ' +
      'these credentials allow, and whether it belongs to account 111122223333, the ExpectedBucketOwner of the template');
  });
});

