import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { get, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import S3rver from 's3rver';

/** A request as it came, in the order of arrival. */
export interface S3Request {
  readonly method: string;
  /** Path and query, decoded. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** What happens to a request instead of an answer: nothing is passed on to the server. */
export type Fault = 'reset' | { readonly status: number; readonly code: string };

/** Objects of one page of a list: few, so that who lists has to ask again. */
const PAGE = 100;

/**
 * s3rver, a server of the S3 protocol, with what it lacks and others have: it lists and aborts multipart uploads, lists
 * objects in pages, and takes several deletes at once. Every request is written down, and may be made to fail.
 */
export class S3Server {
  public readonly requests: S3Request[] = [];
  /** Asked for every request; `undefined` lets it pass. */
  public fault: (request: S3Request) => Fault | undefined = () => undefined;
  private deleting: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
    private readonly handler: RequestListener,
  ) {}

  /** @param folder for its objects @param buckets that are there from the beginning */
  public static async start(folder: string, buckets: readonly string[]): Promise<S3Server> {
    const s3rver = new S3rver({ directory: folder, silent: true, configureBuckets: buckets.map((name) => ({ name })) });
    await s3rver.configureBuckets();
    const server = await s3rver.listen(0, '127.0.0.1');
    const handler = server.listeners('request')[0] as RequestListener;
    const started = new S3Server(server, folder, handler);
    server.removeAllListeners('request').on('request', (request, response) => started.answer(request, response));
    return started;
  }

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What the SDK's usual chain finds. */
  public get environment(): NodeJS.ProcessEnv {
    return { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER', AWS_EC2_METADATA_DISABLED: 'true' };
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Multipart uploads that are neither completed nor aborted: the keys of their objects, sorted. */
  public openUploads(bucket: string): string[] {
    return this.uploads(bucket).map(({ key }) => key).sort();
  }

  /** Forgets requests, faults and uploads. */
  public reset(): void {
    this.requests.length = 0;
    this.fault = () => undefined;
    readdirSync(this.folder).forEach((bucket) => rmSync(this.uploadsFolder(bucket), { recursive: true, force: true }));
  }

  /** Requests of one method to paths that contain a text. */
  public requestsTo(method: string, text: string): S3Request[] {
    return this.requests.filter((request) => request.method === method && request.path.includes(text));
  }

  private answer(message: IncomingMessage, response: ServerResponse): void {
    const url = new URL(message.url!, this.endpoint);
    const request: S3Request = {
      method: message.method!, path: decodeURIComponent(message.url!), headers: message.headers,
    };
    if (message.headers['x-whole-list'] !== undefined) {
      void this.handler(message, response);
      return;
    }
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault === 'reset') {
      message.socket.destroy();
      return;
    }
    if (fault !== undefined) {
      respond(message, response, fault.status, `<Error><Code>${fault.code}</Code><Message>on purpose</Message></Error>`);
      return;
    }
    const [, bucket = ''] = url.pathname.split('/');
    const id = url.searchParams.get('uploadId');
    if (url.searchParams.has('list-type')) {
      void this.listObjects(url, message, response);
    } else if (message.method === 'GET' && url.searchParams.has('uploads')) {
      this.listUploads(bucket, url.searchParams, message, response);
    } else if (id !== null && !this.uploads(bucket).some((upload) => upload.id === id)) {
      respond(message, response, 404, '<Error><Code>NoSuchUpload</Code><Message>no such upload</Message></Error>');
    } else if (message.method === 'DELETE' && id !== null) {
      rmSync(join(this.uploadsFolder(bucket), id), { recursive: true });
      respond(message, response, 204, '');
    } else if (message.method === 'DELETE') {
      this.deleting = this.deleting.then(() => this.deleteObject(decodeURIComponent(url.pathname), message, response));
    } else {
      void this.handler(message, response);
    }
  }

  /** s3rver removes folders that are empty: it must not do so twice at once, or for an object that is not there. */
  private async deleteObject(path: string, message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!existsSync(join(this.folder, `${path}._S3rver_object`))) {
      respond(message, response, 204, '');
      return;
    }
    const done = new Promise((resolve) => response.on('close', resolve));
    void this.handler(message, response);
    await done;
  }

  /** The token of a page is the number of the objects before it. */
  private async listObjects(url: URL, message: IncomingMessage, response: ServerResponse): Promise<void> {
    const from = Number(url.searchParams.get('continuation-token') ?? 0);
    url.searchParams.delete('continuation-token');
    url.searchParams.delete('max-keys');
    const headers = { ...message.headers, 'x-whole-list': 'yes' };
    const whole = await new Promise<IncomingMessage>((resolve, reject) => {
      // A connection of its own: a kept one may be closed by the time it is used.
      get(url, { agent: false, headers }, resolve).on('error', reject);
    });
    const xml = await text(whole);
    const all = xml.match(/<Contents>.*?<\/Contents>/gs) ?? [];
    const token = all.length > from + PAGE ? `<NextContinuationToken>${from + PAGE}</NextContinuationToken>` : '';
    respond(message, response, whole.statusCode!, whole.statusCode !== 200
      ? xml
      : `<ListBucketResult>${token}${all.slice(from, from + PAGE).join('')}</ListBucketResult>`);
  }

  /** Pages of two. */
  private listUploads(
    bucket: string, query: URLSearchParams, message: IncomingMessage, response: ServerResponse,
  ): void {
    const after = query.get('upload-id-marker') ?? '';
    const all = this.uploads(bucket).filter(({ key, id }) => key.startsWith(query.get('prefix') ?? '') && id > after);
    const page = all.slice(0, 2);
    const last = page.at(-1);
    const next = all.length > 2 ? `<NextKeyMarker>${last!.key}</NextKeyMarker><NextUploadIdMarker>${last!.id}</NextUploadIdMarker>` : '';
    const entries = page.map(({ key, id }) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`).join('');
    respond(message, response, 200, '<ListMultipartUploadsResult>' +
      `<IsTruncated>${all.length > 2}</IsTruncated>${next}${entries}</ListMultipartUploadsResult>`);
  }

  private uploads(bucket: string): { id: string; key: string }[] {
    const folder = this.uploadsFolder(bucket);
    if (!existsSync(folder)) return [];
    return readdirSync(folder).sort().map((id) => ({ id, key: readFileSync(join(folder, id, 'key'), 'utf8') }));
  }

  private uploadsFolder(bucket: string): string {
    return join(this.folder, bucket, '._S3rver_uploads');
  }
}

function respond(message: IncomingMessage, response: ServerResponse, status: number, body: string): void {
  // The body is read first: a client that is still sending would see a broken connection instead of the answer.
  message.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/xml' }).end(body));
}
