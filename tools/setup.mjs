// Gets a checkout ready to run: packages, then a build. Runs before `npm start` and `npm test`, without dependencies and
// on Node.js 20 and newer. When nothing is to do it only compares fingerprints.
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build, isBuilt } from './setup/build.mjs';
import { install, isInstalled } from './setup/install.mjs';
import { SetupError } from './setup/setup-error.mjs';

const oldestMajor = 20;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

try {
  await setUp();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`lambent: ${error.message}\n`);
  process.exitCode = 1;
}

async function setUp() {
  if (Number(process.versions.node.split('.')[0]) < oldestMajor) {
    throw new SetupError(`Node.js ${oldestMajor} or newer is needed, this is ${process.version}.`);
  }
  if (isInstalled(root) && isBuilt(root)) return;
  const { withLock } = await import('./setup/lock.mjs');
  await withLock(join(root, 'dist/.setup-lock'), async () => {
    // Asked again: whoever held the lock before may have done the work.
    if (!isInstalled(root))
      await step('installing packages (needs the network, about a minute)', () => install(root));
    if (!isBuilt(root)) await step('building', () => build(root));
  });
}

/** Says what takes time, on one line. */
async function step(what, work) {
  const started = performance.now();
  process.stderr.write(`lambent: ${what} ... `);
  try {
    await work();
  } catch (error) {
    process.stderr.write('failed\n');
    throw error;
  }
  process.stderr.write(`done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}
