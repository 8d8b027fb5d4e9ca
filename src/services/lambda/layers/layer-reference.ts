import type { Caller } from '../../../model/function-reference.ts';
import { invalidParameterValue, resourceNotFound } from '../../../model/lambda-errors.ts';
import { type LayerKey, layerVersionArn } from '../../../model/stored-layer.ts';

/** A version of a layer as a caller named it; there need not be one. */
export interface LayerVersionKey extends LayerKey {
  readonly version: number;
}

const ARN = /^arn:[^:]+:lambda:([^:]+):(\d{12}):layer:([^:]+)(?::(\d+))?$/;

/** Reads a `LayerName` parameter, which the wire layer has checked: a name or the ARN of a layer, of any account. */
export function parseLayerName(layerName: string, caller: Caller): LayerKey {
  const [, region, accountId, name] = ARN.exec(layerName) ?? [];
  if (region === undefined || accountId === undefined || name === undefined) {
    return { accountId: caller.accountId, region: caller.region, name: layerName };
  }
  return { accountId, region, name };
}

/** Undefined when it is something else than the ARN of a layer version, exactly as we would write it. */
export function parseLayerVersionArn(arn: string): LayerVersionKey | undefined {
  const [, region, accountId, name, version] = ARN.exec(arn) ?? [];
  if (region === undefined || accountId === undefined || name === undefined) return undefined;
  const key = { accountId, region, name, version: Number(version) };
  return layerVersionArn(key, key.version) === arn ? key : undefined;
}

/** Throws InvalidParameterValueException for numbers no version can have. */
export function checkVersionNumber(version: number | undefined): number {
  if (version === undefined || version < 1) {
    throw invalidParameterValue('Layer Version Cannot be less than 1');
  }
  return version;
}

/** 404 of the operations that get a layer version. */
export function layerNotFound(): Error {
  return resourceNotFound('The resource you requested does not exist.');
}

/** 400 of the operations that give a function layers. */
export function noLayerVersion(arn: string): Error {
  return invalidParameterValue(`Layer version ${arn} does not exist.`);
}
