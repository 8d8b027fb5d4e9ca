import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';

/** Processes whose command line speaks of a directory. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc').filter((entry) => {
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'latin1').includes(`${directory}/`);
    } catch {
      return false;
    }
  });
}

const missing = spawnSync('/usr/bin/unshare', ['--user', '--map-root-user', '--net', 'true']).status !== 0;
if (missing) process.stdout.write('The warden is not tested: no namespaces can be made here.\n');

test.skipIf(missing)(
  'a platform that is killed while sockets are on their way to it leaves no warden behind',
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'lambent-warden-'));
    const program = `
      import { writeFileSync } from 'node:fs';
      import { Warden } from ${JSON.stringify(join(import.meta.dirname, 'warden.ts'))};
      const warden = new Warden('/usr/bin/unshare', []);
      const network = await warden.network(undefined);
      for (let port = 1; port < 50; port += 1) void warden.listener(network, '127.0.0.1', port);
      await new Promise((done) => setImmediate(done));
      // Takes none of them: the first waits to be received, the others wait for it.
      const never = new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(never, 0, 0, 300);
      writeFileSync(${JSON.stringify(join(root, 'busy'))}, '');
      Atomics.wait(never, 0, 0);
    `;
    const platform = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
      env: { TMPDIR: root },
      stdio: 'ignore',
    });
    const ended = once(platform, 'exit');
    await vi.waitFor(() => expect(existsSync(join(root, 'busy'))).toBe(true), 25_000);
    expect(processesOf(root).length).toBeGreaterThan(0);
    platform.kill('SIGKILL');
    await ended;
    await vi.waitFor(() => expect(processesOf(root)).toEqual([]), 25_000);
    rmSync(root, { recursive: true, force: true });
  },
);
