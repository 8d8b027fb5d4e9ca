import { randomUUID } from 'node:crypto';
import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkTags } from '../tags/tag-rules.ts';
import { findVersion } from '../versions/find-version.ts';
import { SOURCE_NAMES } from './event-source.ts';
import { checkMapping, checkTarget } from './mapping-rules.ts';
import { newMapping } from './new-mapping.ts';

/** No source has a poller yet, so what AWS would accept is refused by name once it is known to be good. */
export function createEventSourceMapping(
  deps: LambdaDependencies,
): OperationHandler<CreateEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const { FunctionName: functionName = '', ...request } = input;
    const nowMs = deps.clock.now();
    const reference = parseFunctionReference(functionName, undefined, context);
    const kind = checkMapping(request, nowMs);
    checkTags(request.Tags ?? {});
    const found = await findVersion(deps.store.db, reference);
    if (found === undefined) throw invalidParameterValue('Function does not exist');
    checkTarget(kind, found.record.current);
    const { accountId, region } = context;
    const identity = { accountId, region, uuid: randomUUID(), functionArn: askedArn(reference) };
    const mapping = newMapping({ ...identity, request, kind, nowMs });
    throw notImplementedYet(`CreateEventSourceMapping: ${SOURCE_NAMES[mapping.kind]} as an event source`);
  };
}
