import { createHash } from 'node:crypto';
import type { RequestContext } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { Position } from '../reads/item-page.ts';
import type { Table } from '../tables/table-definition.ts';

/** Where a statement goes on: in one of its reads, behind an item or at the beginning. */
export interface StatementPosition {
  readonly read: number;
  readonly after: Position | undefined;
}

interface Request {
  readonly Statement: string | undefined;
  readonly Parameters?: readonly object[] | undefined;
}

/** Names a statement with its parameters, on one table: what a token was made for. */
export function requestDigest(
  { Statement, Parameters }: Request,
  { accountId }: RequestContext,
  table: Table,
): string {
  const text = JSON.stringify([accountId, table.id, Statement, Parameters ?? []], (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return createHash('sha256').update(text).digest('base64url');
}

export function tokenText(digest: string, { read, after }: StatementPosition): string {
  const parts = [digest, read, after && [after.hashKey, after.rangeKey, after.itemId]];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Throws ValidationException for what no statement has answered, and for what another one has. */
export function parseToken(text: string, digest: string): StatementPosition {
  const parts = partsOf(text);
  if (parts === undefined) throw validation('Invalid NextToken');
  const [madeFor, read, after] = parts;
  if (madeFor !== digest) throw validation('NextToken does not match request');
  return { read, after };
}

function partsOf(text: string): [string, number, Position | undefined] | undefined {
  try {
    const [digest, read, after] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (typeof digest !== 'string' || typeof read !== 'number' || !Number.isSafeInteger(read))
      return undefined;
    if (after === undefined || after === null) return [digest, read, undefined];
    const [hashKey, rangeKey, itemId] = after as unknown[];
    if (typeof hashKey !== 'string' || typeof rangeKey !== 'string') return undefined;
    return [digest, read, { hashKey, rangeKey, ...(typeof itemId === 'string' && { itemId }) }];
  } catch {
    return undefined;
  }
}
