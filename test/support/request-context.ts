import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../../src/aws/service.ts';
import { rootCaller } from '../../src/model/identity/caller-identity.ts';

export const ACCOUNT = { accountId: '000000000000', region: 'us-east-1' } as const;

/** What the wire says of a request of the account's root user. */
export function contextOf(service: string, operation: string): RequestContext {
  return {
    requestId: randomUUID(),
    ...ACCOUNT,
    accessKeyId: undefined,
    caller: rootCaller('aws', ACCOUNT.accountId),
    service,
    operation,
    sourceIp: undefined,
    headers: { 'x-amz-target': operation },
    header: () => undefined,
    origin: 'http://localhost:4566',
    contentLength: 0,
    signal: new AbortController().signal,
    patience: new AbortController().signal,
    setHeader: () => undefined,
  };
}
