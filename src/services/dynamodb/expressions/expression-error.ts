import { validation } from '../dynamodb-errors.ts';
import type { ServiceError } from '../../../model/service-error.ts';

/** Which parameter an expression came in; part of every message about it. */
export type ExpressionKind =
  | 'ConditionExpression'
  | 'FilterExpression'
  | 'KeyConditionExpression'
  | 'ProjectionExpression'
  | 'UpdateExpression'
  /** A part of a PartiQL statement: messages do not name it. */
  | 'Statement';

/** `Invalid <kind>: <what>` */
export function invalidExpression(kind: ExpressionKind, what: string): ServiceError {
  return validation(kind === 'Statement' ? what : `Invalid ${kind}: ${what}`);
}
