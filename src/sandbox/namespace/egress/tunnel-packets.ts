import { addressText } from '../kernel/sockets.ts';
import { NETWORK_PLAN } from '../network-plan.ts';

/** Of the tunnel and of Ethernet, before every packet. */
const TUNNEL_BYTES = 8;
const FRAME_BYTES = TUNNEL_BYTES + 14;
const HAS_ID = 0x08;
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
const UDP_BYTES = 8;
const UDP = 17;
const ICMP = 1;
const ICMP6 = 58;
const HOPS = 64;
const DONT_FRAGMENT = 0x4000;
const FRAGMENT = 0x3fff;
/** Type and code of what says that nobody listens there. */
const PORT_UNREACHABLE = [3, 3] as const;
const PORT_UNREACHABLE6 = [1, 4] as const;
const ICMP_BYTES = 8;

/** One datagram that a program has sent. */
export interface SentDatagram {
  /** The same for all from one port to one place. */
  readonly flow: string;
  readonly payload: Buffer;
  /** Where its packet begins in what came out of the tunnel: the address in it is only needed for the first. */
  readonly packet: Buffer;
}

/**
 * Reads what came out of the tunnel.
 * @returns undefined for anything but a whole datagram from the sandbox's own address
 */
export function readDatagram(frame: Buffer): SentDatagram | undefined {
  if (frame.length < FRAME_BYTES + IPV4_BYTES + UDP_BYTES) return undefined;
  const type = frame.readUInt16BE(FRAME_BYTES - 2);
  const packet = frame.subarray(FRAME_BYTES);
  if (type === TYPE_IPV4) return readPacket4(packet);
  return type === TYPE_IPV6 ? readPacket6(packet) : undefined;
}

/** Where the datagram was for. */
export function destinationOf(packet: Buffer): { readonly host: string; readonly port: number } {
  const is6 = isPacket6(packet);
  const host = addressText(is6 ? packet.subarray(24, 40) : packet.subarray(16, 20));
  return { host, port: packet.readUInt16BE((is6 ? IPV6_BYTES : IPV4_BYTES) + 2) };
}

/** What is put into the tunnel to answer a program: from the place its datagram was for. */
export function answerFrame(sent: Buffer, payload: Buffer): Buffer {
  const is6 = isPacket6(sent);
  const headers = is6 ? IPV6_BYTES : IPV4_BYTES;
  const frame = frameFor(sent, UDP, UDP_BYTES + payload.length);
  const at = FRAME_BYTES + headers;
  // From where it went, to where it came from.
  sent.copy(frame, at, headers + 2, headers + 4);
  sent.copy(frame, at + 2, headers, headers + 2);
  frame.writeUInt16BE(UDP_BYTES + payload.length, at + 4);
  frame.writeUInt16BE(0, at + 6);
  payload.copy(frame, at + UDP_BYTES);
  // Over IPv4 there may be none.
  if (is6) frame.writeUInt16BE(transportSum(frame, UDP) || 0xffff, at + 6);
  return frame;
}

/** What is put into the tunnel to tell a program that nobody listens where its datagram was for. */
export function unreachableFrame(sent: Buffer): Buffer {
  const is6 = isPacket6(sent);
  const quoted = sent.subarray(0, (is6 ? IPV6_BYTES : IPV4_BYTES) + UDP_BYTES);
  const frame = frameFor(sent, is6 ? ICMP6 : ICMP, ICMP_BYTES + quoted.length);
  const at = FRAME_BYTES + (is6 ? IPV6_BYTES : IPV4_BYTES);
  const [type, code] = is6 ? PORT_UNREACHABLE6 : PORT_UNREACHABLE;
  frame.writeUInt8(type, at);
  frame.writeUInt8(code, at + 1);
  frame.fill(0, at + 2, at + ICMP_BYTES);
  quoted.copy(frame, at + ICMP_BYTES);
  frame.writeUInt16BE(is6 ? transportSum(frame, ICMP6) : complement(sum(frame, at)), at + 2);
  return frame;
}

function isPacket6(packet: Buffer): boolean {
  return packet.readUInt8(0) >> 4 === 6;
}

