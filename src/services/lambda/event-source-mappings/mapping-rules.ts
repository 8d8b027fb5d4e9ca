import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { EventSourceKind } from '../../../model/stored-event-source-mapping.ts';
import { refuseTenants } from '../functions/tenancy-setting.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import { checkAccess } from './access-rules.ts';
import { checkBatching } from './batch-rules.ts';
import { checkDestination } from './destination-rules.ts';
import { eventSourceOf, type MappingRequest } from './event-source.ts';
import { checkFilterCriteria } from './filter-criteria.ts';
import { checkKafka } from './kafka-rules.ts';
import { checkParameters } from './parameter-kinds.ts';
import { checkPollers } from './poller-rules.ts';
import { checkStartingPosition } from './starting-position.ts';

/** Function timeouts above this leave the longer polls of these sources no time. */
const LONG_POLL_TIMEOUT_SECONDS = 840;
const LONG_POLLED: readonly EventSourceKind[] = ['msk', 'kafka', 'mq', 'documentdb'];

/**
 * Everything a request can have wrong by itself, before anything is looked up. Returns what it wants to poll;
 * throws InvalidParameterValueException.
 * @param nowMs platform time
 */
export function checkMapping(request: MappingRequest, nowMs: number): EventSourceKind {
  const kind = eventSourceOf(request);
  checkStartingPosition(kind, request, nowMs);
  checkSettings(kind, request);
  return kind;
}

/** The part of the rules that holds for updates too. */
export function checkSettings(kind: EventSourceKind, request: MappingRequest): void {
  checkParameters(kind, request);
  checkBatching(kind, request);
  checkAccess(kind, request);
  checkKafka(request);
  checkDestination(kind, request);
  checkPollers(kind, request);
  checkFilterCriteria(kind, request.FilterCriteria);
}

/** Whether the function can keep up with the source. Throws InvalidParameterValueException. */
export function checkTarget(
  kind: EventSourceKind,
  target: Pick<StoredFunction, 'timeoutSeconds' | 'tenancy'>,
  source: { readonly visibilityTimeoutSeconds?: number } = {},
): void {
  refuseTenants(target, 'An event source mapping');
  const { timeoutSeconds } = target;
  const { visibilityTimeoutSeconds: visible } = source;
  if (visible !== undefined && visible < timeoutSeconds) {
    throw invalidParameterValue(
      `Queue visibility timeout: ${visible} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
    );
  }
  if (LONG_POLLED.includes(kind) && timeoutSeconds > LONG_POLL_TIMEOUT_SECONDS) {
    throw invalidParameterValue(
      `Function timeout: ${timeoutSeconds} seconds is more than the ${LONG_POLL_TIMEOUT_SECONDS} seconds that ` +
        'are allowed for given event source mapping type.',
    );
  }
}
