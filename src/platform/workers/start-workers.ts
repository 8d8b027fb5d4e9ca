import type { Listener } from '../../aws/listener.ts';
import type { Config } from '../../config.ts';
import type { PlatformLog } from '../../telemetry/platform-log.ts';
import { AutoWorkers } from './auto-workers.ts';
import { mostWorkers } from './most-workers.ts';
import type { GreetingParts, Workers } from './workers.ts';

export interface StartingWorkers {
  readonly config: Config;
  readonly log: PlatformLog;
  readonly workers: Workers;
  readonly greeting: GreetingParts;
  /** Takes connections that come back. */
  readonly listener: Listener;
  /** Takes those that functions of workers make. */
  readonly forFunctions: Listener;
}

/** All of them, or what starts them when they are needed. */
export async function startWorkers(parts: StartingWorkers): Promise<AutoWorkers | undefined> {
  const { config, log, workers, greeting, listener, forFunctions } = parts;
  await workers.begin(greeting, (note, socket) => {
    if (note.kind === 'decrypted' || note.kind === 'other') workers.wayBack.bring(socket);
    if (note.kind === 'inside') forFunctions.accept(socket);
    else if (note.kind === 'decrypted') {
      listener.acceptDecrypted(socket);
      socket.emit('data', note.bytes);
    } else if (note.kind === 'returned' && note.isFresh) listener.accept(socket);
    else listener.resume(socket, note.bytes);
  });
  const most = mostWorkers(config);
  if (config.workers !== 'auto') {
    workers.resize(most);
    return undefined;
  }
  const limits = { most, idleMs: config.workersIdleSeconds * 1000 };
  return listener.lane && new AutoWorkers({ workers, log, limits }, listener.lane);
}
