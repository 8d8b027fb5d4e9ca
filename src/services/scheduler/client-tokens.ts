import { createHash } from 'node:crypto';
import type { RequestContext } from '../../aws/service.ts';
import type { Tx } from './schedule-rows.ts';
import { repeatedDifferently } from './scheduler-errors.ts';

/** A request under a token of its caller: SDKs send it again when its answer was lost. */
export interface TokenedRequest {
  readonly id: string;
  /** Digest of what is asked for. */
  readonly digest: string;
  /** Platform time. */
  readonly nowMs: number;
}

/** Longer than any client tries again. AWS does not say how long it remembers. */
const REMEMBERED_MS = 10 * 60_000;

/** Undefined without a token: such a request is never the same as another. */
export function tokenedRequest(
  operation: string,
  { ClientToken: token, ...request }: { readonly ClientToken?: string | undefined },
  { accountId, region }: RequestContext,
  nowMs: number,
): TokenedRequest | undefined {
  if (token === undefined) return undefined;
  const digest = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  return { id: `scheduler ${operation} ${accountId} ${region} ${token}`, digest, nowMs };
}

/** Whether this very request was done before. @throws ConflictException when another was, under the same token */
export async function isDone(tx: Tx, request: TokenedRequest | undefined): Promise<boolean> {
  if (request === undefined) return false;
  const row = await tx
    .selectFrom('dynamodb_tokens')
    .select('request')
    .where('id', '=', request.id)
    .where('expires_at_ms', '>', request.nowMs)
    .executeTakeFirst();
  if (row !== undefined && row.request !== request.digest) throw repeatedDifferently();
  return row !== undefined;
}

export async function remember(tx: Tx, request: TokenedRequest | undefined): Promise<void> {
  if (request === undefined) return;
  await tx.deleteFrom('dynamodb_tokens').where('expires_at_ms', '<=', request.nowMs).execute();
  const { id, digest, nowMs } = request;
  const row = { request: digest, expires_at_ms: nowMs + REMEMBERED_MS };
  await tx
    .insertInto('dynamodb_tokens')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}
