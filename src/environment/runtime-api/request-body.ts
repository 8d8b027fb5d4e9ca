import type { IncomingMessage } from 'node:http';

export interface RequestBody {
  readonly bytes: Uint8Array;
  /** Over the limit; `bytes` is then empty. */
  readonly tooLarge: boolean;
  /** The error of a streaming response that failed midway: decoded from the trailers. */
  readonly midstreamError: Uint8Array | undefined;
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
      const tooLarge = length > limitBytes;
      const [first] = chunks;
      const bytes = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
      resolve({ bytes, tooLarge, midstreamError: midstreamError(request) });
    });
    request.once('close', () => resolve(undefined));
  });
}

function midstreamError({ trailers }: IncomingMessage): Uint8Array | undefined {
  const errorType = trailers['lambda-runtime-function-error-type'];
  if (errorType === undefined) return undefined;
  const body = trailers['lambda-runtime-function-error-body'];
  return body === undefined ? Buffer.from(JSON.stringify({ errorType })) : Buffer.from(body, 'base64');
}
