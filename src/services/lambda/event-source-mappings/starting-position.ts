import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { EventSourceKind } from '../../../model/stored-event-source-mapping.ts';
import { type MappingRequest, POSITIONED, QUEUES, STREAMS } from './event-source.ts';

/**
 * Where reading starts. Comes before the table of parameters, since queues have words of their own for it.
 * @param nowMs platform time
 */
export function checkStartingPosition(kind: EventSourceKind, request: MappingRequest, nowMs: number): void {
  const { StartingPosition: position, StartingPositionTimestamp: timestamp } = request;
  if (position === undefined) {
    if (STREAMS.includes(kind)) {
      throw invalidParameterValue(
        "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
      );
    }
  } else if (QUEUES.includes(kind)) {
    throw invalidParameterValue('StartingPosition is not valid for SQS event sources.');
  }
  if (position === 'AT_TIMESTAMP') {
    if (kind === 'dynamodb') {
      throw invalidParameterValue(`Unsupported starting position for arn type: ${request.EventSourceArn}`);
    }
    if (timestamp === undefined) throw invalidParameterValue('Need to specify a timestamp');
    // Also true of a time no date can hold.
    if (!(timestamp.getTime() <= nowMs)) {
      throw invalidParameterValue('StartingPositionTimestamp cannot be in the future.');
    }
  } else if (timestamp !== undefined && POSITIONED.includes(kind)) {
    throw invalidParameterValue(
      'StartingPositionTimestamp is only valid if StartingPosition is set to AT_TIMESTAMP.',
    );
  }
}
