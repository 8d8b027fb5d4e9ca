import type { IncomingHttpHeaders } from 'node:http';
import { verifySignature, type SignatureResult, type SignedRequest } from '../sigv4.ts';

export const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0);
export const ZEROS = '0'.repeat(64);

interface Claim {
  readonly service?: string;
  readonly credential?: string;
  readonly names?: string;
  readonly signature?: string;
  readonly date?: string | undefined;
  readonly headers?: Record<string, string>;
}

/** A request that claims a signature in its header; well-formed unless told otherwise, never right. */
export function claiming({
  service = 'lambda',
  headers = {},
  ...claim
}: Claim): SignedRequest & { readonly headers: IncomingHttpHeaders } {
  const credential = claim.credential ?? `AKID/20261121/us-east-1/${service}/aws4_request`;
  const names = claim.names ?? 'host;x-amz-content-sha256;x-amz-date';
  const date = 'date' in claim ? claim.date : '20261121T120000Z';
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${claim.signature ?? ZEROS}`;
  const base = { host: 'h', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', authorization };
  const all = { ...base, ...(date === undefined ? {} : { 'x-amz-date': date }), ...headers };
  return { method: 'GET', path: '/', query: '', headers: all, body: undefined, service };
}

/** The same in the query. An empty value leaves its parameter out. */
export function presigned(service: string, parameters: Readonly<Record<string, string>> = {}): SignedRequest {
  const all: Record<string, string> = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `AKID/20261121/us-east-1/${service}/aws4_request`,
    'X-Amz-Date': '20261121T120000Z',
    'X-Amz-Expires': '300',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': ZEROS,
    ...parameters,
  };
  const query = Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  return { method: 'GET', path: '/', query, headers: { host: 'h' }, body: undefined, service };
}

export function verify(request: SignedRequest, nowMs = NOW_MS): SignatureResult {
  return verifySignature(request, (id) => (id === 'AKID' ? 'secret' : undefined), nowMs);
}
