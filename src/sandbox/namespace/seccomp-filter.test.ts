import { describe, expect, test } from 'vitest';
import { seccompFilter } from './seccomp-filter.ts';

const ALLOW = 0x7fff_0000;
const KILL = 0x8000_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;
const ENOMEM = 0x0005_000c;
const SUCCEED = 0x0005_0000;

/** Runs the program as the kernel would, for the instructions it may hold. */
function decide(filter: Buffer, audit: number, call: number, parameters: readonly number[] = []): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call, 0);
  data.writeUInt32LE(audit, 4);
  for (const [index, value] of parameters.entries()) data.writeBigUInt64LE(BigInt(value), 16 + 8 * index);
  let accumulator = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const operand = filter.readUInt32LE(at + 4);
    const jump = (holds: boolean): void => void (at += 8 * filter.readUInt8(at + (holds ? 2 : 3)));
    switch (filter.readUInt16LE(at)) {
      case 0x20:
        accumulator = data.readUInt32LE(operand);
        break;
      case 0x54:
        accumulator = (accumulator & operand) >>> 0;
        break;
      case 0x15:
        jump(accumulator === operand);
        break;
      case 0x35:
        jump(accumulator >= operand);
        break;
      case 0x45:
        jump((accumulator & operand) !== 0);
        break;
      case 0x06:
        return operand;
      default:
        throw new Error(`unknown instruction at ${at}`);
    }
  }
  throw new Error('the program has no end');
}

describe.each([
  {
    name: 'x64',
    audit: 0xc000_003e,
    read: 0,
    mount: 165,
    clone: 56,
    socket: 41,
    ioctl: 16,
    mmap: 9,
    setrlimit: 160,
    prlimit: 302,
  },
  {
    name: 'arm64',
    audit: 0xc000_00b7,
    read: 63,
    mount: 40,
    clone: 220,
    socket: 198,
    ioctl: 29,
    mmap: 222,
    setrlimit: 164,
    prlimit: 261,
  },
])(
  'the system call filter of $name',
  ({ name, audit, read, mount, clone, socket, ioctl, mmap, setrlimit, prlimit }) => {
    const filter = seccompFilter(name) ?? Buffer.alloc(0);
    const verdict = (call: number, ...parameters: number[]): number =>
      decide(filter, audit, call, parameters);

    test('allows what every program does and refuses what none needs', () => {
      expect(verdict(read)).toBe(ALLOW);
      expect(verdict(mount)).toBe(EPERM);
      expect(verdict(425)).toBe(EPERM);
      expect(verdict(435)).toBe(ENOSYS);
    });

    test('kills what speaks for another processor, and has no second set of numbers', () => {
      expect(decide(filter, 0x4000_0003, read)).toBe(KILL);
      expect(verdict(0x4000_0000 + read)).toBe(ENOSYS);
    });

    test('knows no call that nobody has looked at: between the two ranges, and behind them', () => {
      for (const call of [400, 423, 467, 500, 0x3fff_ffff]) expect(verdict(call)).toBe(ENOSYS);
      // Of the shared range, one from its beginning and one from its end.
      for (const call of [424, 466]) expect(verdict(call)).toBe(ALLOW);
    });

    test('lets threads and processes be made, but no namespaces', () => {
      expect(verdict(clone, 0x3d_0f00)).toBe(ALLOW);
      for (const flag of [0x1000_0000, 0x0002_0000, 0x4000_0000, 0x80])
        expect(verdict(clone, flag)).toBe(EPERM);
    });

    test('knows sockets by family, type and protocol', () => {
      for (const family of [1, 2, 10]) expect(verdict(socket, family, 1 | 0o2_000_000, 0)).toBe(ALLOW);
      expect(verdict(socket, 2, 2, 17)).toBe(ALLOW);
      expect(verdict(socket, 2, 3, 1)).toBe(EPERM);
      expect(verdict(socket, 16, 2, 0)).toBe(ALLOW);
      expect(verdict(socket, 16, 3, 0)).toBe(ALLOW);
      expect(verdict(socket, 16, 3, 9)).toBe(EPERM);
      for (const family of [17, 40, 38]) expect(verdict(socket, family, 1, 0)).toBe(EPERM);
    });

    test('gives no huge pages', () => {
      expect(verdict(mmap, 0, 1 << 21, 3, 0x22)).toBe(ALLOW);
      expect(verdict(mmap, 0, 1 << 21, 3, 0x4_0022)).toBe(ENOMEM);
    });

    test('leaves the limit of cores as it is, and lets it be read', () => {
      expect(verdict(setrlimit, 4, 0x1000)).toBe(SUCCEED);
      expect(verdict(setrlimit, 7, 0x1000)).toBe(ALLOW);
      expect(verdict(prlimit, 0, 4, 0x1000)).toBe(SUCCEED);
      expect(verdict(prlimit, 0, 4, 0, 0x1000)).toBe(ALLOW);
      expect(verdict(prlimit, 0, 7, 0x1000)).toBe(ALLOW);
      // The upper half of where it points to.
      expect(decide(filter, audit, prlimit, [0, 4, 2 ** 32])).toBe(SUCCEED);
    });

    test('keeps terminals from being typed into', () => {
      expect(verdict(ioctl, 0, 0x5412)).toBe(EPERM);
      expect(verdict(ioctl, 0, 0x541c)).toBe(EPERM);
      expect(verdict(ioctl, 0, 0x5401)).toBe(ALLOW);
    });
  },
);

test('an unknown processor has no filter', () => {
  expect(seccompFilter('mips')).toBeUndefined();
});
