import { relative, sep } from 'node:path';
import { watch } from 'chokidar';
import { isIgnored, type IgnoreRules } from './ignore.ts';

const quietMs = 150;

/**
 * Calls back after files of a folder changed and then nothing changed for a moment. One call at a time; changes
 * during a call lead to one more. Runs until the process ends.
 */
export async function watchFolder(
  folder: string,
  rules: IgnoreRules,
  { onReady, onChange }: { readonly onReady: () => void; readonly onChange: () => Promise<void> },
): Promise<never> {
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  let isStale = false;

  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path, stats) => {
      const inside = relative(folder, path).split(sep).join('/');
      return inside !== '' && isIgnored(rules, inside, stats?.isDirectory() ?? false);
    },
  });
  // Before its first look round has ended, a change would count as what was there.
  watcher.once('ready', onReady);
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(run, quietMs);
  });

  function run(): void {
    isStale = isRunning;
    if (isRunning) return;
    isRunning = true;
    void onChange().finally(() => {
      isRunning = false;
      if (isStale) run();
    });
  }

  return await new Promise<never>((_, reject) => {
    watcher.on('error', reject);
  });
}
