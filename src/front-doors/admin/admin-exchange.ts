import type { IncomingMessage, ServerResponse } from 'node:http';
import { readWhole } from '../../aws/request-body.ts';
import { ServiceError } from '../../model/service-error.ts';

const LARGEST_BYTES = 64 * 1024;

/** A request to the platform itself, as far as its routes look at it. */
export interface AdminRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
}

/** The whole body; admin requests are a few bytes. */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const body = await readWhole(request, LARGEST_BYTES);
  if (body !== undefined) return body;
  throw new ServiceError(
    'RequestEntityTooLargeException',
    `Requests to the platform itself take no more than ${LARGEST_BYTES} bytes.`,
    413,
  );
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: Readonly<Record<string, unknown>>,
): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** An error in the form of AWS's REST services. */
export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  response.setHeader('x-amzn-errortype', code);
  sendJson(response, status, { message });
}
