import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { MovableClock } from '../model/clock.ts';
import { createFunctionLogSink } from '../services/logs/function-log-sink.ts';
import { LogSegments } from '../store/log-segments/log-segments.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { type DataDirectory, storeName } from './data-directory.ts';
import { storeStartError } from './start-error.ts';
import type { Warnings } from './warnings.ts';

export type State = Awaited<ReturnType<typeof openState>>;

/**
 * What is on disk: the directory, the database and blobs, the log events. Gives the directory back when that fails.
 * @param abandon ends what else uses the directory by then
 */
export async function openState(
  config: Config,
  directory: DataDirectory,
  clock: MovableClock,
  warnings: Warnings,
  abandon: () => Promise<void> = async () => {},
) {
  let store: Store;
  try {
    store = await openStore({
      dataDir: directory.path,
      url: config.store,
      ephemeral: config.ephemeral,
      onWarning: (message) => warnings.add(message),
    });
  } catch (error) {
    await abandon();
    await directory.release();
    throw storeStartError(error);
  }
  const segments = new LogSegments({
    directory: join(directory.path, 'logs'),
    clock,
    backups: store.backups,
    onWriteError: (error) => warnings.add(`Log events could not be written: ${withoutPath(error)}`),
  });
  const logSink = createFunctionLogSink({ store, segments, clock });
  const close = async (): Promise<void> => {
    await logSink.flush();
    await store.close();
    await directory.release();
  };
  return { directory, store, segments, logSink, name: storeName(config), close };
}

/** Segments have names of their own: each would be another warning. */
function withoutPath(error: unknown): string {
  return String(error).replace(/ '[^']*'$/, '');
}
