import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether a body comes as it is, or in chunks: node:http takes chunks of anything for that, whatever else was done to it. */
export function isPlainlySent({ headers }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  return coding === undefined || coding.toLowerCase() === 'chunked';
}

/** As RFC 9112, 6.1, has it. Nothing else is read of the connection. */
export function refuseCoding(response: ServerResponse): void {
  response.writeHead(501, { Connection: 'close' });
  response.end();
}
