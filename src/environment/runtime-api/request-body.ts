import type { IncomingMessage } from 'node:http';

export interface RequestBody {
  readonly bytes: Uint8Array;
  /** Over the limit; `bytes` is then empty. */
  readonly tooLarge: boolean;
}

/** Reads a request to its end, keeping no more than the limit. Undefined when the connection broke before that. */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<RequestBody | undefined> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) chunks.push(chunk);
      else chunks = [];
    });
    request.once('end', () => {
      const [first] = chunks;
      const bytes = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
      resolve({ bytes, tooLarge: length > limitBytes });
    });
    request.once('close', () => resolve(undefined));
  });
}
