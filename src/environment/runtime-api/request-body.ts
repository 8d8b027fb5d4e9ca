import type { IncomingMessage } from 'node:http';
import type { BodyRoom } from './body-room.ts';

export interface RequestBody {
  readonly bytes: Uint8Array;
  /** Over the limit; `bytes` is then empty. */
  readonly tooLarge: boolean;
}

/** Whoever goes on for so many times the limit is not answered any more. */
const ENDLESS = 4;

/** Reads a request to its end, keeping no more than the limit. Undefined when the connection broke before that. */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  room: BodyRoom,
): Promise<RequestBody | undefined> {
  return new Promise((resolve) => {
    let kept: Buffer = Buffer.alloc(0);
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) {
        kept = append(kept, length - chunk.length, chunk);
        room.keep(request, chunk.length);
      } else {
        kept = Buffer.alloc(0);
        room.leave(request);
        if (length > ENDLESS * limitBytes) request.destroy();
      }
    });
    request.once('end', () => {
      room.leave(request);
      const tooLarge = length > limitBytes;
      resolve({ bytes: kept.subarray(0, tooLarge ? 0 : length), tooLarge });
    });
    request.once('close', () => {
      room.leave(request);
      resolve(undefined);
    });
  });
}

/** One buffer for all pieces: there may be as many as there are bytes. The first is often the only one. */
function append(kept: Buffer, length: number, chunk: Buffer): Buffer {
  if (length === 0) return chunk;
  const needed = length + chunk.length;
  if (needed <= kept.length) {
    kept.set(chunk, length);
    return kept;
  }
  const larger = Buffer.allocUnsafeSlow(2 * needed);
  larger.set(kept.subarray(0, length));
  larger.set(chunk, length);
  return larger;
}