function readPacket4(packet: Buffer): SentDatagram | undefined {
  // The kernel that made it adds no options unless it is asked to.
  const isPlain = packet.readUInt8(0) === 0x45 && packet.readUInt8(9) === UDP;
  if (!isPlain || (packet.readUInt16BE(6) & FRAGMENT) !== 0) return undefined;
  return packet.compare(OWN_ADDRESS, 0, 4, 12, 16) === 0 ? readUdp(packet, IPV4_BYTES, 16) : undefined;
}

function readPacket6(packet: Buffer): SentDatagram | undefined {
  if (packet.length < IPV6_BYTES + UDP_BYTES || !isPacket6(packet)) return undefined;
  const isPlain = packet.readUInt8(6) === UDP;
  return isPlain && packet.compare(OWN_ADDRESS6, 0, 16, 8, 24) === 0
    ? readUdp(packet, IPV6_BYTES, 24)
    : undefined;
}

/** @param destinationAt from there to the end of the ports everything tells one flow from another */
function readUdp(packet: Buffer, at: number, destinationAt: number): SentDatagram | undefined {
  const length = packet.readUInt16BE(at + 4);
  if (length < UDP_BYTES || at + length > packet.length || packet.readUInt16BE(at + 2) === 0)
    return undefined;
  return {
    flow: packet.toString('latin1', destinationAt, at + 4),
    payload: packet.subarray(at + UDP_BYTES, at + length),
    packet,
  };
}

const OWN_ADDRESS = Buffer.from([169, 254, 100, 1]);
const OWN_ADDRESS6 = Buffer.from('fec00000000000000000000000000001', 'hex');

/** Everything up to the transport's header, of a packet that goes back to where `sent` came from. */
function frameFor(sent: Buffer, protocol: number, length: number): Buffer {
  const is6 = isPacket6(sent);
  const frame = Buffer.allocUnsafe(FRAME_BYTES + (is6 ? IPV6_BYTES : IPV4_BYTES) + length);
  frame.fill(0, 0, TUNNEL_BYTES);
  frame.writeUInt8(HAS_ID, 0);
  frame.writeUIntBE(NETWORK_PLAN.tunnel.id, 4, 3);
  NETWORK_PLAN.tunnel.hardwareAddress.copy(frame, TUNNEL_BYTES);
  NETWORK_PLAN.tunnel.peerHardwareAddress.copy(frame, TUNNEL_BYTES + 6);
  frame.writeUInt16BE(is6 ? TYPE_IPV6 : TYPE_IPV4, FRAME_BYTES - 2);
  if (is6) writeHeader6(frame, sent, protocol, length);
  else writeHeader4(frame, sent, protocol, length);
  return frame;
}

function writeHeader4(frame: Buffer, sent: Buffer, protocol: number, length: number): void {
  const at = FRAME_BYTES;
  frame.writeUInt16BE(0x4500, at);
  frame.writeUInt16BE(IPV4_BYTES + length, at + 2);
  frame.writeUInt16BE(0, at + 4);
  frame.writeUInt16BE(DONT_FRAGMENT, at + 6);
  frame.writeUInt8(HOPS, at + 8);
  frame.writeUInt8(protocol, at + 9);
  frame.writeUInt16BE(0, at + 10);
  sent.copy(frame, at + 12, 16, 20);
  sent.copy(frame, at + 16, 12, 16);
  frame.writeUInt16BE(complement(sum(frame, at, at + IPV4_BYTES)), at + 10);
}

function writeHeader6(frame: Buffer, sent: Buffer, protocol: number, length: number): void {
  const at = FRAME_BYTES;
  frame.writeUInt32BE(0x6000_0000, at);
  frame.writeUInt16BE(length, at + 4);
  frame.writeUInt8(protocol, at + 6);
  frame.writeUInt8(HOPS, at + 7);
  sent.copy(frame, at + 8, 24, 40);
  sent.copy(frame, at + 24, 8, 24);
}

/** The checksum of what IPv6 carries: of the addresses, the length and the kind of it, and of itself. */
function transportSum(frame: Buffer, protocol: number): number {
  return complement(sum(frame, FRAME_BYTES + 8) + protocol + frame.readUInt16BE(FRAME_BYTES + 4));
}

function sum(bytes: Buffer, from: number, to = bytes.length): number {
  let total = 0;
  const even = to - ((to - from) % 2);
  for (let at = from; at < even; at += 2) total += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return even === to ? total : total + ((bytes[even] ?? 0) << 8);
}

/** Folds the sum of 16-bit words to one, and turns it round. */
function complement(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}
