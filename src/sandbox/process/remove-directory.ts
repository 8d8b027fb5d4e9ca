import { rmSync } from 'node:fs';

/**
 * Removes the directory the platform and its spawner share. Either may come first, both at once too, and mkfifo may
 * still be filling it: what stays behind after some tries is an empty folder in the system's own temporary directory.
 */
export function removeDirectory(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  } catch {
    // Neither side could do anything more about it, and both are leaving.
  }
}
