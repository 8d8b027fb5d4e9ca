import { refusalOf } from '../../../aws/authorization.ts';
import { contextFacts, globalKeys } from '../../../aws/condition-keys.ts';
import type { AnyOperationHandler, RequestContext, ServiceDefinition } from '../../../aws/service.ts';
import { type FunctionReference, parseAnyReference } from '../../../model/function-reference.ts';
import { accessDenied } from '../../../model/lambda-errors.ts';
import {
  type AccessDecision,
  type AccessRequest,
  authorize,
  denialMessage,
} from '../../../model/policy/authorize.ts';
import { requestKeys } from '../../../model/policy/principal.ts';
import { isLasting } from '../../../model/policy/stable-keys.ts';
import { findMapping } from '../event-source-mappings/mapping-rows.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { DecisionCache } from './decision-cache.ts';
import { ForeignContext } from './foreign-context.ts';
import { actionsOf, GRANTABLE, OWNERS_RIGHT } from './operation-access.ts';
import { type AskedInput, conditionKeys, furtherActions, ownActions } from './requested-actions.ts';

/** The store is for operations on event source mappings. */
type AccessDependencies = Pick<LambdaDependencies, 'clock' | 'policies' | 'identities'> &
  Partial<Pick<LambdaDependencies, 'store' | 'urlAuthType'>>;

const ACCOUNT = /(?:^|:)(\d{12}):/;

/**
 * Puts policies before all operations. Who is let into another account's function acts in that account; an operation
 * sees no other difference, and by itself refuses every function that is not its caller's. Where identities are not
 * looked at, a caller's own function is looked up only when a policy denies something somewhere: usually this costs
 * one test.
 */
export function authorized(
  deps: AccessDependencies,
  operations: ServiceDefinition['operations'],
): ServiceDefinition['operations'] {
  const cache = new DecisionCache();
  const guarded = Object.entries(operations).map(([name, handler]) => {
    const gate = new Gate(deps, cache, name);
    return [name, OF_A_MAPPING.has(name) ? guardMapping(gate, handler) : guard(gate, handler)];
  });
  return Object.fromEntries(guarded) as ServiceDefinition['operations'];
}

function guard(gate: Gate, handler: AnyOperationHandler): AnyOperationHandler {
  return (input: AskedInput, context: RequestContext) => handler(input, gate.admit(input, context));
}

function guardMapping(gate: Gate, handler: AnyOperationHandler): AnyOperationHandler {
  return async (input: AskedInput, context: RequestContext) =>
    await handler(input, await gate.admitToMapping(input, context));
}

/** What stands before one operation. */
class Gate {
  readonly #deps: AccessDependencies;
  readonly #cache: DecisionCache;
  readonly #operation: string;
  readonly #actions: readonly string[];
  readonly #isAboutUrl: boolean;

  constructor(deps: AccessDependencies, cache: DecisionCache, operation: string) {
    this.#deps = deps;
    this.#cache = cache;
    this.#operation = operation;
    this.#actions = actionsOf(operation);
    this.#isAboutUrl = operation.endsWith('FunctionUrlConfig');
  }

