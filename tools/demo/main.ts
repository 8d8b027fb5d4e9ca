// `npm run demo`: starts Lambent on a free port, deploys an example through the AWS SDK, invokes it, and cleans up.
import { join } from 'node:path';
import { styleText } from 'node:util';
import { runDemo } from './run-demo.ts';
import { startLambent } from './start-lambent.ts';

const root = join(import.meta.dirname, '../..');
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.abort(signal));

try {
  process.exitCode = await demo();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  const why = stopped.signal.aborted ? 'stopped before its end' : `failed: ${reason}`;
  process.stderr.write(`${styleText('red', `The demo ${why}`, { stream: process.stderr })}\n`);
  process.exitCode = 1;
}

async function demo(): Promise<number> {
  const lambent = await startLambent(root, stopped.signal);
  try {
    // Whatever ends first decides: the demo, the program that crashes, or Ctrl-C.
    await Promise.race([runDemo(lambent.endpoint, root, stopped.signal), lambent.ended]);
  } finally {
    await lambent.stop();
  }
  return 0;
}
