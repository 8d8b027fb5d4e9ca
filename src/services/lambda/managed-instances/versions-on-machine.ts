import type { Kysely } from 'kysely';
import type { Caller } from '../../../model/function-reference.ts';
import { type FunctionState, functionRecordOf, functionVersionArn } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';

export interface VersionOnMachine {
  readonly FunctionArn: string;
  readonly State: FunctionState;
}

/** An account's function versions that run on the machine, by ARN. `$LATEST` cannot be invoked there, and is none of them. */
export async function versionsOnMachine(
  db: Kysely<Database>,
  { accountId, region }: Caller,
): Promise<VersionOnMachine[]> {
  const rows = await db
    .selectFrom('lambda_functions')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('version', '<>', '$LATEST')
    .execute();
  return rows
    .map((row) => functionRecordOf(row).current)
    .filter((stored) => stored.managed !== undefined)
    .map((stored) => ({ FunctionArn: functionVersionArn(stored), State: stored.state }))
    .sort((a, b) => (a.FunctionArn < b.FunctionArn ? -1 : 1));
}
