import { isIPv6 } from 'node:net';
import { systemCall } from './system-call.ts';

const makeSocket = systemCall('int socket(int domain, int type, int protocol)');
const bindSocket = systemCall('int bind(int fd, const void *address, unsigned int length)');
const listenOn = systemCall('int listen(int fd, int backlog)');
const sendTo = systemCall('long send(int fd, const void *bytes, size_t length, int flags)');
const receiveFrom = systemCall('long recv(int fd, void *bytes, size_t length, int flags)');
const getOption = systemCall(
  'int getsockopt(int fd, int level, int option, void *value, unsigned int *length)',
);
const close = systemCall('int close(int fd)');

export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2_000_000;
const SOCKADDR_IN_BYTES = 16;
const SOCKADDR_IN6_BYTES = 28;
const BACKLOG = 511;
const SOL_IP = 0;
const SOL_IPV6 = 41;
const SO_ORIGINAL_DST = 80;
const IPV6_GROUPS = 8;

/** @returns a descriptor that is not inherited. The socket stays in the network namespace it was made in. */
export function socket(domain: number, type: number, protocol: number): number {
  return makeSocket(domain, type | SOCK_CLOEXEC, protocol);
}

/** A TCP socket that accepts connections at an address of the current network namespace. */
export function listeningSocket(host: string, port: number): number {
  const descriptor = boundSocket(SOCK_STREAM, host, port);
  try {
    listenOn(descriptor, BACKLOG);
    return descriptor;
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
}

/** A socket at an address of the current network namespace; it does not block. */
export function boundSocket(type: number, host: string, port: number): number {
  const descriptor = socket(isIPv6(host) ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK, 0);
  try {
    const address = internetAddress(host, port);
    bindSocket(descriptor, address, address.length);
    return descriptor;
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
}

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** Where a connection was meant to go that packet filters sent to the accepting socket instead. */
export function originalDestination(descriptor: number): SocketAddress {
  const address = Buffer.alloc(SOCKADDR_IN_BYTES);
  getOption(descriptor, SOL_IP, SO_ORIGINAL_DST, address, new Uint32Array([SOCKADDR_IN_BYTES]));
  return { host: addressText(address.subarray(4, 8)), port: address.readUInt16BE(2) };
}

/** The same of a connection over IPv6. */
export function originalDestination6(descriptor: number): SocketAddress {
  const address = Buffer.alloc(SOCKADDR_IN6_BYTES);
  getOption(descriptor, SOL_IPV6, SO_ORIGINAL_DST, address, new Uint32Array([SOCKADDR_IN6_BYTES]));
  return { host: addressText(address.subarray(8, 24)), port: address.readUInt16BE(2) };
}

export function send(descriptor: number, bytes: Buffer): void {
  sendTo(descriptor, bytes, bytes.length, 0);
}

/** @returns the number of bytes received */
export function receive(descriptor: number, into: Buffer): number {
  return receiveFrom(descriptor, into, into.length, 0);
}

export function closeDescriptor(descriptor: number): void {
  close(descriptor);
}

/** The four bytes of an IPv4 address (fewer for the beginning of one), or the sixteen of an IPv6 one without a dotted end. */
export function addressBytes(host: string): Buffer {
  if (!host.includes(':')) return Buffer.from(host.split('.').map(Number));
  const [before = [], after] = host
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const missing = IPV6_GROUPS - before.length - (after?.length ?? 0);
  const groups = after === undefined ? before : [...before, ...Array<string>(missing).fill('0'), ...after];
  const bytes = Buffer.alloc(2 * IPV6_GROUPS);
  for (const [index, group] of groups.entries()) bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * index);
  return bytes;
}

/** The address of four or sixteen bytes. */
export function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  return Array.from({ length: IPV6_GROUPS }, (_, index) => bytes.readUInt16BE(2 * index).toString(16)).join(
    ':',
  );
}

/** The kernel's `sockaddr_in` or `sockaddr_in6`. */
function internetAddress(host: string, port: number): Buffer {
  const bytes = addressBytes(host);
  const is6 = bytes.length > 4;
  const address = Buffer.alloc(is6 ? SOCKADDR_IN6_BYTES : SOCKADDR_IN_BYTES);
  address.writeUInt16LE(is6 ? AF_INET6 : AF_INET, 0);
  address.writeUInt16BE(port, 2);
  bytes.copy(address, is6 ? 8 : 4);
  return address;
}
