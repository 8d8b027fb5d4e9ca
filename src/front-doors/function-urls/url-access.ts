import type { IncomingHttpHeaders } from 'node:http';
import type { CallerIdentity, CallerPolicies } from '../../model/identity/caller-identity.ts';
import { rootCaller } from '../../model/identity/caller-identity.ts';
import { ServiceError } from '../../model/service-error.ts';
import { globalKeys } from '../../aws/condition-keys.ts';
import type { Callers } from '../../aws/callers.ts';
import { parseCredential, verifySignature } from '../../aws/sigv4.ts';
import { type AccessDecision, authorize } from '../../model/policy/authorize.ts';
import type { CompiledPolicy } from '../../model/policy/evaluate-policy.ts';
import { type Principal, requestKeys } from '../../model/policy/principal.ts';
import { partitionOf } from '../../model/stored-function.ts';
import { functionUrlTargetArn, type StoredFunctionUrl } from '../../model/stored-function-url.ts';
import type { UrlCaller } from './request-event.ts';

export interface UrlAccessOptions {
  readonly identities: CallerPolicies;
  readonly policies: { find(resourceArn: string): CompiledPolicy | undefined };
  readonly callers: Callers;
  /** `open` takes the credentials of keys it has no secret of as claimed. */
  readonly auth: 'open' | 'strict';
  readonly now: () => number;
}

export interface SignedUrlRequest {
  readonly method: string;
  /** As sent, whatever form the URL has: it is what was signed. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly isSecure: boolean;
}

/** What is signed of a body: Lambda takes none that is said to be unsigned, or signed piece by piece. */
const HASH = /^[0-9a-f]{64}$/;

/** Since October 2025 a URL wants both. */
const ACTIONS = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'] as const;

/** Decides who may call a function by its URL: a signature where the URL asks for one, then the policies. */
export class UrlAccess {
  readonly #options: UrlAccessOptions;

  constructor(options: UrlAccessOptions) {
    this.#options = options;
  }

  /** Who signed; undefined when nobody did, or nobody who can be believed. */
  caller(url: StoredFunctionUrl, request: SignedUrlRequest): UrlCaller | undefined {
    const { auth, callers } = this.#options;
    const credential = parseCredential(request.headers.authorization, request.query);
    if (credential === undefined || credential.service !== 'lambda') return undefined;
    // A URL is of one region, and so is what was signed for it.
    if (credential.region !== url.region) return undefined;
    const issued = issuedTo(callers, credential, request);
    if (issued === 'expired') return undefined;
    if (auth === 'strict' || issued !== undefined) {
      const secretOf = (): string | undefined => issued?.secretAccessKey;
      const verified = verifySignature({ ...request, service: 'lambda' }, secretOf, Date.now());
      if (!verified.ok || (request.body.length > 0 && !HASH.test(verified.payloadHash))) return undefined;
    }
    const { accessKeyId } = credential;
    const { accountId, identity } = callers.of(credential, issued, url.region);
    const caller = identity ?? rootCaller(partitionOf(url.region), accountId);
    return { accessKeyId, accountId, arn: caller.principal.arn, identity: caller };
  }

  /** @param caller undefined for a URL that asks for no signature */
  isAllowed(url: StoredFunctionUrl, caller: UrlCaller | undefined, request: SignedUrlRequest): boolean {
    return ACTIONS.every((action) => this.#decide(url, caller?.identity, action, request).isAllowed);
  }

  #decide(
    url: StoredFunctionUrl,
    caller: CallerIdentity | undefined,
    action: (typeof ACTIONS)[number],
    request: SignedUrlRequest,
  ): AccessDecision {
    const { policies, identities, now } = this.#options;
    const principal: Principal = caller?.principal ?? { type: 'Anonymous' };
    const resource = functionUrlTargetArn(url);
    const { headers, sourceIp, isSecure } = request;
    const facts = {
      timeMs: now(),
      region: url.region,
      resourceAccountId: url.accountId,
      isSecure,
      sourceIp,
      referer: headers.referer,
      userAgent: headers['user-agent'],
    };
    const keys = requestKeys(principal, {
      ...globalKeys(facts),
      // Each of the two actions has its own key, so a condition on the other's never holds.
      ...(action === 'lambda:InvokeFunctionUrl'
        ? { 'lambda:FunctionUrlAuthType': url.authType }
        : { 'lambda:InvokedViaFunctionUrl': 'true' }),
    });
    return authorize(
      { principal, action, resource, resourceAccountId: url.accountId, keys },
      { own: caller && identities.policiesOf(caller), resource: policies.find(resource) },
    );
  }
}

/** Temporary credentials that have ended are nobody's. */
function issuedTo(
  callers: Callers,
  credential: Parameters<Callers['issued']>[0],
  request: SignedUrlRequest,
): ReturnType<Callers['issued']> | 'expired' {
  try {
    const token = request.headers['x-amz-security-token'];
    const header = (): string | undefined => (typeof token === 'string' ? token : undefined);
    return callers.issued(credential, { header, query: request.query });
  } catch (error) {
    if (error instanceof ServiceError) return 'expired';
    throw error;
  }
}
