import type { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';

/** DynamoDB says this of all that does not fit a destination's state, whatever was asked for. */
export function wrongState(what: string): ServiceError {
  return validation(`Table is not in a valid state to enable Kinesis Streaming Destination: ${what}`);
}
