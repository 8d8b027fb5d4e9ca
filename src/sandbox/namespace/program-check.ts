import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import type { SharedDirectory } from '../sandbox.ts';

/** The kernel reads no more of a script's first line. */
const FIRST_LINE_BYTES = 256;

/**
 * Refuses what could not be started inside, with the failed system call's `code`: bubblewrap itself would only say so
 * in the function's log. A script is refused for want of its interpreter too.
 * @param shared what is visible inside beyond the system's own
 */
export async function refuseUnstartable(program: string, shared: readonly SharedDirectory[]): Promise<void> {
  // What a function put into its /tmp is looked at by nobody outside: opening a named pipe would never end.
  if (program.startsWith('/tmp/')) return;
  const path = onHost(program, shared);
  await access(path, constants.X_OK);
  const interpreter = /^#![ \t]*(\S+)/.exec(await firstBytes(path))?.[1];
  if (interpreter !== undefined) await access(onHost(interpreter, shared), constants.X_OK);
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_LINE_BYTES), 0, FIRST_LINE_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function onHost(path: string, shared: readonly SharedDirectory[]): string {
  const mount = shared
    .toSorted((a, b) => b.sandboxPath.length - a.sandboxPath.length)
    .find(({ sandboxPath }) => path.startsWith(`${sandboxPath}/`));
  return mount === undefined ? path : mount.hostPath + path.slice(mount.sandboxPath.length);
}
