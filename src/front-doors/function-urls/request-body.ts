import type { IncomingMessage } from 'node:http';

/** Of an event, and so of the body of a request that becomes one. */
export const LARGEST_EVENT_BYTES = 6 * 1024 * 1024;

/** Undefined when it is too large; the rest is then read and forgotten, so that the answer can be sent. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= LARGEST_EVENT_BYTES) chunks.push(chunk as Buffer);
    else chunks.length = 0;
  }
  return size > LARGEST_EVENT_BYTES ? undefined : Buffer.concat(chunks);
}
