import { closeSync } from 'node:fs';
import { makeShared } from './mounts.ts';
import { slowSystemCall, systemCall } from './system-call.ts';

/** C libraries have had no names for these for long. */
const openContext = systemCall('long syscall(long number, const char *type, unsigned int flags)');
const CONFIGURE =
  'long syscall(long number, int context, unsigned int command, const char *key, const char *value, int aux)';
const configure = systemCall(CONFIGURE);
const configureSlowly = slowSystemCall(CONFIGURE);
const makeMount = systemCall(
  'long syscall(long number, int context, unsigned int flags, unsigned int attributes)',
);
const move = systemCall(
  'long syscall(long number, int from, const char *fromPath, int to, const char *toPath, unsigned int flags)',
);

/** The same on every processor. */
const MOVE_MOUNT = 429;
const FSOPEN = 430;
const FSCONFIG = 431;
const FSMOUNT = 432;

const CLOSE_ON_EXEC = 1;
const SET_FLAG = 0;
const SET_STRING = 1;
const CREATE = 6;
const NOSUID_NODEV_NOATIME = 0x16;
const AT_FDCWD = -100;
const FROM_DESCRIPTOR = 4;

/**
 * Mounts a file system nowhere yet: it ends when its descriptor is closed, unless it has been placed by then. Its
 * programs gain no rights, and its devices are none.
 * @param settings a `source` among them if the type needs one
 * @returns the descriptor
 */
export async function looseMount(
  type: string,
  settings: Readonly<Record<string, string | true>>,
): Promise<number> {
  const context = openContext(FSOPEN, type, CLOSE_ON_EXEC);
  try {
    for (const [key, value] of Object.entries(settings)) {
      if (value === true) configure(FSCONFIG, context, SET_FLAG, key, null, 0);
      else configure(FSCONFIG, context, SET_STRING, key, value, 0);
    }
    await configureSlowly(FSCONFIG, context, CREATE, null, null, 0);
    return makeMount(FSMOUNT, context, CLOSE_ON_EXEC, NOSUID_NODEV_NOATIME);
  } finally {
    closeSync(context);
  }
}

/** The same, for types that need no settings and no time. */
export function looseMountNow(type: string): number {
  const context = openContext(FSOPEN, type, CLOSE_ON_EXEC);
  try {
    configure(FSCONFIG, context, CREATE, null, null, 0);
    return makeMount(FSMOUNT, context, CLOSE_ON_EXEC, NOSUID_NODEV_NOATIME);
  } finally {
    closeSync(context);
  }
}

/** Puts it over what is at a directory, there and in every copy that was made of what is there. Closes the descriptor. */
export function placeMount(descriptor: number, directory: string): void {
  try {
    move(MOVE_MOUNT, descriptor, '', AT_FDCWD, directory, FROM_DESCRIPTOR);
  } finally {
    closeSync(descriptor);
  }
  makeShared(directory);
}
