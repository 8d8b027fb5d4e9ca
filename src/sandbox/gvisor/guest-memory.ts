import { readdirSync, readlinkSync, statSync } from 'node:fs';
import type { Watched } from '../process/memory-watchdog.ts';
import { childrenOf } from '../process/process-memory.ts';

/** What gVisor calls the file in memory that holds all memory of the programs inside. */
const MEMORY_FILE = '/memfd:runsc-memory';
const BLOCK_BYTES = 512;

/**
 * Memory of the programs inside: the size of the one file in which their kernel keeps it, which is seen from outside in
 * some microseconds. Their kernel's own needs are not in it, and neither is what they have in /tmp.
 */
export class GuestMemory implements Watched {
  readonly pid: number;
  limitBytes: number;
  readonly #onExceeded: () => void;
  #path: string | undefined;
  #peakBytes = 0;

  /** @param pid of the process above the sandbox's */
  constructor(pid: number, limitBytes: number, onExceeded: () => void) {
    this.pid = pid;
    this.limitBytes = limitBytes;
    this.#onExceeded = onExceeded;
    this.#path = childrenOf(pid)
      .map(memoryFileOf)
      .find((path) => path !== undefined);
  }

  /** The most seen so far, bytes. */
  peakBytes(): number {
    this.sample();
    return this.#peakBytes;
  }

  sample(): void {
    if (this.#path === undefined) return;
    let blocks: number;
    try {
      ({ blocks } = statSync(this.#path));
    } catch {
      // It has ended.
      this.#path = undefined;
      return;
    }
    this.observe(blocks * BLOCK_BYTES);
  }

  observe(bytes: number): void {
    if (bytes > this.#peakBytes) this.#peakBytes = bytes;
    if (bytes > this.limitBytes) this.#onExceeded();
  }

  close(): void {
    this.#path = undefined;
  }
}

function memoryFileOf(pid: number): string | undefined {
  try {
    const directory = `/proc/${pid}/fd`;
    const name = readdirSync(directory).find((fd) => isMemoryFile(`${directory}/${fd}`));
    return name === undefined ? undefined : `${directory}/${name}`;
  } catch {
    // It has ended, or is not ours to look into.
    return undefined;
  }
}

function isMemoryFile(path: string): boolean {
  try {
    return readlinkSync(path).startsWith(MEMORY_FILE);
  } catch {
    return false;
  }
}
