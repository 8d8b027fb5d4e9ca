import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { UrlResponse } from './function-response.ts';

const NOTHING = Buffer.alloc(0);

/**
 * Sends an answer, whole or as it comes. A body that fails midway can only cut the connection.
 * @throws when the head cannot be sent; nothing has been, then
 */
export async function sendResponse(
  request: IncomingMessage,
  response: ServerResponse,
  ids: { readonly requestId: string; readonly traceHeader: string },
  { status, headers, body: given }: UrlResponse,
): Promise<void> {
  if (response.destroyed) return;
  // Over HTTP/2 Node.js leaves the content away, and a length beside it would be wrong.
  const body = status === 205 ? NOTHING : given;
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.setHeader('x-amzn-requestid', ids.requestId);
  response.setHeader('x-amzn-trace-id', ids.traceHeader);
  // What was not read of the request must not be taken for the next one.
  if (!request.complete && request.httpVersionMajor === 1) response.setHeader('connection', 'close');
  if (Buffer.isBuffer(body)) {
    if (status !== 204 && status !== 304) response.setHeader('content-length', body.length);
    response.writeHead(status);
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  response.writeHead(status);
  response.flushHeaders();
  // The pipeline destroys both ends of what fails.
  await pipeline(Readable.from(body, { objectMode: false }), response).catch(() => undefined);
}
