import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The program's name; undefined, with the reason printed, where none is installed. */
export function findChromium(): string | undefined {
  const found = NAMES.find((name) => spawnSync(name, ['--version'], { timeout: 30_000 }).status === 0);
  if (found === undefined) console.log(`skipped: none of ${NAMES.join(', ')} is installed`);
  return found;
}

/** Opens a page in a browser without a window, until `close`. */
export async function openPage(program: string, url: string): Promise<{ close(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'lambent-chromium-'));
  const flags = [
    '--headless=new',
    // Chromium's own sandbox wants no root, and more than containers have.
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--no-proxy-server',
    `--user-data-dir=${profile}`,
  ];
  // With a pipe for its commands it ends when that does, even where the tests are killed.
  const browser = spawn(program, [...flags, '--remote-debugging-pipe', url], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const exited = once(browser, 'exit');
  return {
    close: async () => {
      browser.kill('SIGTERM');
      await exited;
      // Its last processes may still write.
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
