import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** Of the secret that only the platform's own processes know: whoever else comes could name any address. */
export const SECRET_BYTES = 32;
const LENGTH_BYTES = 4;
const START_BYTES = SECRET_BYTES + LENGTH_BYTES;
const LARGEST_FACTS_BYTES = 4096;

/** What a worker knows of a connection whose bytes it has decrypted. */
interface SecureFacts {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly protocol: string | null;
  readonly cipher: ReturnType<TLSSocket['getCipher']>;
}

/** What goes before a connection's own bytes. */
export function relayHead(secret: Uint8Array, socket: TLSSocket): Buffer {
  const { remoteAddress, remotePort, remoteFamily, localAddress, localPort } = socket;
  const addresses = { remoteAddress, remotePort, remoteFamily, localAddress, localPort };
  const facts: SecureFacts = { ...addresses, protocol: socket.getProtocol(), cipher: socket.getCipher() };
  const text = Buffer.from(JSON.stringify(facts));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat([secret, length, text]);
}

/** @returns how many bytes it takes, or needs to say so; undefined when it doesn't begin with the secret */
export function relayHeadBytes(read: Buffer, secret: Uint8Array): number | undefined {
  if (read.length < START_BYTES) return START_BYTES;
  if (!timingSafeEqual(read.subarray(0, SECRET_BYTES), secret)) return undefined;
  const length = read.readUInt32BE(SECRET_BYTES);
  return length > LARGEST_FACTS_BYTES ? undefined : START_BYTES + length;
}

/** Makes a socket tell of the connection whose bytes come over it what a TLS socket would. */
export function tellOf(socket: Socket, head: Buffer): Socket {
  const { protocol, cipher, ...addresses } = JSON.parse(head.toString('utf8', START_BYTES)) as SecureFacts;
  const told = { ...addresses, encrypted: true, getProtocol: () => protocol, getCipher: () => cipher };
  for (const [name, value] of Object.entries(told)) Object.defineProperty(socket, name, { value });
  return socket;
}
