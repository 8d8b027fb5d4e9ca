import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as soon } from 'node:timers/promises';
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BUCKET, Churn, makeKept, readAll } from '../support/crowded-buckets.ts';
import { eventually } from '../support/functions.ts';
import {
  backUp,
  backupProgram,
  type Installation,
  kindsOfInstallations,
  objectFiles,
} from '../support/installations.ts';
import { s3ClientFor } from '../support/s3.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { onServer } from '../support/shared-database.ts';

const KEPT = 250;
/** Backups that may end before they are caught at it. */
const MOST_TRIES = 20;
const DELETED_AT_ONCE = 10;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? -1;

for (const { name, make, isSkipped } of kindsOfInstallations()) {
  describe.skipIf(isSkipped)(`a backup of ${name} that is cut short`, { timeout: 300_000 }, () => {
    let installation: Installation;
    let first: TestServer;
    let s3: S3Client;
    let churn: Churn | undefined;
    let fileName: string;

    beforeEach(async () => {
      installation = await make();
      const [server] = installation.servers;
      if (server === undefined) throw new Error('There is no server.');
      first = server;
      s3 = s3ClientFor(server);
      churn = undefined;
      fileName = installation.flags.includes('--store') ? 'lambent.dump' : 'lambent.db';
    });

    afterEach(async () => {
      await churn?.end();
      s3.destroy();
      await installation.remove();
    });

    /** Begins a backup. @returns once `moment` has come, or the backup has ended */
    async function until(folder: string, moment: () => boolean): Promise<ChildProcess> {
      const child = spawn(...backupProgram(folder, installation.flags), { stdio: 'ignore' });
      while (child.exitCode === null && !moment()) await soon();
      return child;
    }

    const kill = async (child: ChildProcess): Promise<void> => {
      const exited = once(child, 'exit');
      if (child.kill('SIGKILL')) await exited;
    };

    /** Deletes some of the objects. @returns whether all their files stay */
    async function deleteSome(keys: string[]): Promise<boolean> {
      const before = (await objectFiles(installation.dataDir)).length;
      for (const Key of keys.splice(0, DELETED_AT_ONCE))
        await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
      // A platform that takes files away has taken the first by the time that it has answered for the last.
      await readAll(first);
      return (await objectFiles(installation.dataDir)).length === before;
    }

    test('keeps files from being deleted until it is killed, and no longer', async () => {
      const keys = await makeKept(first, KEPT);
      let wasCaught = false;
      for (let n = 0; n < MOST_TRIES && !wasCaught; n += 1) {
        const folder = join(installation.path, `backup-${n}`);
        const child = await until(folder, () => sizeOf(join(folder, `${fileName}.part`)) > 0);
        child.kill('SIGSTOP');
        wasCaught = await deleteSome(keys);
        await kill(child);
      }
      expect(wasCaught).toBe(true);
      const files = async (): Promise<number> => (await objectFiles(installation.dataDir)).length;
      await eventually(files, (count) => count === keys.length, 60_000);
    });

    test.runIf(name.includes('PostgreSQL'))('is none when the server ends its hold', async () => {
      await makeKept(first, KEPT);
      const folder = join(installation.path, 'unheld');
      const child = await until(folder, () => sizeOf(join(folder, `${fileName}.part`)) > 0);
      child.kill('SIGSTOP');
      const closed = once(child, 'close');
      const [, databaseUrl = ''] = installation.flags;
      await onServer(
        databaseUrl,
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lambent backup'`,
      );
      child.kill('SIGCONT');
      expect(await closed).toEqual([1, null]);
      expect(existsSync(folder)).toBe(false);
    });

    test('leaves no folder that passes for a backup, loses nothing, and is made again', async () => {
      const keys = await makeKept(first, KEPT);
      churn = new Churn(installation.servers);
      const unfinished: string[] = [];
      const moments: ((folder: string) => boolean)[] = [
        (folder) => existsSync(join(folder, `${fileName}.part`)),
        (folder) => existsSync(join(folder, 'objects')),
        (folder) => sizeOf(join(folder, `${fileName}.part`)) > 0,
        (folder) => existsSync(join(folder, 'logs')),
        (folder) => existsSync(join(folder, 'platform-id')),
      ];
      for (const [n, moment] of moments.entries()) {
        const folder = join(installation.path, `killed-${n}`);
        await kill(await until(folder, () => moment(folder)));
        if (!existsSync(join(folder, fileName))) unfinished.push(folder);
      }
      expect(unfinished.length).toBeGreaterThan(0);
      for (const folder of unfinished) {
        await expect(startServer({ dataDir: folder, store: 'sqlite' })).rejects.toThrow('was not finished');
        await expect(backUp(folder, installation.flags)).rejects.toMatchObject({
          code: 1,
          stderr: expect.stringContaining('was not finished'),
        });
      }
      const folder = join(installation.path, 'whole');
      await backUp(folder, installation.flags);
      await churn.end();
      const restored = await installation.restore(folder);
      for (const server of [restored, first]) {
        const objects = await readAll(server);
        expect([...objects].filter(([, isWhole]) => !isWhole)).toEqual([]);
        expect(keys.filter((key) => !objects.has(key))).toEqual([]);
      }
      await restored.stop();
      const left = (await readAll(first)).size;
      const files = async (): Promise<number> => (await objectFiles(installation.dataDir)).length;
      await eventually(files, (count) => count === left, 60_000);
    });
  });
}
