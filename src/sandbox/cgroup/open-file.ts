import { openSync, readSync } from 'node:fs';

const scratch = Buffer.alloc(1024);

/** Undefined where there is no such file: older kernels do not have every one. */
export function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

/** All of a group's file, from its beginning. Empty when the group has gone: with its sandbox it goes before the last look. */
export function readOpen(fd: number): string {
  try {
    return scratch.toString('latin1', 0, readSync(fd, scratch, 0, scratch.length, 0));
  } catch {
    return '';
  }
}
