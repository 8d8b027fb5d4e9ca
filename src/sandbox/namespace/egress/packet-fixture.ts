import { addressBytes } from '../kernel/sockets.ts';

/** For tests: what the kernel puts into a sandbox's tunnel for a datagram of a program. */
export function packetTo(host: string, port: number, payload: Buffer, fromPort = 40_000): Buffer {
  const to = addressBytes(host);
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(fromPort, 0);
  udp.writeUInt16BE(port, 2);
  udp.writeUInt16BE(8 + payload.length, 4);
  const is6 = to.length > 4;
  const frame = Buffer.alloc(22);
  frame.writeUInt16BE(is6 ? 0x86dd : 0x0800, 20);
  return Buffer.concat([
    frame,
    is6 ? header6(to, 8 + payload.length) : header4(to, 8 + payload.length),
    udp,
    payload,
  ]);
}

function header4(to: Buffer, length: number): Buffer {
  const header = Buffer.from('4500000000004000401100000000000000000000', 'hex');
  header.writeUInt16BE(20 + length, 2);
  addressBytes('169.254.100.1').copy(header, 12);
  to.copy(header, 16);
  return header;
}

function header6(to: Buffer, length: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(length, 4);
  header.writeUInt16BE(0x1140, 6);
  return Buffer.concat([header, addressBytes('fec0::1'), to]);
}
