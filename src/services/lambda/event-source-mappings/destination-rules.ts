import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { EventSourceKind } from '../../../model/stored-event-source-mapping.ts';
import { KAFKAS, type MappingRequest } from './event-source.ts';
import { hasProvisionedPollers } from './parameter-kinds.ts';
import { unsupportedParameter } from './parameter-errors.ts';

const TOPIC = 'kafka://';
/** Standard queues and topics, and buckets. */
const TARGET = /^arn:[^:]+:(sqs:[^:]+:\d{12}:[\w-]+|sns:[^:]+:\d{12}:[\w-]+|s3:::[^/]+)$/;

/** Where records go that the function could not process. There is none for those it could. */
export function checkDestination(kind: EventSourceKind, request: MappingRequest): void {
  const { OnSuccess, OnFailure } = request.DestinationConfig ?? {};
  if (OnSuccess !== undefined) throw unsupportedParameter('DestinationConfig');
  const destination = OnFailure?.Destination ?? '';
  if (destination === '' || TARGET.test(destination)) return;
  const isTopic = destination.startsWith(TOPIC) && KAFKAS.includes(kind);
  const isSource = request.Topics?.includes(destination.slice(TOPIC.length)) === true;
  // A topic of the same cluster, written to by pollers that are there to stay.
  if (isTopic && hasProvisionedPollers(request) && !isSource) return;
  throw invalidParameterValue(
    'The provided destination config DestinationConfig(onSuccess=null, ' +
      `onFailure=OnFailure(destination=${destination})) is invalid.`,
  );
}
