import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CreateMultipartUploadCommandInput, ListMultipartUploadsCommandOutput, S3 } from '@aws-sdk/client-s3';
import type { Lake, LakeFile, LakeSink, ObjectTags } from './lake';
import { missingFiles } from './lake';
import type { S3Location } from './location';
import { titleOfLake } from './location';
import { MultipartUpload } from './multipart-upload';
import { openS3, s3Problem } from './s3-client';

/** Requests about single objects that are under way at once. */
const AT_ONCE = 8;

interface BucketAddress {
  readonly Bucket: string;
  readonly ExpectedBucketOwner: string | undefined;
}

interface ObjectAddress extends BucketAddress {
  readonly Key: string;
}

interface UploadAddress extends ObjectAddress {
  readonly UploadId: string;
}

/**
 * A bucket. A file is a multipart upload: its parts are sent while it is written, and publishing completes the upload,
 * which makes the object appear as a whole.
 */
export class S3Lake implements Lake {
  private constructor(public readonly location: S3Location, private readonly s3: S3) {}

  public static async open(location: S3Location): Promise<S3Lake> {
    return new S3Lake(location, await openS3(location));
  }

  public async check(): Promise<void> {
    await this.asking(() => this.s3.listObjectsV2({ ...this.bucket, Prefix: this.key(''), MaxKeys: 1 }));
    // The headers of the template's settings are tried as well, and nothing is left.
    await (await this.create('probe')).abandon();
  }

  public async create(path: string, tags: ObjectTags = {}): Promise<LakeSink> {
    const { encryption, kmsKeyId, acl } = this.location.objects;
    const tagging = new URLSearchParams(tags).toString();
    const object = this.object(path);
    const { UploadId } = await this.asking(() => this.s3.createMultipartUpload({
      ...object,
      ServerSideEncryption: encryption,
      SSEKMSKeyId: kmsKeyId,
      ACL: acl as CreateMultipartUploadCommandInput['ACL'],
      Tagging: tagging === '' ? undefined : tagging,
    }));
    if (UploadId === undefined) throw new Error(`${titleOfLake(this.location)}: the server gave no id for an upload`);
    const id = { ...object, UploadId };
    return new MultipartUpload({
      id: UploadId,
      sendPart: async (number, body) => {
        const { ETag } = await this.asking(() => this.s3.uploadPart({
          ...id, PartNumber: number, Body: body, ContentLength: body.length,
        }));
        if (ETag === undefined) throw new Error(`${titleOfLake(this.location)}: the server gave no ETag for a part of ${path}`);
        return ETag;
      },
      abort: () => this.abort(id),
    });
  }

  public async publish(files: readonly LakeFile[]): Promise<void> {
    await forEach(files, (file) => this.complete(file));
  }

  public async discard(files: readonly LakeFile[]): Promise<void> {
    await forEach(files, async ({ path, upload }) => {
      if (upload !== undefined) await this.abort({ ...this.object(path), UploadId: upload.id });
    });
  }

  public async remove(paths: readonly string[]): Promise<void> {
    await forEach(paths, async (path) => {
      await this.asking(() => this.s3.deleteObject(this.object(path)));
    });
  }

  public async list(folder: string): Promise<string[]> {
    const paths: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.asking(() => this.s3.listObjectsV2({
        ...this.bucket, Prefix: this.key(`${folder}/`), ContinuationToken: token,
      }));
      paths.push(...(page.Contents ?? []).map(({ Key }) => Key!.slice(this.key('').length)));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return paths.sort();
  }

  public async sweep(folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      await forEach(await this.uploads(this.key(`${folder}/`)), (upload) => this.abort(upload));
    }
  }

  public async localFiles(paths: readonly string[], scratch: string): Promise<string[]> {
    await mkdir(scratch, { recursive: true });
    const copies = paths.map((path, i) => [path, join(scratch, `${i}-${path.slice(path.lastIndexOf('/') + 1)}`)] as const);
    await forEach(copies, async ([path, copy]) => {
      const { Body } = await this.asking(() => this.s3.getObject(this.object(path)));
      await this.asking(() => pipeline(Body as Readable, createWriteStream(copy)));
    });
    return copies.map(([, copy]) => copy);
  }

  private async complete({ path, bytes, upload }: LakeFile): Promise<void> {
    if (upload === undefined) return;
    const object = this.object(path);
    const parts = upload.parts.map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
    try {
      await this.s3.completeMultipartUpload({ ...object, UploadId: upload.id, MultipartUpload: { Parts: parts } });
    } catch (error) {
      // A run that was killed may have completed it already.
      if (!isNoSuchUpload(error)) throw s3Problem(error, this.location);
      if (await this.sizeOf(object) !== bytes) throw missingFiles(this.location, [path]);
    }
  }

  /** `undefined` when there is no such object. */
  private async sizeOf(object: ObjectAddress): Promise<number | undefined> {
    try {
      return (await this.s3.headObject(object)).ContentLength;
    } catch (error) {
      if ((error as Error).name === 'NotFound') return undefined;
      throw s3Problem(error, this.location);
    }
  }

  private async abort(upload: UploadAddress): Promise<void> {
    try {
      await this.s3.abortMultipartUpload(upload);
    } catch (error) {
      // It was completed or aborted before.
      if (!isNoSuchUpload(error)) throw s3Problem(error, this.location);
    }
  }

  /** Uploads that nobody has completed or aborted. */
  private async uploads(prefix: string): Promise<UploadAddress[]> {
    const uploads: UploadAddress[] = [];
    let page: ListMultipartUploadsCommandOutput | undefined;
    do {
      page = await this.pageOfUploads(prefix, page);
      for (const { Key, UploadId } of page?.Uploads ?? []) {
        uploads.push({ ...this.bucket, Key: Key!, UploadId: UploadId! });
      }
    } while (page?.IsTruncated);
    return uploads;
  }

  private async pageOfUploads(
    prefix: string, before: ListMultipartUploadsCommandOutput | undefined,
  ): Promise<ListMultipartUploadsCommandOutput | undefined> {
    try {
      return await this.s3.listMultipartUploads({
        ...this.bucket, Prefix: prefix, KeyMarker: before?.NextKeyMarker, UploadIdMarker: before?.NextUploadIdMarker,
      });
    } catch (error) {
      // A server that cannot list them shows them to nobody; many end them by themselves after a day.
      if ((error as Error).name === 'NotImplemented') return undefined;
      throw s3Problem(error, this.location);
    }
  }

  private get bucket(): BucketAddress {
    return { Bucket: this.location.bucket, ExpectedBucketOwner: this.location.objects.bucketOwner };
  }

  private object(path: string): ObjectAddress {
    return { ...this.bucket, Key: this.key(path) };
  }

  private key(path: string): string {
    const { prefix } = this.location;
    return prefix === '' ? path : `${prefix}/${path}`;
  }

  private async asking<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw s3Problem(error, this.location);
    }
  }
}

function isNoSuchUpload(error: unknown): boolean {
  return (error as Error | undefined)?.name === 'NoSuchUpload';
}

async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, queue.length) }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  }));
}
