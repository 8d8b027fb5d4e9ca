import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { ProcessDriver } from './process-driver.ts';
import { Spawner } from './spawner.ts';

const OWN = fileURLToPath(new URL('.', import.meta.url));

/** Living processes whose environment holds the mark; zombies have none. */
function processesWith(mark: string): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      return readFileSync(`/proc/${entry}/environ`, 'latin1').includes(mark) ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

function spawnersOf(parent: number): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'latin1');
      const status = readFileSync(`/proc/${entry}/status`, 'latin1');
      const isOurs = command.includes('spawner-main') && status.includes(`PPid:\t${parent}\n`);
      return isOurs ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

test('a platform that is killed takes its processes along, and leaves no socket behind', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lambent-killed-'));
  const mark = `LAMBENT_TEST_MARK=${root}`;
  const program = `
    import { ProcessDriver } from ${JSON.stringify(join(OWN, 'process-driver.ts'))};
    const driver = new ProcessDriver();
    const limits = { memoryMb: 256, cpuShare: 1, scratchMb: 512, processes: 1024, openFiles: 1024 };
    for (const id of ['a', 'b', 'c']) {
      const box = await driver.create({ id, readOnlyDirectories: [], scratchDirectory: ${JSON.stringify(root)} + '/' + id, limits });
      const env = { LAMBENT_TEST_MARK: ${JSON.stringify(root)} };
      await box.exec({ argv: ['/bin/sh', '-c', 'sleep 60 & sleep 60'], env, cwd: '/', channel: true });
    }
    console.log('started');
  `;
  const platform = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    env: { TMPDIR: root },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await vi.waitFor(() => expect(processesWith(mark).length).toBeGreaterThanOrEqual(9), 25_000);
  platform.kill('SIGKILL');
  await vi.waitFor(() => expect(processesWith(mark)).toEqual([]), 25_000);
  await vi.waitFor(
    () => expect(readdirSync(root).filter((name) => name.startsWith('lambent-'))).toEqual([]),
    25_000,
  );
  rmSync(root, { recursive: true, force: true });
});

test('without its spawner everything it started ends, and the next start has another', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lambent-orphaned-'));
  const driver = new ProcessDriver();
  const limits = { memoryMb: 256, cpuShare: 1, scratchMb: 512, processes: 1024, openFiles: 1024 };
  const box = await driver.create({
    id: 'a',
    readOnlyDirectories: [],
    scratchDirectory: join(root, 'a'),
    limits,
  });
  const command = { argv: ['/bin/sh', '-c', 'sleep 60'], env: {}, cwd: '/', channel: true } as const;
  const running = await box.exec(command);
  const [spawner] = spawnersOf(process.pid);
  expect(spawner).toBeDefined();
  process.kill(spawner ?? 0, 'SIGKILL');
  expect(await running.exited).toMatchObject({ signal: 'SIGKILL', outOfMemory: false });
  const again = await box.exec(command);
  again.kill();
  expect((await again.exited).signal).toBe('SIGKILL');
  await driver.close();
  expect(existsSync(join(root, 'a'))).toBe(false);
  rmSync(root, { recursive: true, force: true });
});

test('many starts at once all succeed', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lambent-many-'));
  const driver = new ProcessDriver();
  const limits = { memoryMb: 256, cpuShare: 1, scratchMb: 512, processes: 1024, openFiles: 1024 };
  const outputs = await Promise.all(
    Array.from({ length: 150 }, async (_, index) => {
      const id = `s${index}`;
      const box = await driver.create({
        id,
        readOnlyDirectories: [],
        scratchDirectory: join(root, id),
        limits,
      });
      const argv = ['/bin/sh', '-c', `read line <&3; echo "${index} $line"`] as const;
      const running = await box.exec({ argv: [...argv], env: {}, cwd: '/', channel: true });
      running.channel?.write(`for ${index}\n`);
      const chunks = (await running.output.toArray()) as Buffer[];
      return Buffer.concat(chunks).toString();
    }),
  );
  expect(outputs).toEqual(outputs.map((_, index) => `${index} for ${index}\n`));
  await driver.close();
  rmSync(root, { recursive: true, force: true });
});

test.each(['closed', 'killed'])(
  'what is asked of one that is %s is refused, however much it is',
  async (how) => {
    const spawner = new Spawner();
    const sleeper = { argv: ['/bin/sleep', '60'], env: {}, cwd: '/', channel: false } as const;
    const { output, exited } = await spawner.start(sleeper);
    output.resume();
    const ask = async (): Promise<unknown> => await spawner.ask('something').catch(() => 'refused');
    const asked: Promise<unknown>[] = [];
    const closed = how === 'closed' ? spawner.close() : undefined;
    if (how === 'killed') for (const pid of spawnersOf(process.pid)) process.kill(pid, 'SIGKILL');
    while (spawner.alive) {
      asked.push(ask(), ask(), ask());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['refused']));
    await expect(spawner.start(sleeper)).rejects.toThrow('has ended');
    expect((await exited).code).toBeNull();
  },
);
