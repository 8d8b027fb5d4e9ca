import { connect } from 'node:net';
import type { EndpointOptions } from '../../../src/aws/endpoint-options.ts';
import { Endpoint } from '../../../src/aws/endpoint.ts';
import { Listener } from '../../../src/aws/listener.ts';
import type { ServiceDefinition } from '../../../src/aws/service.ts';

/** An endpoint on a port of its own. */
export interface Site {
  readonly endpoint: Endpoint;
  readonly port: number;
  readonly url: string;
  /** What was reported as our fault. */
  readonly problems: { readonly error: unknown; readonly service: string; readonly operation: string }[];
  close(): Promise<void>;
}

export async function startSite(
  services: readonly ServiceDefinition[],
  options: Partial<EndpointOptions> = {},
): Promise<Site> {
  const problems: Site['problems'] = [];
  const endpoint = new Endpoint({
    services,
    defaultAccountId: '000000000000',
    defaultRegion: 'us-east-1',
    auth: 'open',
    now: Date.now,
    onInternalError: (error, { service, operation }) => problems.push({ error, service, operation }),
    ...options,
  });
  const listener = new Listener({ onRequest: (request, response) => endpoint.handle(request, response) });
  const port = await listener.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  return { endpoint, port, url, problems, close: () => listener.close(0) };
}

/** An Authorization header that claims a scope and proves nothing. */
export function claim(
  service: string,
  region = 'us-east-1',
  accessKeyId = 'AKIDEXAMPLE',
): Record<string, string> {
  const scope = `${accessKeyId}/20260101/${region}/${service}/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=0`,
  };
}

/** Sends bytes as they are and returns everything that comes back until the server closes. */
export function rawExchange(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
