import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';

/** statm counts pages, and Node cannot be asked for their size: this process's own figures in both units tell it. */
let pageBytes = 0;
const scratch = Buffer.alloc(4096);

/**
 * Resident memory of one Linux process, read through a descriptor that stays open: 2 µs a sample. Close it when the
 * process has ended; a later process with the same pid is not seen through it.
 */
export class ResidentMemory {
  readonly #pid: number;
  readonly #statm: number | undefined;

  constructor(pid: number) {
    this.#pid = pid;
    this.#statm = tryOpen(`/proc/${pid}/statm`);
  }

  /** Bytes now; 0 once the process has ended. */
  current(): number {
    if (this.#statm === undefined) return 0;
    try {
      const text = scratch.toString('latin1', 0, readSync(this.#statm, scratch, 0, 200, 0));
      return Number(text.split(' ', 2)[1] ?? 0) * (pageBytes || measurePage());
    } catch {
      return 0;
    }
  }

  /** The highest it ever was (VmHWM), bytes: about 20 µs. 0 once the process has ended. */
  peak(): number {
    try {
      const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#pid}/status`, 'latin1'))?.[1];
      return Number(kilobytes ?? 0) * 1024;
    } catch {
      return 0;
    }
  }

  close(): void {
    if (this.#statm !== undefined) closeSync(this.#statm);
  }
}

/** Resident memory of all processes below `pid`, bytes. Costs 0.1 ms and more: every thread can have children. */
export function residentOfDescendants(pid: number): number {
  let bytes = 0;
  for (const child of childrenOf(pid)) {
    const memory = new ResidentMemory(child);
    bytes += memory.current() + residentOfDescendants(child);
    memory.close();
  }
  return bytes;
}

/** The process so many generations below `pid`, always by the first child; undefined while there is none. */
export function descendant(pid: number, generations: number): number | undefined {
  let found: number | undefined = pid;
  for (let generation = 0; generation < generations && found !== undefined; generation += 1)
    [found] = childrenOf(found);
  return found;
}

function measurePage(): number {
  const pages = Number(readFileSync('/proc/self/statm', 'latin1').split(' ', 2)[1]);
  pageBytes = 2 ** Math.round(Math.log2(process.memoryUsage.rss() / pages));
  return pageBytes;
}

/** Process numbers. */
export function childrenOf(pid: number): number[] {
  const children: number[] = [];
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1');
      for (const child of text.split(' ')) if (child !== '') children.push(Number(child));
    }
  } catch {
    // It ended while we looked, or the kernel does not list children.
  }
  return children;
}

function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}
