import type { Socket } from 'node:net';
import { LARGEST_BODY_BYTES } from '../../aws/fast-lane-request.ts';
import { GatheredBytes } from '../../model/gathered-bytes.ts';

const LARGEST_HEAD_BYTES = 16 * 1024;
/** A client that stops in the middle of a request. */
const SILENCE_MS = 20_000;
/** For all of a request, as `node:http` is told. */
const REQUEST_MS = 15 * 60_000;
const HEAD_END = '\r\n\r\n';
const BEGINNING = 'POST /2015-03-31/functions/';
const LENGTH = /\r\ncontent-length:[ \t]*(\d{1,8})[ \t]*\r\n/i;
/** What says that its client waits for a word before it sends the rest, or that the length is not what counts. */
const NOT_PLAIN = /\r\n(?:expect|transfer-encoding|upgrade)[ \t]*:/i;

/**
 * How many bytes the request takes that a connection's bytes begin with, if that is an Invoke of which some are still to
 * come. What it is exactly, and whether it is well-formed, is for others to judge when it is whole.
 */
export function missingFrom(bytes: Buffer): number | undefined {
  if (bytes.toString('latin1', 0, BEGINNING.length) !== BEGINNING) return undefined;
  const end = bytes.indexOf(HEAD_END);
  if (end < 0 || end > LARGEST_HEAD_BYTES) return undefined;
  const head = bytes.toString('latin1', 0, end + 2);
  if (NOT_PLAIN.test(head)) return undefined;
  const length = Number(LENGTH.exec(head)?.[1] ?? 0);
  const size = end + HEAD_END.length + length;
  return length > LARGEST_BODY_BYTES || size <= bytes.length ? undefined : size;
}

/**
 * Reads on until there are so many bytes.
 * @param whole gets all of them, and no more is read
 */
export function assemble(socket: Socket, begun: Buffer, size: number, whole: (bytes: Buffer) => void): void {
  const gathered = new GatheredBytes(begun, size);
  const over = performance.now() + REQUEST_MS;
  const drop = (): void => {
    socket.destroy();
  };
  const onData = (chunk: Buffer): void => {
    const taken = gathered.add(chunk);
    if (!gathered.isWhole) {
      if (performance.now() > over) drop();
      return;
    }
    socket.off('data', onData);
    socket.off('end', drop);
    socket.setTimeout(0, drop);
    const { bytes } = gathered;
    whole(taken === chunk.length ? bytes : Buffer.concat([bytes, chunk.subarray(taken)]));
  };
  socket.on('data', onData);
  socket.on('end', drop);
  socket.setTimeout(SILENCE_MS, drop);
}
