import type { CallerPolicies } from '../model/identity/caller-identity.ts';
import { authorize, denialMessage } from '../model/policy/authorize.ts';
import { requestKeys } from '../model/policy/principal.ts';
import { ServiceError } from '../model/service-error.ts';
import { contextFacts, globalKeys } from './condition-keys.ts';
import type { Authorize } from './endpoint-options.ts';
import type { ServiceModel } from './schema/service-model.ts';
import type { RequestContext, RequestedAction, ServiceDefinition } from './service.ts';

/** Prefixes of actions that are not the name under which the service's requests are signed. */
const PREFIXES: Readonly<Record<string, string>> = { cloudwatch: 'cloudwatch' };

/**
 * Asks a caller's own policies before every operation, for the services that do not ask themselves. Policies of
 * resources are the services' own matter.
 */
export function authorization(
  services: readonly ServiceDefinition[],
  policies: CallerPolicies,
  now: () => number,
): Authorize {
  const access = new Map(services.map((service) => [service.model, service.access]));
  return ({ service, name }, input, context) => {
    const own = access.get(service.name);
    if (own?.isOwn === true) return;
    const plain = { action: `${PREFIXES[service.name] ?? service.json.signingName}:${name}`, resource: '*' };
    const wanted = (): readonly RequestedAction[] => own?.actions?.(name, input, context) ?? [plain];
    // Who signs nothing has nothing but what a service's own resources let everyone do.
    if (context.accessKeyId === undefined && wanted().length > 0) throw denied(service, 'Access Denied');
    if (policies.policiesOf(context.caller) === undefined) return;
    for (const requested of wanted()) {
      const refusal = refusalOf(requested, context, policies, now());
      if (refusal !== undefined) throw denied(service, refusal);
    }
  };
}

/** Why a caller's own side does not let it do something; undefined when it does. */
export function refusalOf(
  { action, resource, keys }: RequestedAction,
  context: RequestContext,
  policies: CallerPolicies,
  nowMs: number,
): string | undefined {
  const own = policies.policiesOf(context.caller);
  if (own === undefined) return undefined;
  const { principal } = context.caller;
  // Resources' own policies are asked elsewhere: here everyone is at home, but for conditions on whose a resource is.
  const resourceAccountId = principal.accountId;
  const facts = globalKeys(contextFacts(context, nowMs, ownerOf(resource) ?? resourceAccountId));
  const request = {
    principal,
    action,
    resource,
    resourceAccountId,
    keys: requestKeys(principal, { ...facts, ...keys }),
  };
  const decision = authorize(request, { own, resource: undefined });
  return decision.isAllowed ? undefined : denialMessage(request, decision.reason);
}

/** The account in an ARN. */
function ownerOf(resource: string): string | undefined {
  const account = resource.split(':', 5)[4];
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined;
}

/** The 403 in the service's own words. */
function denied({ name, protocol }: ServiceModel, message: string): ServiceError {
  if (name === 'ec2') return new ServiceError('UnauthorizedOperation', message, 403);
  if (name === 'sns') return new ServiceError('AuthorizationError', message, 403);
  if (name === 's3' || name === 'sqs' || protocol === 'awsQuery' || protocol === 'restXml')
    return new ServiceError('AccessDenied', message, 403);
  return new ServiceError('AccessDeniedException', message, protocol === 'restJson1' ? 403 : 400);
}
