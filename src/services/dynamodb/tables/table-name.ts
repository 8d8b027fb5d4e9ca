import type { RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { validation } from '../dynamodb-errors.ts';

export interface TableName {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

const ARN = /^arn:[^:]+:dynamodb:([^:]+):(\d{12}):table\/([A-Za-z0-9_.-]{3,255})$/;
const NAME = /^[A-Za-z0-9_.-]+$/;
const MOST_CHARACTERS = 255;
const LEAST_CHARACTERS = 3;

export function tableArn({ accountId, region, name }: TableName): string {
  return `arn:${partitionOf(region)}:dynamodb:${region}:${accountId}:table/${name}`;
}

/**
 * What a request names by a table's name or ARN. Throws ValidationException, ResourceNotFoundException for other Regions' tables,
 * and AccessDeniedException for other accounts': there are no resource policies that could let anybody in.
 */
export function tableNameOf(
  given: string | undefined,
  {
    accountId,
    region,
    caller,
    operation,
  }: Pick<RequestContext, 'accountId' | 'region' | 'caller' | 'operation'>,
): TableName {
  const text = given ?? '';
  const arn = ARN.exec(text);
  if (arn === null) {
    checkName(text);
    return { accountId, region, name: text };
  }
  const [, ofRegion = '', ofAccount = '', name = ''] = arn;
  // A Region serves its own tables: conditions on the Region asked are not to be had round by an ARN.
  if (ofAccount === accountId && ofRegion !== region)
    throw new ServiceError(
      'ResourceNotFoundException',
      `Requested resource not found: Table: ${text} not found`,
    );
  if (ofAccount === accountId) return { accountId, region, name };
  const action = `dynamodb:${operation}`;
  throw new ServiceError(
    'AccessDeniedException',
    `User: ${caller.principal.arn} is not authorized to perform: ${action} on resource: ${text} because no resource-based policy allows the ${action} action`,
  );
}

/** As `tableNameOf`; names of new tables are not too short. */
export function newTableName(given: string | undefined, context: RequestContext): TableName {
  const name = tableNameOf(given, context);
  if (name.name.length >= LEAST_CHARACTERS) return name;
  throw unlike(name.name, `Member must have length greater than or equal to ${LEAST_CHARACTERS}`);
}

/** A name that is too short names no table. */
function checkName(text: string): void {
  if (text.length > MOST_CHARACTERS) {
    throw unlike(text, `Member must have length less than or equal to ${MOST_CHARACTERS}`);
  }
  if (!NAME.test(text)) throw unlike(text, 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
}

function unlike(text: string, constraint: string): ServiceError {
  return validation(
    `1 validation error detected: Value '${text}' at 'tableName' failed to satisfy constraint: ${constraint}`,
  );
}
