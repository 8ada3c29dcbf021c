import { FolderLake } from './folder-lake';
import type { Lake } from './lake';
import type { LakeLocation } from './location';
import { S3Lake } from './s3-lake';

/** Opens a lake. Nothing is asked or written yet: `check` does that. */
export async function openLake(location: LakeLocation): Promise<Lake> {
  return location.kind === 'folder' ? new FolderLake(location) : S3Lake.open(location);
}
