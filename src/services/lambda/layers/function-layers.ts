import type { Caller } from '../../../model/function-reference.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { LAYER_LIMIT, UNZIPPED_CODE_LIMIT_BYTES } from '../../../model/limits.ts';
import type { FunctionLayer } from '../../../model/stored-function.ts';
import { layerArn, type StoredLayerVersion } from '../../../model/stored-layer.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { checkReadableLayerVersion } from './layer-access.ts';
import { noLayerVersion, parseLayerVersionArn } from './layer-reference.ts';
import { findLayerVersion } from './layer-rows.ts';

/**
 * The layers a function asks for by the ARNs of their versions, in its order.
 * @param held what the function has already: that stays good, whatever became of the layer version since
 * @throws InvalidParameterValueException, or 403 for a layer of another account that does not grant it
 */
export async function resolveLayers(
  deps: LambdaDependencies,
  owner: Caller,
  arns: readonly string[],
  held: readonly FunctionLayer[],
): Promise<FunctionLayer[]> {
  if (arns.length > LAYER_LIMIT) {
    throw invalidParameterValue(`Cannot reference more than ${LAYER_LIMIT} layers.`);
  }
  const byLayer = new Map<string, string>();
  const resolved: (FunctionLayer | StoredLayerVersion)[] = [];
  for (const arn of arns) {
    const key = parseLayerVersionArn(arn);
    if (key === undefined) throw noLayerVersion(arn);
    if (key.region !== owner.region) {
      throw invalidParameterValue(
        `Layers are not in the same region as the function. Layers are expected to be in region ${owner.region}.`,
      );
    }
    const kept = held.find((layer) => layer.arn === arn);
    if (kept === undefined) await checkReadableLayerVersion(deps.store.db, owner, key);
    const found = kept ?? (await findLayerVersion(deps.store.db, key));
    if (found === undefined) throw noLayerVersion(arn);
    const other = byLayer.get(layerArn(key));
    if (other !== undefined) throw sameLayer(other, arn);
    byLayer.set(layerArn(key), arn);
    resolved.push(found);
  }
  return resolved.map((found, index) => asFunctionLayer(found, arns[index] ?? ''));
}

/** Throws when a function would be too large with its layers. */
export function checkCombinedSize(codeUnzippedBytes: number, layers: readonly FunctionLayer[]): void {
  const sum = layers.reduce((bytes, layer) => bytes + layer.codeUnzippedBytes, codeUnzippedBytes);
  if (sum <= UNZIPPED_CODE_LIMIT_BYTES) return;
  throw invalidParameterValue(
    `Function code combined with layers exceeds the maximum allowed size of ${UNZIPPED_CODE_LIMIT_BYTES} bytes. ` +
      `The actual size is ${sum} bytes.`,
  );
}

function sameLayer(first: string, second: string): Error {
  return invalidParameterValue(
    'Two different versions of the same layer are not allowed to be referenced in the same function. ' +
      `${first} and ${second} are versions of the same layer.`,
  );
}

function asFunctionLayer(found: FunctionLayer | StoredLayerVersion, arn: string): FunctionLayer {
  if ('arn' in found) return found;
  const { codeSha256, codeSize, codeUnzippedBytes } = found;
  return { arn, codeSha256, codeSize, codeUnzippedBytes };
}
