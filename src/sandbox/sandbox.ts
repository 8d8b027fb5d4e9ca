import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';

/**
 * A sandbox runs one untrusted process tree under limits. This interface knows nothing of Lambda, and assumes no
 * shared file descriptor and no bind mount beyond what the spec names, so that a process, a set of namespaces,
 * gVisor and a microVM can all stand behind it.
 */
export interface SandboxDriver {
  /** `process` is no security boundary and says so; later drivers are. */
  readonly isolation: IsolationLevel;
  /** What holds sandboxes to their limits on this machine. */
  readonly limitsInForce: LimitsInForce;
  readonly networkReach: NetworkReach;
  /** Processes inside read the machine's own monotonic clock, and nobody sets it differently for them. */
  readonly sharesClock: boolean;
  /** Whether a sandbox whose processes already run can be given more directories: `attach`. */
  readonly attaches: boolean;
  /** Prepares a sandbox: directories, limits. No process runs yet. */
  create(spec: SandboxSpec): Promise<Sandbox>;
  /** Of each shape in use, how many sandboxes are open ahead of need. None with a driver that keeps none. */
  spares(): readonly SpareCounts[];
  /** Ends everything this driver ever started. */
  close(): Promise<void>;
}

/** Open sandboxes that may stand in for each other. */
export interface SpareCounts {
  /** Of the host, which they were opened with. */
  readonly directories: readonly string[];
  readonly openFiles: number;
  readonly ready: number;
  readonly wanted: number;
}

export type IsolationLevel = 'process' | 'namespace' | 'gvisor' | 'microvm';

/** By what a limit holds, in words for people. */
export type Means = 'kernel' | 'sampled from outside' | 'looked at between invocations' | 'none';

export interface LimitsInForce {
  readonly memory: Means;
  readonly cpuShare: Means;
  readonly processes: Means;
  readonly openFiles: Means;
  readonly scratch: Means;
  /** Not a limit, but by the same means: code does not run between invocations. */
  readonly freezing: Means;
}

/** By what processes reach other machines: `open`, or why they do not. */
export interface NetworkReach {
  readonly tcp4: string;
  readonly udp4: string;
  readonly tcp6: string;
  readonly udp6: string;
}

export interface SandboxSpec {
  /** Unique among living sandboxes; safe as a file name. */
  readonly id: string;
  /** Host directories the processes may read, and where they see them (a driver without mounts maps paths instead). */
  readonly readOnlyDirectories: readonly SharedDirectory[];
  /** The one directory they may write: the host side of `/tmp`, kept for the sandbox's life. */
  readonly scratchDirectory: string;
  readonly limits: SandboxLimits;
}

export interface SharedDirectory {
  readonly hostPath: string;
  readonly sandboxPath: string;
}

export interface SandboxLimits {
  readonly memoryMb: number;
  /** Processors' worth of time: 0.5 is half of one. */
  readonly cpuShare: number;
  readonly scratchMb: number;
  /** Processes and threads. */
  readonly processes: number;
  readonly openFiles: number;
}

export interface Sandbox {
  readonly id: string;
  /** The path by which processes inside see a path of `readOnlyDirectories` or the scratch directory (`/tmp`). */
  pathInside(sandboxPath: string): string;
  /**
   * Starts the sandbox's main process tree. One at a time: a second exec is refused until the first has exited.
   * The tree is killed with the platform. Rejects with an error whose `code` is that of the failed system call
   * (ENOENT, EACCES, ENOEXEC ...) when the program cannot be started.
   */
  exec(command: SandboxCommand): Promise<SandboxProcess>;
  /**
   * Starts another program of the same sandbox, in a tree of its own: any number, at any time, and none ends another.
   * Limits, freeze and destroy hold for all trees together. Rejects as `exec` does.
   */
  execBeside(command: SandboxCommand): Promise<SandboxProcess>;
  /**
   * Lets processes inside connect to a server of the platform's, and nobody else where the driver can tell. Once in a
   * sandbox's life. The address they do it at is the answer: `host:port`; at 127.0.0.1 they reach the same port.
   */
  listen(server: Server): Promise<string>;
  /**
   * The same at a second port, which takes datagrams as well. Once in a sandbox's life.
   * @param onDatagrams given the socket that receives them, and each that takes its place; whoever gets it closes it
   */
  listenBeside(server: Server, onDatagrams: (socket: DatagramSocket) => void): Promise<SidePort>;
  /**
   * Connects to a TCP port that a process inside listens on, by its loopback address. Rejects when nobody accepts there
   * soon.
   */
  connect(port: number): Promise<Socket>;
  /**
   * Shares more host directories with what already runs, once in a sandbox's life, and sets the limits it has from now
   * on. Rejects when the driver cannot (`attaches`): the sandbox is then to be destroyed.
   */
  attach(directories: readonly SharedDirectory[], limits: SandboxLimits): Promise<void>;
  /** Lets processes have more than their share of processor time, as they do from the start, or holds them to it. */
  boost(isBoosted: boolean): void;
  /**
   * It has given cause to be held back, or nobody waits for it: from now on, until it has shown that it wants little, its processes run only where
   * nobody else wants the processor. Forgotten when it is frozen; a driver that cannot does nothing. Costs nanoseconds
   * when it is so already.
   */
  standBack(): void;
  /**
   * Stops all processes, without their noticing, until `thaw`; a driver that cannot does nothing. Both cost some tens of
   * microseconds, and nothing when it is so already. What is frozen can be killed and destroyed.
   */
  freeze(): void;
  thaw(): void;
  stats(): SandboxStats;
  /** Whether the scratch directory holds more than its limit. A driver with a hard limit answers false. */
  scratchOverflows(): Promise<boolean>;
  /** Kills the tree and removes what `create` made, the scratch directory's contents included. Idempotent. */
  destroy(): Promise<void>;
}

/** A port of the platform's for one sandbox, beside the first. */
export interface SidePort {
  /** `host:port` */
  readonly address: string;
  /** Brings another socket for datagrams after the last was closed; none where the port has been taken meanwhile. */
  reopen(): void;
}

export interface SandboxCommand {
  /** Absolute path of the program, then its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment: nothing of the platform's own leaks in. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /**
   * Gives the process a two-way byte channel on descriptor 3, and a way of its own to the platform on descriptor 5: reading from a
   * socket wakes who waits on its other end, so a process that waits on the one answers by the other. Beside these it has
   * standard input, which is empty, output and error: no other descriptor, at any level.
   */
  readonly channel: boolean;
}

export interface SandboxProcess {
  /** Descriptor 3, when the command asked for a channel. */
  readonly channel: Duplex | undefined;
  /** What the process writes to descriptor 5, when the command asked for a channel. */
  readonly answers: Readable | undefined;
  /** Standard output and standard error, interleaved as written. */
  readonly output: Readable;
  /** Settles once, when the first process of the tree has ended; the rest of the tree is then killed. */
  readonly exited: Promise<SandboxExit>;
  /**
   * Says whether code is expected to run: true from the start. A driver that has to watch memory from outside does so
   * only meanwhile. Costs nanoseconds.
   */
  setActive(active: boolean): void;
  /** SIGTERM to the first process of the tree, which may end in its own time. */
  terminate(): void;
  /** SIGKILL to the whole tree. */
  kill(): void;
}

export interface SandboxExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The tree was ended because the sandbox went over its memory limit. */
  readonly outOfMemory: boolean;
}

export interface SandboxStats {
  /** Peak resident memory of the process trees that run, bytes. */
  readonly memoryPeakBytes: number;
}
