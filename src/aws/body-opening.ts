import type { IssuedCredential } from '../model/identity/caller-identity.ts';
import { authenticate, checkPresigned, claimedBody, isAnonymous } from './authentication.ts';
import { checkBodyDigests } from './body-digests.ts';
import type { EndpointParts } from './endpoint-options.ts';
import type { Body } from './protocols/wire-protocol.ts';
import { unwrapBody } from './request-body.ts';
import type { WireRequest } from './request.ts';
import type { Operation } from './schema/service-model.ts';

/** The body as the protocol is to read it: verified when that is asked for, its wrappings taken off. */
export function openBody(
  parts: EndpointParts,
  operation: Operation,
  request: WireRequest,
  raw: Body,
  issued: IssuedCredential | undefined,
): Body {
  const { protocol } = operation.service.json;
  const body = authenticated(parts, operation, request, raw, issued);
  if (!(body instanceof Uint8Array)) return body;
  const plain = body.length === 0 ? body : unwrapBody(body, request, !protocol.startsWith('rest'));
  if (operation.service.name === 's3') checkBodyDigests(operation, request, plain);
  return plain;
}

/**
 * Whether a body that could be streamed has to be read first: botocore says nowhere what it has signed of one, except to S3,
 * which takes nothing else.
 */
export function isSignedWhole(
  { options }: Pick<EndpointParts, 'options'>,
  { service }: Operation,
  request: WireRequest,
): boolean {
  if (options.auth !== 'strict' || service.name === 's3') return false;
  return request.header('x-amz-content-sha256') === undefined;
}

function authenticated(
  { options, services, dispatcher }: EndpointParts,
  operation: Operation,
  request: WireRequest,
  raw: Body,
  issued: IssuedCredential | undefined,
): Body {
  const { name, json } = operation.service;
  if (options.auth === 'strict') {
    if (services.takesAnonymous(name) && isAnonymous(request)) return raw;
    const { bucket: hostBucket } = dispatcher.host(request);
    return authenticate(request, raw, { service: json.signingName, issued, hostBucket });
  }
  if (name === 's3') checkPresigned(request);
  return claimedBody(request, raw);
}
