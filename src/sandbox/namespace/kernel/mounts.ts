import { slowSystemCall, systemCall } from './system-call.ts';

const mount = systemCall(
  'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)',
);
const UNMOUNT = 'int umount2(const char *target, int flags)';
const unmount = systemCall(UNMOUNT);
const unmountSlowly = slowSystemCall(UNMOUNT);
/** C libraries have had no name for it for long. */
const mountSetattr = systemCall(
  'long syscall(long number, int directory, const char *path, unsigned int flags, const uint64_t *attributes, size_t size)',
);

/** The same on every processor. */
const MOUNT_SETATTR = 442;
const AT_FDCWD = -100;
const ATTRIBUTES = 4;
const RDONLY_NOSUID_NODEV = 0x7n;

const MS_BIND = 0x1000;
const MS_SHARED = 0x10_0000;
const MNT_DETACH = 0x2;

/** Makes a directory a mount of its own whose later mounts appear in every copy that is made of it from now on. */
export function shareMount(directory: string): void {
  mount(directory, directory, null, MS_BIND, null);
  makeShared(directory);
}

export function makeShared(directory: string): void {
  mount(null, directory, null, MS_SHARED, null);
}

/**
 * Shows a directory at a shared one, for reading, but not what is mounted below it.
 * @param stage an empty directory of our own: a mount's copies would stay writable if it were made read-only in place
 */
export function attachReadOnly(source: string, shared: string, stage: string): void {
  mount(source, stage, null, MS_BIND, null);
  try {
    const attributes = new BigUint64Array(ATTRIBUTES);
    attributes[0] = RDONLY_NOSUID_NODEV;
    mountSetattr(MOUNT_SETATTR, AT_FDCWD, stage, 0, attributes, attributes.byteLength);
    mount(stage, shared, null, MS_BIND, null);
  } finally {
    unmount(stage, MNT_DETACH);
  }
}

/** Takes every mount on a directory away at once, whoever still uses them. */
export function detachAll(directory: string): void {
  for (;;) {
    try {
      unmount(directory, MNT_DETACH);
    } catch (error) {
      if (isUnmounted(error)) return;
      throw error;
    }
  }
}

/** Nothing is mounted there any more, or it is gone. */
function isUnmounted(error: unknown): boolean {
  return ['EINVAL', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** As `detachAll`, for file systems that end with their mount. */
export async function unmountAll(directory: string): Promise<void> {
  for (;;) {
    try {
      await unmountSlowly(directory, MNT_DETACH);
    } catch (error) {
      if (isUnmounted(error)) return;
      throw error;
    }
  }
}
