import type { AnyOperationHandler, RequestContext, ServiceDefinition } from '../../../aws/service.ts';
import { type FunctionReference, parseAnyReference } from '../../../model/function-reference.ts';
import { accessDenied } from '../../../model/lambda-errors.ts';
import {
  type AccessDecision,
  type AccessRequest,
  authorize,
  denialMessage,
} from '../../../model/policy/authorize.ts';
import { accountRoot, requestKeys } from '../../../model/policy/principal.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { askedArn } from '../functions/function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { ForeignContext } from './foreign-context.ts';
import { actionsOf, GRANTABLE, OWNERS_RIGHT } from './operation-access.ts';

type AccessDependencies = Pick<LambdaDependencies, 'clock' | 'policies'>;

/** The members by which operations name a function; each has one of them at most. */
interface NamingInput {
  readonly FunctionName?: string;
  readonly ResourceArn?: string;
  readonly Resource?: string;
  readonly Qualifier?: string;
}

const ACCOUNT = /(?:^|:)(\d{12}):/;

/**
 * Puts the policies of functions before all operations. Who is let into another account's function acts in that
 * account; an operation sees no other difference, and by itself refuses every function that is not its caller's.
 * A caller's own function is looked up only when a policy denies something somewhere: usually this costs one test.
 */
export function authorized(
  deps: AccessDependencies,
  operations: ServiceDefinition['operations'],
): ServiceDefinition['operations'] {
  const guarded = Object.entries(operations).map(([name, handler]) => [name, guard(deps, name, handler)]);
  return Object.fromEntries(guarded) as ServiceDefinition['operations'];
}

function guard(
  deps: AccessDependencies,
  operation: string,
  handler: AnyOperationHandler,
): AnyOperationHandler {
  return (input: NamingInput, context: RequestContext) => {
    const named = input.FunctionName ?? input.ResourceArn ?? input.Resource;
    if (named === undefined || (!deps.policies.hasDeny && isOwn(named, context)))
      return handler(input, context);
    return handler(input, admit(deps, operation, named, input.Qualifier, context));
  };
}

/** A name without an account is the caller's own. */
function isOwn(named: string, { accountId }: RequestContext): boolean {
  if (!named.includes(':')) return true;
  const account = ACCOUNT.exec(named)?.[1];
  return account === undefined || account === accountId;
}

/** The context the operation runs in. Throws AccessDeniedException. */
function admit(
  deps: AccessDependencies,
  operation: string,
  named: string,
  qualifier: string | undefined,
  context: RequestContext,
): RequestContext {
  // Other things that can be tagged have no policies.
  if (named.startsWith('arn:') && !named.includes(':function')) return context;
  const reference = parseAnyReference(named, qualifier, context);
  const isForeign = reference.accountId !== context.accountId;
  if (!isForeign && OWNERS_RIGHT.has(operation)) return context;
  const policy = deps.policies.find(askedArn(reference));
  const decide = (action: string): AccessDecision =>
    authorize(accessRequest(deps, reference, action, context), { identity: undefined, resource: policy });
  for (const action of actionsOf(operation)) {
    const decision = decide(action);
    const isGranted = decision.isAllowed && (!isForeign || GRANTABLE.has(operation));
    if (isGranted) continue;
    const reason = decision.isAllowed ? 'resource-silent' : decision.reason;
    throw accessDenied(denialMessage(accessRequest(deps, reference, action, context), reason));
  }
  if (!isForeign) return context;
  return new ForeignContext(context, reference.accountId, (action) => decide(action).isAllowed);
}

/** Until there are identities, whoever calls is the root user of its account, and allowed what that account allows. */
function accessRequest(
  { clock }: AccessDependencies,
  reference: FunctionReference,
  action: string,
  context: RequestContext,
): AccessRequest {
  const principal = accountRoot(partitionOf(reference.region), context.accountId);
  const now = clock.now();
  return {
    principal,
    action,
    resource: askedArn(reference),
    resourceAccountId: reference.accountId,
    keys: requestKeys(principal, {
      'aws:CurrentTime': `${new Date(now).toISOString().slice(0, 19)}Z`,
      'aws:EpochTime': String(Math.floor(now / 1000)),
      'aws:Referer': context.headers.referer,
      'aws:RequestedRegion': context.region,
      'aws:ResourceAccount': reference.accountId,
      'aws:SecureTransport': String(context.origin.startsWith('https:')),
      'aws:SourceIp': context.sourceIp,
      'aws:UserAgent': context.headers['user-agent'],
      'aws:ViaAWSService': 'false',
      ...(action === 'lambda:InvokeFunction' && { 'lambda:InvokedViaFunctionUrl': 'false' }),
    }),
  };
}
