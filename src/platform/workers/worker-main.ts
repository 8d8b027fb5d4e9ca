import { Socket } from 'node:net';
import { ownTemporaryDirectory } from '../temporary-directory.ts';
import { Worker } from './worker.ts';
import { WorkerChannel } from './worker-channel.ts';
import type { Greeting, NewConnection, ToMain, ToWorker } from './worker-messages.ts';

/** The descriptor of the channel; 3 is Node's own, which carries connections. */
export const CHANNEL_DESCRIPTOR = 4;

/** The life of a worker process: it does what the main process says, and ends with it. */
export function runWorker(): void {
  if (!process.connected) throw new Error('Workers are started by lambent start.');
  // These are the main process's to obey: it lets workers finish first.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  ownTemporaryDirectory();
  let starting: Promise<Worker> | undefined;
  let worker: Worker | undefined;
  const begin = async (greeting: Greeting): Promise<void> => {
    starting = Worker.start(greeting, main);
    worker = await starting;
  };
  const hear = (message: ToWorker): unknown => {
    if (message.kind === 'greeting') return begin(message);
    // What is said meanwhile has its turn afterwards, in order.
    return worker === undefined ? starting?.then((begun) => begun.hear(message)) : worker.hear(message);
  };
  const main: WorkerChannel<ToMain, ToWorker> = new WorkerChannel<ToMain, ToWorker>(
    new Socket({ fd: CHANNEL_DESCRIPTOR }),
    { onMessage: hear, onClosed: () => process.exit() },
  );
  process.on('message', (note: NewConnection, socket: Socket | undefined) => {
    worker?.take(note, socket);
  });
}
