import { assert, constantFrom, integer, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { packetTo } from './packet-fixture.ts';
import { answerFrame, destinationOf, readDatagram, unreachableFrame } from './tunnel-packets.ts';

const HEADERS = 22;
const places = constantFrom('203.0.113.5', '10.1.2.3', '2606:4700::5', 'fd12:0:0:1::2');
const payloads = uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const ports = integer({ min: 1, max: 65_535 });

/** What is left of the ones' complement sum of words: nothing, when a checksum among them is right. */
function remainder(bytes: Buffer, start = 0): number {
  let total = start;
  for (const [index, byte] of bytes.entries()) total += index % 2 === 0 ? byte << 8 : byte;
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

/** Whether all checksums of a packet are right. */
function isSound(packet: Buffer): boolean {
  if (packet.readUInt8(0) >> 4 === 6) {
    const pseudo = packet.subarray(8, 40);
    const start = packet.readUInt16BE(4) + packet.readUInt8(6);
    return remainder(Buffer.concat([pseudo, packet.subarray(40)]), start) === 0;
  }
  const isUdp = packet.readUInt8(9) === 17;
  return remainder(packet.subarray(0, 20)) === 0 && (isUdp || remainder(packet.subarray(20)) === 0);
}

test('a datagram is read as it was sent, and its answer comes from where it went', () => {
  assert(
    property(places, ports, payloads, payloads, (host, port, payload, answer) => {
      const sent = readDatagram(packetTo(host, port, payload));
      if (sent === undefined) return false;
      const to = destinationOf(sent.packet);
      const back = answerFrame(sent.packet, answer).subarray(HEADERS);
      const at = host.includes(':') ? 40 : 20;
      return (
        payload.equals(sent.payload) &&
        to.port === port &&
        packetTo(to.host, 1, payload).equals(packetTo(host, 1, payload)) &&
        back.readUInt16BE(at) === port &&
        back.readUInt16BE(at + 2) === 40_000 &&
        back.subarray(at + 8).equals(answer) &&
        isSound(back)
      );
    }),
  );
});

test('what says that nobody listens quotes the datagram', () => {
  for (const host of ['203.0.113.5', '2606:4700::5']) {
    const sent = readDatagram(packetTo(host, 99, Buffer.from('odd')));
    const packet = sent?.packet ?? Buffer.alloc(0);
    const back = unreachableFrame(packet).subarray(HEADERS);
    const [at, quoted] = host.includes(':') ? [40, 48] : [20, 28];
    expect(back.subarray(at + 8)).toEqual(packet.subarray(0, quoted));
    expect(isSound(back), host).toBe(true);
  }
});

test('flows are told apart by port and place', () => {
  const flows = [
    packetTo('203.0.113.5', 1, Buffer.of(), 40_000),
    packetTo('203.0.113.5', 1, Buffer.of(), 40_001),
    packetTo('203.0.113.5', 2, Buffer.of(), 40_000),
    packetTo('203.0.113.6', 1, Buffer.of(), 40_000),
    packetTo('2606:4700::5', 1, Buffer.of(), 40_000),
    packetTo('2606:4700::6', 1, Buffer.of(), 40_000),
  ].map((frame) => readDatagram(frame)?.flow);
  expect(new Set(flows).size).toBe(6);
  expect(readDatagram(packetTo('203.0.113.5', 1, Buffer.from('more')))?.flow).toBe(flows[0]);
});

test('whatever else comes out of the tunnel is nothing, and harms nobody', () => {
  const whole = packetTo('203.0.113.5', 1, Buffer.from('abc'));
  const whole6 = packetTo('2606:4700::5', 1, Buffer.from('abc'));
  for (const frame of [whole, whole6])
    for (let length = 0; length < frame.length; length += 1)
      expect(readDatagram(frame.subarray(0, length)), `${length} bytes`).toBeUndefined();
  const changed = (frame: Buffer, at: number, byte: number): Buffer => {
    const copy = Buffer.from(frame);
    copy.writeUInt8(byte, HEADERS + at);
    return copy;
  };
  // Options, TCP, a fragment, from another address, to no port; TCP and another address of IPv6.
  for (const frame of [
    changed(whole, 0, 0x46),
    changed(whole, 9, 6),
    changed(whole, 6, 0x20),
    changed(whole, 7, 1),
    changed(whole, 15, 2),
    changed(whole, 23, 0),
    changed(whole6, 6, 6),
    changed(whole6, 6, 44),
    changed(whole6, 23, 2),
  ])
    expect(readDatagram(frame), frame.toString('hex')).toBeUndefined();
  assert(
    property(uint8Array({ maxLength: 200 }), (bytes) => {
      const frame = Buffer.from(bytes);
      // Of a kind that is looked into.
      if (frame.length > HEADERS) frame.writeUInt16BE(frame.length % 2 === 0 ? 0x0800 : 0x86dd, HEADERS - 2);
      const read = readDatagram(frame);
      return read === undefined || read.payload.length <= frame.length - HEADERS - 28;
    }),
  );
});
