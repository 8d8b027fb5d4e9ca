import { createHash } from 'node:crypto';
import { ServiceError } from '../../../model/service-error.ts';
import type { Tx } from '../tables/table-rows.ts';

/** What names a transaction that shall be done once, however often it is asked for. */
export interface RequestToken {
  /** Of one account in one Region. */
  readonly id: string;
  /** Digest of what is asked for. */
  readonly request: string;
  /** Platform time. */
  readonly nowMs: number;
}

export const TOKEN_MISMATCH = 'IdempotentParameterMismatchException';
const REMEMBERED_MS = 10 * 60_000;

/** Without a token of the caller a request is never the same as another. */
export function requestToken(
  { ClientRequestToken, ...request }: { readonly ClientRequestToken?: string | undefined },
  context: { readonly accountId: string; readonly region: string; readonly requestId: string },
  nowMs: number,
): RequestToken {
  const token = ClientRequestToken ?? context.requestId;
  const text = JSON.stringify(request, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return {
    id: `${context.accountId} ${context.region} ${token}`,
    request: createHash('sha256').update(text).digest('hex'),
    nowMs,
  };
}

/** Those that one batch of writes has to do with. */
export class UsedTokens {
  readonly #requests: Map<string, string>;
  readonly #fresh: RequestToken[] = [];

  private constructor(requests: Map<string, string>) {
    this.#requests = requests;
  }

  static async read(tx: Tx, tokens: readonly RequestToken[]): Promise<UsedTokens> {
    if (tokens.length === 0) return new UsedTokens(new Map());
    const nowMs = Math.min(...tokens.map((token) => token.nowMs));
    const rows = await tx
      .selectFrom('dynamodb_tokens')
      .select(['id', 'request'])
      .where(
        'id',
        'in',
        tokens.map(({ id }) => id),
      )
      .where('expires_at_ms', '>', nowMs)
      .execute();
    return new UsedTokens(new Map(rows.map(({ id, request }) => [id, request])));
  }

  /** Whether the request was done before; an error when another one was, under the same token. */
  earlier({ id, request }: RequestToken): 'done' | ServiceError | undefined {
    const before = this.#requests.get(id);
    if (before === undefined) return undefined;
    if (before === request) return 'done';
    return new ServiceError(
      TOKEN_MISMATCH,
      'Request parameters do not match with those of an earlier request with the same client token',
    );
  }

  use(token: RequestToken): void {
    this.#requests.set(token.id, token.request);
    this.#fresh.push(token);
  }

  async write(tx: Tx): Promise<void> {
    const [first] = this.#fresh;
    if (first === undefined) return;
    await tx.deleteFrom('dynamodb_tokens').where('expires_at_ms', '<=', first.nowMs).execute();
    const rows = this.#fresh.map(({ id, request, nowMs }) => {
      return { id, request, expires_at_ms: nowMs + REMEMBERED_MS };
    });
    await tx.insertInto('dynamodb_tokens').values(rows).execute();
  }
}
