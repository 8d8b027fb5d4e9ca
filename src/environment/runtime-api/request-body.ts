import type { IncomingMessage } from 'node:http';
import type { BodyRoom } from '../../model/body-room.ts';
import { GrowingBytes } from '../../model/growing-bytes.ts';

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
    const kept = new GrowingBytes();
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) {
        kept.add(chunk);
        room.keep(request, chunk.length);
      } else {
        kept.clear();
        room.leave(request);
        if (length > ENDLESS * limitBytes) request.destroy();
      }
    });
    request.once('end', () => {
      room.leave(request);
      resolve({ bytes: kept.bytes, tooLarge: length > limitBytes });
    });
    request.once('close', () => {
      room.leave(request);
      resolve(undefined);
    });
  });
}
