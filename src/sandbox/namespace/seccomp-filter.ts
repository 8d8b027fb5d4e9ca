import { byArchitecture, FIRST_SHARED, LAST_KNOWN, type SystemCalls } from './system-calls.ts';

/** Offsets in the kernel's `seccomp_data`. Arguments are 64 bits wide, the lower half first. */
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
const argumentAt = (index: number): number => 16 + 8 * index;

const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_BITS = 0x45;
const AND = 0x54;
const RETURN = 0x06;

const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
/** Without being done. */
const SUCCEED = 0x0005_0000;
const EPERM = 0x0005_0001;
const ENOMEM = 0x0005_000c;
const ENOSYS = 0x0005_0026;

/** Numbers from here on are the x32 interface of x86_64, under which every call has a second number. */
const X32 = 0x4000_0000;
/** CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACES = 0x7e02_0080;
const SOCKET_FAMILIES = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
const SOCKET_TYPE_BITS = 0xf;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
/** The only one of netlink's protocols that lists network interfaces, which language runtimes do. */
const NETLINK_ROUTE = 0;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
const RLIMIT_CORE = 4;

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number];

/**
 * The system calls that code in a sandbox may make, as a classic BPF program for seccomp. Allowed are those known here,
 * in two ranges of numbers, without what makes or joins namespaces, mounts, traces, loads code into the kernel, keeps
 * keys, or reaches it in ways no function needs; a call that is not known does not exist. Namespaces and rights are the
 * wall, this makes the kernel's face smaller.
 * @returns undefined for a processor whose call numbers are not known here
 */
export function seccompFilter(architecture: string): Buffer | undefined {
  const calls = byArchitecture[architecture];
  return calls === undefined ? undefined : encode(program(calls));
}

function program(calls: SystemCalls): Instruction[] {
  return [
    [LOAD, 0, 0, ARCHITECTURE_AT],
    [JUMP_EQUAL, 1, 0, calls.audit],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD, 0, 0, NUMBER_AT],
    [JUMP_AT_LEAST, 0, 1, X32],
    [RETURN, 0, 0, ENOSYS],
    [JUMP_AT_LEAST, 0, 1, LAST_KNOWN + 1],
    [RETURN, 0, 0, ENOSYS],
    [JUMP_AT_LEAST, 2, 0, FIRST_SHARED],
    [JUMP_AT_LEAST, 0, 1, calls.lastOwn + 1],
    [RETURN, 0, 0, ENOSYS],
    ...calls.denied.flatMap((number) => when(number, [[RETURN, 0, 0, EPERM]])),
    // Its flags are behind a pointer; C libraries fall back to clone.
    ...when(calls.clone3, [[RETURN, 0, 0, ENOSYS]]),
    ...when(calls.clone, cloneRules),
    ...when(calls.ioctl, ioctlRules),
    ...when(calls.socket, socketRules),
    ...when(calls.setrlimit, coreLimitRules(0)),
    ...when(calls.prlimit, coreLimitRules(1, 2)),
    ...calls.hugePages.flatMap(({ call, argument, flag }) => when(call, hugePageRules(argument, flag))),
    [RETURN, 0, 0, ALLOW],
  ];
}

const cloneRules: readonly Instruction[] = [
  [LOAD, 0, 0, argumentAt(0)],
  [JUMP_BITS, 0, 1, NEW_NAMESPACES],
  [RETURN, 0, 0, EPERM],
  [RETURN, 0, 0, ALLOW],
];

const ioctlRules: readonly Instruction[] = [
  [LOAD, 0, 0, argumentAt(1)],
  [JUMP_EQUAL, 1, 0, TIOCSTI],
  [JUMP_EQUAL, 0, 1, TIOCLINUX],
  [RETURN, 0, 0, EPERM],
  [RETURN, 0, 0, ALLOW],
];

/** Streams and datagrams of the internet and of this machine; netlink only to list interfaces. */
const socketRules: readonly Instruction[] = [
  [LOAD, 0, 0, argumentAt(0)],
  [JUMP_EQUAL, 5, 0, SOCKET_FAMILIES.unix],
  [JUMP_EQUAL, 4, 0, SOCKET_FAMILIES.inet],
  [JUMP_EQUAL, 3, 0, SOCKET_FAMILIES.inet6],
  [JUMP_EQUAL, 0, 7, SOCKET_FAMILIES.netlink],
  [LOAD, 0, 0, argumentAt(2)],
  // Its only types are raw ones and datagrams, which mean the same.
  [JUMP_EQUAL, 4, 5, NETLINK_ROUTE],
  [LOAD, 0, 0, argumentAt(1)],
  [AND, 0, 0, SOCKET_TYPE_BITS],
  [JUMP_EQUAL, 1, 0, SOCK_STREAM],
  [JUMP_EQUAL, 0, 1, SOCK_DGRAM],
  [RETURN, 0, 0, ALLOW],
  [RETURN, 0, 0, EPERM],
];

/**
 * The limit that keeps programs of the host from being started for a core is the only one there shall be; whoever wants none
 * written has that already.
 * @param limits the argument that points to them, where the call may be for reading alone
 */
function coreLimitRules(resource: number, limits?: number): Instruction[] {
  const isForReading: Instruction[] =
    limits === undefined
      ? []
      : [
          [LOAD, 0, 0, argumentAt(limits)],
          [JUMP_EQUAL, 0, 3, 0],
          [LOAD, 0, 0, argumentAt(limits) + 4],
          [JUMP_EQUAL, 0, 1, 0],
          [RETURN, 0, 0, ALLOW],
        ];
  return [
    [LOAD, 0, 0, argumentAt(resource)],
    [JUMP_EQUAL, 1, 0, RLIMIT_CORE],
    [RETURN, 0, 0, ALLOW],
    ...isForReading,
    [RETURN, 0, 0, SUCCEED],
  ];
}

/** As on a machine that has none. */
function hugePageRules(argument: number, flag: number): Instruction[] {
  return [
    [LOAD, 0, 0, argumentAt(argument)],
    [JUMP_BITS, 0, 1, flag],
    [RETURN, 0, 0, ENOMEM],
    [RETURN, 0, 0, ALLOW],
  ];
}

/** The rules for one call; the next instruction follows for every other. */
function when(number: number, rules: readonly Instruction[]): Instruction[] {
  return [[JUMP_EQUAL, 0, rules.length, number], ...rules];
}

function encode(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(8 * instructions.length);
  for (const [index, [code, ifTrue, ifFalse, operand]] of instructions.entries()) {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(ifTrue, 8 * index + 2);
    bytes.writeUInt8(ifFalse, 8 * index + 3);
    bytes.writeUInt32LE(operand, 8 * index + 4);
  }
  return bytes;
}
