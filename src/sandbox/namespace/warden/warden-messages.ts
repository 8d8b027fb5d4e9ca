/** What the platform asks of the warden (JSON). Each has one answer. */
export type WardenQuestion =
  | { readonly kind: 'hello' }
  /** Control groups to be removed, with those in them, when the platform has gone. */
  | { readonly kind: 'groups'; readonly directories: readonly string[] }
  /** Makes a directory one whose later mounts appear in sandboxes that show it. */
  | { readonly kind: 'share'; readonly directory: string }
  /** Shows `source` at a shared directory, for reading. */
  | { readonly kind: 'attach'; readonly source: string; readonly directory: string }
  /** Takes away what is mounted on a shared directory, and the share itself. */
  | { readonly kind: 'detach'; readonly directory: string }
  /** Mounts an empty file system of a sandbox's own, over the one before if there is any. Answered with `ScratchMedium`. */
  | ({ readonly kind: 'scratch' } & ScratchRequest)
  | { readonly kind: 'clear-scratch'; readonly directory: string }
  /** Keeps the namespaces of a process reachable, whatever becomes of its number. Answered with `HeldProcess`. */
  | { readonly kind: 'hold'; readonly pid: number }
  | { readonly kind: 'release'; readonly descriptor: number }
  /** Makes a network; answers its number. */
  | { readonly kind: 'network'; readonly wayOut: WayOut | undefined }
  /** Answers a listening socket (`net.Server`) or a datagram socket of a network. */
  | {
      readonly kind: 'listen' | 'receive';
      readonly network: number;
      readonly host: string;
      readonly port: number;
    }
  /** Answers a connection (`net.Socket`) to what listens on loopback of a network. */
  | { readonly kind: 'connect'; readonly network: number; readonly port: number }
  /** Gives a network up: it goes with the last program in it. */
  | { readonly kind: 'forget'; readonly network: number };

/** What leads out of a network, beside TCP over IPv4 and name lookups. */
export interface WayOut {
  /** UDP. */
  readonly datagrams: boolean;
  /** Both over IPv6 too; only with datagrams. */
  readonly ipv6: boolean;
}

export interface ScratchRequest {
  readonly directory: string;
  readonly limitMb: number;
  /** Its owner; undefined: whoever the warden is. */
  readonly uid: number | undefined;
}

/** Where a scratch file system is kept: `memory` counts as its sandbox's. */
export type ScratchMedium = 'disk' | 'memory';

export interface HeldProcess {
  readonly descriptor: number;
  /** The directory of the files that stand for its namespaces, for what the warden starts. */
  readonly namespaces: string;
}

/** The `code` of the error by which `hello` is answered where the warden cannot make the system calls it is for. */
export const NO_SYSTEM_CALLS = 'NO_SYSTEM_CALLS';

/** Where a program is started. */
export interface Surroundings {
  readonly network: number;
}
