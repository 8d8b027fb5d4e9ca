import { partitionOf } from '../../../model/stored-function.ts';
import { validation } from '../dynamodb-errors.ts';

export interface TableName {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

const ARN = /^arn:[^:]+:dynamodb:([^:]+):(\d{12}):table\/([A-Za-z0-9_.-]{3,255})$/;
const NAME = /^[A-Za-z0-9_.-]{3,255}$/;

export function tableArn({ accountId, region, name }: TableName): string {
  return `arn:${partitionOf(region)}:dynamodb:${region}:${accountId}:table/${name}`;
}

/** What a request names by a table's name or ARN. Throws ValidationException. */
export function tableNameOf(
  given: string | undefined,
  { accountId, region }: { readonly accountId: string; readonly region: string },
): TableName {
  const text = given ?? '';
  const arn = ARN.exec(text);
  if (arn !== null) {
    const [, ofRegion = '', ofAccount = '', name = ''] = arn;
    return { accountId: ofAccount, region: ofRegion, name };
  }
  if (NAME.test(text)) return { accountId, region, name: text };
  throw validation(
    `1 validation error detected: Value '${text}' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
  );
}
