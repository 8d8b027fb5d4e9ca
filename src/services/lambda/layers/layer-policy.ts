import type { Kysely } from 'kysely';
import type { Caller } from '../../../model/function-reference.ts';
import { resourceNotFound } from '../../../model/lambda-errors.ts';
import { layerVersionArn } from '../../../model/stored-layer.ts';
import type { Database } from '../../../store/schema.ts';
import type { LayerVersionKey } from './layer-reference.ts';
import { findLayerVersion } from './layer-rows.ts';

/** Policies belong to versions that exist, in the caller's Region: throws the 404 of the policy operations. */
export async function requireLayerVersion(
  db: Kysely<Database>,
  key: LayerVersionKey,
  caller: Caller,
): Promise<void> {
  const isHere = key.region === caller.region && (await findLayerVersion(db, key)) !== undefined;
  if (!isHere) throw resourceNotFound(`Layer version ${layerVersionArn(key, key.version)} does not exist.`);
}

/** 404 of a layer version that nobody else may read. */
export function noLayerPolicy(): Error {
  return resourceNotFound('No policy is associated with the given resource.');
}
