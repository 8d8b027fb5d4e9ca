import type { RequestContext } from '../../../aws/service.ts';
import type { EventOrigin } from '../object-events.ts';

/** Whose request a change comes from, as its event tells. */
export function originOf(context: RequestContext): EventOrigin {
  const { accountId, caller, requestId, sourceIp } = context;
  const { userId } = caller.principal;
  return {
    accountId,
    principalId: `AWS:${userId ?? accountId}`,
    sourceIp: sourceIp ?? '127.0.0.1',
    requestId,
    traceHeader: context.header('x-amzn-trace-id'),
  };
}
