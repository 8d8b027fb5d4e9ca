import type { IncomingHttpHeaders } from 'node:http';
import type { Callers } from '../../aws/callers.ts';
import { parseCredential, verifySignature } from '../../aws/sigv4.ts';
import { type AccessDecision, authorize } from '../../model/policy/authorize.ts';
import type { CompiledPolicy } from '../../model/policy/evaluate-policy.ts';
import { accountRoot, type Principal, requestKeys } from '../../model/policy/principal.ts';
import { partitionOf } from '../../model/stored-function.ts';
import { functionUrlTargetArn, type StoredFunctionUrl } from '../../model/stored-function-url.ts';
import type { UrlCaller } from './request-event.ts';

export interface UrlAccessOptions {
  readonly policies: { find(resourceArn: string): CompiledPolicy | undefined };
  readonly callers: Callers;
  /** `open` takes the credentials of keys it has no secret of as claimed. */
  readonly auth: 'open' | 'strict';
  readonly secretOf: (accessKeyId: string) => string | undefined;
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
    const { auth, secretOf, callers, now } = this.#options;
    const credential = parseCredential(request.headers.authorization, request.query);
    if (credential === undefined || credential.service !== 'lambda') return undefined;
    const { accessKeyId } = credential;
    if (auth === 'strict' || secretOf(accessKeyId) !== undefined) {
      if (!verifySignature({ ...request, service: 'lambda' }, secretOf, now()).ok) return undefined;
    }
    const { accountId } = callers.of(credential, url.region);
    return { accessKeyId, accountId, arn: accountRoot(partitionOf(url.region), accountId).arn };
  }

  /** @param caller undefined for a URL that asks for no signature */
  isAllowed(url: StoredFunctionUrl, caller: UrlCaller | undefined, request: SignedUrlRequest): boolean {
    const principal: Principal =
      caller === undefined
        ? { type: 'Anonymous' }
        : { type: 'AWS', accountId: caller.accountId, arn: caller.arn };
    return ACTIONS.every((action) => this.#decide(url, principal, action, request).isAllowed);
  }

  #decide(
    url: StoredFunctionUrl,
    principal: Principal,
    action: (typeof ACTIONS)[number],
    request: SignedUrlRequest,
  ): AccessDecision {
    const { policies, now } = this.#options;
    const resource = functionUrlTargetArn(url);
    const { headers, sourceIp, isSecure } = request;
    const timeMs = now();
    const keys = requestKeys(principal, {
      'aws:CurrentTime': `${new Date(timeMs).toISOString().slice(0, 19)}Z`,
      'aws:EpochTime': String(Math.floor(timeMs / 1000)),
      'aws:Referer': headers.referer,
      'aws:RequestedRegion': url.region,
      'aws:ResourceAccount': url.accountId,
      'aws:SecureTransport': String(isSecure),
      'aws:SourceIp': sourceIp,
      'aws:UserAgent': headers['user-agent'],
      'aws:ViaAWSService': 'false',
      'lambda:FunctionUrlAuthType': url.authType,
      ...(action === 'lambda:InvokeFunction' && { 'lambda:InvokedViaFunctionUrl': 'true' }),
    });
    return authorize(
      { principal, action, resource, resourceAccountId: url.accountId, keys },
      { identity: undefined, resource: policies.find(resource) },
    );
  }
}