  /** The context the operation runs in. Throws AccessDeniedException. */
  admit(input: AskedInput, context: RequestContext): RequestContext {
    const { policies, identities } = this.#deps;
    const named = input.FunctionName ?? input.ResourceArn ?? input.Resource;
    const isBounded = identities.isStrict && identities.policiesOf(context.caller) !== undefined;
    if (!isBounded) {
      const isFree = named === undefined || (!policies.hasDeny && isOwn(named, context));
      return isFree || !isFunction(named) ? context : this.#admitTo(named, input, context);
    }
    for (const needed of furtherActions(this.#operation, input, context)) this.#require(needed, context);
    if (named !== undefined && isFunction(named) && !NOT_ABOUT_IT.has(this.#operation))
      return this.#admitTo(named, input, context);
    for (const needed of ownActions(this.#operation, input, context)) this.#require(needed, context);
    return context;
  }

  /** As `admit`. What holds for a function holds for its mappings, also for those that are to become another's. */
  async admitToMapping(input: AskedInput, context: RequestContext): Promise<RequestContext> {
    const { store, identities } = this.#deps;
    const { accountId, region, caller } = context;
    const isBounded = identities.isStrict && identities.policiesOf(caller) !== undefined;
    const key = { accountId, region, uuid: input.UUID ?? '' };
    const mapping = isBounded && store !== undefined ? await findMapping(store.db, key) : undefined;
    if (mapping === undefined) return this.admit(input, context);
    const admitted = this.admit({ ...input, FunctionName: mapping.functionArn }, context);
    return input.FunctionName === undefined ? admitted : this.admit(input, context);
  }

  #require(needed: Parameters<typeof refusalOf>[0], context: RequestContext): void {
    const { identities, clock } = this.#deps;
    const refusal = refusalOf(needed, context, identities, clock.now());
    if (refusal !== undefined) throw accessDenied(refusal);
  }

  #admitTo(named: string, input: AskedInput, context: RequestContext): RequestContext {
    const operation = this.#operation;
    const reference = parseAnyReference(named, input.Qualifier, context);
    const isForeign = reference.accountId !== context.accountId;
    const { identities } = this.#deps;
    if (!isForeign && !identities.isStrict && OWNERS_RIGHT.has(operation)) return context;
    for (const action of this.#actions) {
      const decision = this.#decide(reference, action, input, context);
      const isGranted = decision.isAllowed && (!isForeign || GRANTABLE.has(operation));
      if (isGranted) continue;
      const reason = decision.isAllowed ? 'resource-silent' : decision.reason;
      throw accessDenied(denialMessage(this.#request(reference, action, input, context), reason));
    }
    // GetFunction shows tags to those only who may list them.
    if (!isForeign && !(identities.isStrict && operation === 'GetFunction')) return context;
    const permits = (action: string) => this.#decide(reference, action, input, context).isAllowed;
    return new ForeignContext(context, reference.accountId, permits);
  }

  #decide(
    reference: FunctionReference,
    action: string,
    input: AskedInput,
    context: RequestContext,
  ): AccessDecision {
    const { identities, policies } = this.#deps;
    const { caller } = context;
    const own = identities.policiesOf(caller);
    const arn = askedArn(reference);
    // An owner's right to change the policy is not the policy's to take.
    const isOwners =
      own === undefined && OWNERS_RIGHT.has(this.#operation) && reference.accountId === context.accountId;
    const decide = (): AccessDecision =>
      authorize(this.#request(reference, action, input, context), {
        own,
        resource: isOwners ? undefined : policies.find(arn),
      });
    if (own === undefined || !isLasting(own, policies.find(arn))) return decide();
    const generation = identities.generation + policies.generation;
    const asked = `${this.#operation} ${action} ${arn}`;
    const known = this.#cache.find(caller, generation, asked);
    if (known !== undefined) return known;
    const decision = decide();
    this.#cache.remember(caller, generation, asked, decision);
    return decision;
  }

  #request(
    reference: FunctionReference,
    action: string,
    input: AskedInput,
    context: RequestContext,
  ): AccessRequest {
    const { principal } = context.caller;
    const facts = contextFacts(context, this.#deps.clock.now(), reference.accountId);
    return {
      principal,
      action,
      resource: askedArn(reference),
      resourceAccountId: reference.accountId,
      keys: requestKeys(principal, {
        ...globalKeys(facts),
        ...conditionKeys(this.#operation, input, context),
        ...(this.#isAboutUrl && input.AuthType === undefined && this.#urlKeys(reference)),
      }),
    };
  }

  /** Where a request does not say it, the type is that of the URL there is. */
  #urlKeys({ qualifier = '$LATEST', ...unqualified }: FunctionReference) {
    const arn = askedArn({ ...unqualified, qualifier });
    return { 'lambda:FunctionUrlAuthType': this.#deps.urlAuthType?.(arn) };
  }
}

/** Operations on an event source mapping: its function is a condition of theirs, though they need not name it. */
const OF_A_MAPPING: ReadonlySet<string> = new Set([
  'DeleteEventSourceMapping',
  'GetEventSourceMapping',
  'UpdateEventSourceMapping',
]);

/** Operations whose FunctionName only narrows what they list or make: they are about something else. */
const NOT_ABOUT_IT: ReadonlySet<string> = new Set([
  'CreateEventSourceMapping',
  'ListEventSourceMappings',
  ...OF_A_MAPPING,
]);

/** Other things that can be tagged have no policies. */
function isFunction(named: string): boolean {
  return !named.startsWith('arn:') || named.includes(':function');
}

/** A name without an account is the caller's own. */
function isOwn(named: string, { accountId }: RequestContext): boolean {
  if (!named.includes(':')) return true;
  const account = ACCOUNT.exec(named)?.[1];
  return account === undefined || account === accountId;
}
