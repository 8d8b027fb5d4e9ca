import { contextFacts, globalKeys } from '../../../aws/condition-keys.ts';
import type { RequestContext } from '../../../aws/service.ts';
import { type AccessRequest, authorize, denialMessage } from '../../../model/policy/authorize.ts';
import { accountRoot, type AwsPrincipal, requestKeys } from '../../../model/policy/principal.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import type { EventsDependencies } from '../events-dependencies.ts';
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
  check(bus, accountRoot(partitionOf(bus.region), accountId), action, () => keys);
}

/** What its policy says to somebody of its own account counts only where it denies. */
function check(
  bus: StoredBus,
  principal: AwsPrincipal,
  action: string,
  keys: () => Readonly<Record<string, string | undefined>>,
): void {
  const policy = busPolicy(bus);
  if (bus.accountId === principal.accountId && policy?.hasDeny !== true) return;
  const request: AccessRequest = {
    principal,
    action: `events:${action}`,
    resource: busArn(bus),
    resourceAccountId: bus.accountId,
    keys: requestKeys(principal, { ...keys(), 'aws:ResourceAccount': bus.accountId }),
  };
  const decision = authorize(request, { own: undefined, resource: policy });
  if (!decision.isAllowed) throw accessDenied(denialMessage(request, decision.reason));
}

/** The bus a request is about, if its caller may do this with it. @throws ResourceNotFoundException, AccessDeniedException */
export function admit(
  { directory, clock }: Pick<EventsDependencies, 'directory' | 'clock'>,
  given: string | undefined,
  context: RequestContext,
  action: string,
  keys: Readonly<Record<string, string | undefined>> = {},
): StoredBus {
  const name = parseBus(given, context);
  const bus = name.region === context.region ? directory.bus(name) : undefined;
  if (bus === undefined) throw busDoesNotExist(name.name);
  check(bus, context.caller.principal, action, () => ({
    ...globalKeys(contextFacts(context, clock.now(), bus.accountId)),
    ...keys,
  }));
  return bus;
}
