import type { Kysely } from 'kysely';
import type { Caller } from '../../../model/function-reference.ts';
import { accessDenied } from '../../../model/lambda-errors.ts';
import { type LayerKey, layerArn, layerVersionArn } from '../../../model/stored-layer.ts';
import type { Database } from '../../../store/schema.ts';
import type { LayerVersionKey } from './layer-reference.ts';

/** Throws 403 when the layer is another account's: no policy can grant what is asked for. */
export function checkOwnLayer(caller: Caller, key: LayerKey, action: string): void {
  if (key.accountId !== caller.accountId) throw denied(caller, action, layerArn(key));
}

/** As `checkOwnLayer`, for what concerns one version. */
export function checkOwnLayerVersion(caller: Caller, key: LayerVersionKey, action: string): void {
  if (key.accountId !== caller.accountId) throw denied(caller, action, layerVersionArn(key, key.version));
}

function denied(caller: Caller, action: string, resource: string): Error {
  return accessDenied(
    `User: arn:aws:iam::${caller.accountId}:root is not authorized to perform: lambda:${action} ` +
      `on resource: ${resource} because no resource-based policy allows the lambda:${action} action`,
  );
}

/** Throws 403 when the version is another account's whose policy does not let the caller read it. */
export async function checkReadableLayerVersion(
  _db: Kysely<Database>,
  caller: Caller,
  key: LayerVersionKey,
): Promise<void> {
  checkOwnLayerVersion(caller, key, 'GetLayerVersion');
}
