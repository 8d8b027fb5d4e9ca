import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  backupProgram,
  type Installation,
  kindsOfInstallations,
  objectFiles,
} from '../support/installations.ts';
import { s3ClientFor } from '../support/s3.ts';
import { SmallDisk } from '../support/small-disk.ts';

const LARGE_BYTES = 3_000_000;
const NOBODY = 65_534;

const noDisk = await SmallDisk.problem();
if (noDisk !== undefined) console.log(`skipped: ${noDisk}`);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function sizesIn(folder: string): Promise<number[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
}

for (const { name, make, isSkipped } of kindsOfInstallations()) {
  describe.skipIf(isSkipped)(`a backup of ${name}`, { timeout: 180_000 }, () => {
    let installation: Installation;
    let fileName: string;

    beforeAll(async () => {
      installation = await make();
      fileName = installation.flags.includes('--store') ? 'lambent.dump' : 'lambent.db';
      const [first] = installation.servers;
      if (first === undefined) throw new Error('There is no server.');
      const s3 = s3ClientFor(first);
      await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
      await s3.send(
        new PutObjectCommand({ Bucket: 'bucket', Key: 'large', Body: Buffer.alloc(LARGE_BYTES) }),
      );
      s3.destroy();
    });

    afterAll(async () => await installation.remove());

    const run = async (
      words: readonly string[],
      settings: { cwd?: string; uid?: number; env?: NodeJS.ProcessEnv } = {},
    ): Promise<Ended> => {
      const [program, [launcher = '', command = '']] = backupProgram('', []);
      const running = promisify(execFile)(program, [launcher, command, ...words], settings);
      return await running.then(
        (ended) => ({ code: 0, ...ended }),
        (ended: Ended) => ended,
      );
    };
    const place = (folder: string): string => join(installation.path, folder);

    test('goes to a relative folder, named before or after flags, and tells programs of it', async () => {
      const { flags, path } = installation;
      const settings = { cwd: path };
      const { stdout } = await run([...flags, '--json', 'nested/relative'], settings);
      const sizes = await sizesIn(place('nested/relative'));
      const number: unknown = expect.any(Number);
      expect(JSON.parse(stdout)).toEqual({
        folder: place('nested/relative'),
        files: sizes.length,
        bytes: sizes.reduce((sum, size) => sum + size),
        tookMs: number,
      });
      expect(await readdir(place('nested/relative/blobs'))).toContain('store-id');
      expect(await readdir(place('nested/relative'))).toContain(fileName);
      expect(await run(['two', ...flags, 'folders'], settings)).toMatchObject({
        code: 1,
        stderr: 'lambent: backup takes one folder, but got "folders" as well\n',
      });
      expect(await run(flags, settings)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Name the folder to copy to'),
      });
    });

    test('is refused into the data directory, by whichever way', async () => {
      const { flags, dataDir } = installation;
      await symlink(dataDir, place('way'));
      for (const folder of [join(dataDir, 'objects', 'inside'), place('way/inside'), place('way')])
        expect(await run([folder, ...flags])).toMatchObject({
          code: 1,
          stderr: `lambent: ${folder} is in the data directory itself. Choose a folder outside.\n`,
        });
      expect(await readdir(dataDir)).not.toContain('inside');
      expect(await readdir(join(dataDir, 'objects'))).not.toContain('inside');
    });

    test.skipIf(noDisk !== undefined)('leaves nothing on a disk that is too small for it', async () => {
      const disk = await SmallDisk.mount(2);
      try {
        const { code, stderr } = await run([disk.path, ...installation.flags]);
        expect(code).toBe(1);
        expect(stderr).toMatch(/^lambent: There is no backup in .*(ENOSPC|full|No space left).*\n$/);
        expect(await readdir(disk.path)).toEqual([]);
        expect((await run([join(disk.path, 'new'), ...installation.flags])).code).toBe(1);
        expect(await readdir(disk.path)).toEqual([]);
      } finally {
        await disk.remove();
      }
    });

    test.skipIf(process.getuid?.() !== 0)('says where it may not write', async () => {
      await mkdir(place('closed'), { mode: 0o755 });
      await chmod(installation.path, 0o755);
      const { code, stderr } = await run([place('closed/new'), ...installation.flags], { uid: NOBODY });
      expect(code).toBe(1);
      expect(stderr).toMatch(/permission denied|Run this as the user who runs Lambent/);
      expect(await readdir(place('closed'))).toEqual([]);
    });

    test('that is stopped leaves nothing', async () => {
      const [program, words] = backupProgram(place('stopped'), installation.flags);
      const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.on('data', (text: Buffer) => (said += text.toString()));
      const closed = once(child, 'close');
      while (child.exitCode === null && !(await readdir(installation.path)).includes('stopped'));
      child.kill('SIGTERM');
      expect(await closed).toEqual([1, null]);
      expect(said).toContain('it was stopped');
      expect(await readdir(installation.path)).not.toContain('stopped');
    });

    test('says what the data directory itself has lost, and has all the rest', async () => {
      const [file = ''] = await objectFiles(installation.dataDir);
      await rm(join(installation.dataDir, 'objects', file.slice(0, 2), file));
      const { code, stderr } = await run([place('rest'), ...installation.flags]);
      expect(code).toBe(1);
      expect(stderr).toContain('names files that are missing or damaged');
      expect(stderr).toContain(file);
      expect(await readdir(place('rest'))).toContain(fileName);
    });

    test.runIf(name.includes('PostgreSQL'))('needs pg_dump and the files of that database', async () => {
      const { flags } = installation;
      const store = flags.slice(0, 2);
      await mkdir(place('strange/blobs'), { recursive: true });
      await writeFile(place('strange/blobs/store-id'), 'another');
      expect(await run([place('x'), ...store, '--data-dir', place('strange')])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('are not those of the database at --store'),
      });
      expect(await run([place('x'), ...flags], { env: { PATH: place('strange') } })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('pg_dump is not on the PATH'),
      });
      expect(await readdir(installation.path)).not.toContain('x');
    });
  });
}
