import { execFile } from 'node:child_process';
import { lstatSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { WorkFolderLock } from '../../../cli/engine/run/work-folder-lock';
import { beginOf } from '../../../cli/server/processes';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();

const held = /^another dms \(process \d+\) works in .*: wait for its end, stop it with Ctrl-C, or give another/;
const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** The id of a process that has ended and been collected. */
function endedProcess(): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--version'], () => resolve(child.pid!));
  });
}

test('a second engine is refused until the first one is done', async () => {
  const workdir = join(folders.create(), 'made', 'when missing');
  const lock = await WorkFolderLock.acquire(workdir);
  await expect(WorkFolderLock.acquire(workdir)).rejects.toThrow(held);
  await lock.release();
  await (await WorkFolderLock.acquire(workdir)).release();
  expect(exists(join(workdir, 'lock'))).toBe(false);
});

test('the lock of a process that was killed is taken over, also when its id is used again', async () => {
  const workdir = folders.create();
  const path = join(workdir, 'lock');
  const own = `${process.pid} since ${beginOf(process.pid)}`;
  const ended = await endedProcess();
  for (const dead of [`${ended} since 1234`, `${process.pid} since 1`, `${process.ppid} since never`, 'nonsense']) {
    symlinkSync(dead, path);
    const lock = await WorkFolderLock.acquire(workdir);
    expect(readlinkSync(path)).toBe(own);
    await lock.release();
  }
});

test('of several that find the lock of a dead process, one gets it', async () => {
  const workdir = folders.create();
  for (let round = 0; round < 200; round++) {
    symlinkSync(`${process.pid} since 1`, join(workdir, 'lock'));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => WorkFolderLock.acquire(workdir)));
    const locks = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(locks).toHaveLength(1);
    await locks[0]!.release();
  }
});

test('a process that was killed while it took a dead lock over is in nobody\'s way', async () => {
  const workdir = folders.create();
  for (const link of ['lock', 'lock.next', 'lock.next.next']) symlinkSync(`${process.pid} since 1`, join(workdir, link));
  await (await WorkFolderLock.acquire(workdir)).release();
  expect(readdirSync(workdir)).toEqual([]);
});
