import type { IncomingMessage } from 'node:http';
import { WireRequest } from '../aws/request.ts';
import { verifySignature } from '../aws/sigv4.ts';
import type { Config } from '../config.ts';

const WHOSE = "What is the platform's own wants a key of LAMBENT_ACCESS_KEYS.";

/**
 * Says why a request may not look at the platform itself or change it, or nothing when it may. With `--auth strict` it must
 * be signed with a key of the configuration: what users and functions sign with does not count.
 */
export function adminAuthorization({
  auth,
  accessKeys,
}: Pick<Config, 'auth' | 'accessKeys'>): (request: IncomingMessage, body: Uint8Array) => string | undefined {
  if (auth !== 'strict') return () => undefined;
  const secrets = new Map(accessKeys.map((key) => [key.accessKeyId, key.secretAccessKey]));
  return (request, body) => {
    const { method, path, query, headers } = new WireRequest(request);
    const result = verifySignature(
      { method, path, query, headers, body, service: 'lambda' },
      (accessKeyId) => secrets.get(accessKeyId),
      Date.now(),
    );
    return result.ok ? undefined : `${result.message} ${WHOSE}`;
  };
}
