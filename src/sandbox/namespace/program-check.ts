import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';
import type { SharedDirectory } from '../sandbox.ts';

/** The kernel reads no more of a script's first line. */
const FIRST_LINE_BYTES = 256;

/**
 * Refuses what could not be started inside, with the failed system call's `code`: bubblewrap itself would only say so
 * in the function's log. A script is refused for want of its interpreter too. Asks at once: what is asked was unpacked here, or
 * has run here before, and four turns of another thread take longer than all of it.
 * @param shared what is visible inside beyond the system's own
 */
export function refuseUnstartable(program: string, shared: readonly SharedDirectory[]): void {
  // What a function put into its /tmp is looked at by nobody outside.
  if (program.startsWith('/tmp/')) return;
  const path = onHost(program, shared);
  accessSync(path, constants.X_OK);
  const interpreter = /^#![ \t]*(\S+)/.exec(firstBytes(path))?.[1];
  if (interpreter !== undefined) accessSync(onHost(interpreter, shared), constants.X_OK);
}

function firstBytes(path: string): string {
  // A named pipe that a link of the package leads to must not be waited for.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(FIRST_LINE_BYTES);
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, FIRST_LINE_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

function onHost(path: string, shared: readonly SharedDirectory[]): string {
  const mount = shared
    .toSorted((a, b) => b.sandboxPath.length - a.sandboxPath.length)
    .find(({ sandboxPath }) => path.startsWith(`${sandboxPath}/`));
  return mount === undefined ? path : mount.hostPath + path.slice(mount.sandboxPath.length);
}
