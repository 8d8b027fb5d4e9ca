import { closeSync, openSync } from 'node:fs';
import { systemCall } from './system-call.ts';

const control = systemCall('int ioctl(int fd, unsigned long request, void *argument)');

const LOOP_CTL_GET_FREE = 0x4c82;
const LOOP_CONFIGURE = 0x4c0a;
/** `struct loop_config`: the file, a block size, `struct loop_info64`, and room for more. */
const CONFIG_BYTES = 304;
const FLAGS_AT = 60;
/** Frees the device when nobody has it open or mounted any more. */
const AUTOCLEAR = 4;
/** Keeps what is written from being cached twice. */
const DIRECT_IO = 16;
/** Somebody else may take the free device first. */
const MOST_TRIES = 64;

export interface LoopDevice {
  readonly path: string;
  /** Keeps it until it is mounted; to be closed then. */
  readonly descriptor: number;
}

/**
 * Makes a block device of a file, which may be removed afterwards.
 * @throws Error with the `code` of the system call that failed
 */
export function attachLoop(file: number): LoopDevice {
  for (let tries = 1; ; tries += 1) {
    const path = `/dev/loop${freeDevice()}`;
    const descriptor = openSync(path, 'r+');
    try {
      configure(descriptor, file);
      return { path, descriptor };
    } catch (error) {
      closeSync(descriptor);
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || tries === MOST_TRIES) throw error;
    }
  }
}

function freeDevice(): number {
  const descriptor = openSync('/dev/loop-control', 'r+');
  try {
    return control(descriptor, LOOP_CTL_GET_FREE, null);
  } finally {
    closeSync(descriptor);
  }
}

function configure(device: number, file: number): void {
  const config = Buffer.alloc(CONFIG_BYTES);
  config.writeUInt32LE(file, 0);
  config.writeUInt32LE(AUTOCLEAR | DIRECT_IO, FLAGS_AT);
  try {
    control(device, LOOP_CONFIGURE, config);
  } catch (error) {
    // Not every file system can.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
    config.writeUInt32LE(AUTOCLEAR, FLAGS_AT);
    control(device, LOOP_CONFIGURE, config);
  }
}
