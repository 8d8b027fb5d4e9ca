import type { RequestContext } from '../../../aws/service.ts';
import { type AccessRequest, authorize, denialMessage } from '../../../model/policy/authorize.ts';
import { accountRoot, requestKeys } from '../../../model/policy/principal.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { EventsDirectory } from '../events-directory.ts';
import { accessDenied, busDoesNotExist } from '../events-errors.ts';
import { busArn, busPolicy, parseBus, type StoredBus } from './stored-bus.ts';

/** Condition keys of an event that is put. */
export function eventKeys(
  source: unknown,
  detailType: unknown,
): Readonly<Record<string, string | undefined>> {
  return { 'events:source': textOf(source), 'events:detail-type': textOf(detailType) };
}

function textOf(given: unknown): string | undefined {
  return typeof given === 'string' ? given : undefined;
}

/** A bus that an account may do this with. @throws AccessDeniedException */
export function checkAccount(
  bus: StoredBus,
  accountId: string,
  action: string,
  keys: Readonly<Record<string, string | undefined>> = {},
): void {
  const policy = busPolicy(bus);
  if (bus.accountId === accountId && policy?.hasDeny !== true) return;
  const principal = accountRoot(partitionOf(bus.region), accountId);
  const request: AccessRequest = {
    principal,
    action: `events:${action}`,
    resource: busArn(bus),
    resourceAccountId: bus.accountId,
    keys: requestKeys(principal, { 'aws:ResourceAccount': bus.accountId, ...keys }),
  };
  const decision = authorize(request, { own: undefined, resource: policy });
  if (!decision.isAllowed) throw accessDenied(denialMessage(request, decision.reason));
}

/** The bus a request is about, if its caller may do this with it. @throws ResourceNotFoundException, AccessDeniedException */
export function admit(
  directory: EventsDirectory,
  given: string | undefined,
  context: RequestContext,
  action: string,
  keys: Readonly<Record<string, string | undefined>> = {},
): StoredBus {
  const name = parseBus(given, context);
  const bus = name.region === context.region ? directory.bus(name) : undefined;
  if (bus === undefined) throw busDoesNotExist(name.name);
  checkAccount(bus, context.accountId, action, keys);
  return bus;
}
