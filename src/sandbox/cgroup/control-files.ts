/** What a group of processes can be held to, or have done to it. */
export type Control = 'memory' | 'cpu' | 'processes' | 'processors' | 'freezer';

/** The kernel's names for those it has a controller for; version 2 freezes without one. */
export const CONTROLLERS = {
  memory: 'memory',
  cpu: 'cpu',
  processes: 'pids',
  processors: 'cpuset',
  freezer: 'freezer',
} as const;

/** A file in a group's directory, and what to write into it. */
export interface Setting {
  readonly file: string;
  readonly value: string;
  /** Codes of errors that do no harm. */
  readonly ignore?: readonly string[];
}

/** How one version of control groups names things. */
export interface ControlFiles {
  /** Memory and swap together. @param isLess than before */
  readonly memory: (bytes: number, isLess: boolean) => readonly Setting[];
  readonly memoryPeak: string;
  /** Has a line `oom_kill <count>`. */
  readonly memoryEvents: string;
  /** @param quotaUs of processor time in each period; undefined: as much as there is */
  readonly cpu: (quotaUs: number | undefined, periodUs: number) => readonly Setting[];
  readonly processes: (count: number) => readonly Setting[];
  readonly freezer: { readonly file: string; readonly frozen: string; readonly thawed: string };
}

/** As on AWS: short, so that whoever has used up its share is let on again soon. */
export const CPU_PERIOD_US = 20_000;

/** The kernel does not account for swap: it has none, or was told so. */
const NO_SWAP = ['ENOENT'];
/** Older and newer kernels than those of version 1 do not count it apart, or have more than that in use already. */
const NO_SOCKETS = ['ENOENT', 'EOPNOTSUPP', 'EBUSY'];

const processes = (count: number): Setting[] => [{ file: 'pids.max', value: String(count) }];

export const CONTROL_FILES: Readonly<Record<1 | 2, ControlFiles>> = {
  1: {
    memory: (bytes, isLess) => {
      const memory = { file: 'memory.limit_in_bytes', value: String(bytes) };
      const withSwap = { file: 'memory.memsw.limit_in_bytes', value: String(bytes), ignore: NO_SWAP };
      return [
        // The second is never below the first.
        ...(isLess ? [memory, withSwap] : [withSwap, memory]),
        // What waits in sockets is not part of the above here: without this it is the whole machine's.
        { file: 'memory.kmem.tcp.limit_in_bytes', value: String(Math.ceil(bytes / 2)), ignore: NO_SOCKETS },
      ];
    },
    memoryPeak: 'memory.max_usage_in_bytes',
    memoryEvents: 'memory.oom_control',
    cpu: (quotaUs, periodUs) => [
      { file: 'cpu.cfs_period_us', value: String(periodUs) },
      { file: 'cpu.cfs_quota_us', value: String(quotaUs ?? -1) },
    ],
    processes,
    freezer: { file: 'freezer.state', frozen: 'FROZEN', thawed: 'THAWED' },
  },
  2: {
    memory: (bytes) => [
      { file: 'memory.max', value: String(bytes) },
      { file: 'memory.swap.max', value: '0', ignore: NO_SWAP },
    ],
    memoryPeak: 'memory.peak',
    memoryEvents: 'memory.events',
    cpu: (quotaUs, periodUs) => [{ file: 'cpu.max', value: `${quotaUs ?? 'max'} ${periodUs}` }],
    processes,
    freezer: { file: 'cgroup.freeze', frozen: '1', thawed: '0' },
  },
};
