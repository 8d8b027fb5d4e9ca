import type { Kysely } from 'kysely';
import type { Caller } from '../../../model/function-reference.ts';
import { accessDenied } from '../../../model/lambda-errors.ts';
import { authorize, denialMessage } from '../../../model/policy/authorize.ts';
import { type CompiledPolicy, compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { accountRoot, requestKeys } from '../../../model/policy/principal.ts';
import { partitionOf } from '../../../model/stored-function.ts';
import { type LayerKey, layerArn, layerVersionArn } from '../../../model/stored-layer.ts';
import type { Database } from '../../../store/schema.ts';
import { findPolicy } from '../permissions/policy-rows.ts';
import type { LayerVersionKey } from './layer-reference.ts';

/**
 * Throws 403 when the layer is another account's: what is asked for is nothing a layer's policy can grant.
 * @param operation e.g. `ListLayerVersions`
 */
export function checkOwnLayer(caller: Caller, key: LayerKey, operation: string): void {
  check(caller, key.accountId, operation, layerArn(key), undefined);
}

/** As `checkOwnLayer`, for what concerns one version. */
export function checkOwnLayerVersion(caller: Caller, key: LayerVersionKey, operation: string): void {
  check(caller, key.accountId, operation, layerVersionArn(key, key.version), undefined);
}

/** Throws 403 when the version is another account's whose policy does not let the caller's account read it. */
export async function checkReadableLayerVersion(
  db: Kysely<Database>,
  caller: Caller,
  key: LayerVersionKey,
): Promise<void> {
  if (key.accountId === caller.accountId) return;
  const arn = layerVersionArn(key, key.version);
  const stored = await findPolicy(db, arn);
  check(caller, key.accountId, 'GetLayerVersion', arn, stored && compilePolicy(stored.document));
}

function check(
  caller: Caller,
  resourceAccountId: string,
  operation: string,
  resource: string,
  policy: CompiledPolicy | undefined,
): void {
  const principal = accountRoot(partitionOf(caller.region), caller.accountId);
  const action = `lambda:${operation}`;
  const request = { principal, action, resource, resourceAccountId, keys: requestKeys(principal) };
  const decision = authorize(request, { own: undefined, resource: policy });
  if (!decision.isAllowed) throw accessDenied(denialMessage(request, decision.reason));
}
