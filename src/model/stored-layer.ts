import { partitionOf } from './stored-function.ts';

/** A layer as callers name it: by name or by ARN without a version. */
export interface LayerKey {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** Everything stored for one version of a layer. Plain JSON: it is kept as a text column. Never changes. */
export interface StoredLayerVersion extends LayerKey {
  /** From 1 on; numbers of deleted versions are not used again. */
  readonly version: number;
  readonly description: string;
  /** What it is said to be made for, to search by; nothing is checked against it. Absent when nothing was said. */
  readonly compatibleRuntimes?: readonly string[];
  readonly compatibleArchitectures?: readonly string[];
  readonly licenseInfo?: string;
  /** SHA-256 of the archive, lower-case hex: the name of its blob. */
  readonly codeSha256: string;
  /** Size of the archive, bytes. */
  readonly codeSize: number;
  /** Size of what is in the archive, bytes. */
  readonly codeUnzippedBytes: number;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly createdAtMs: number;
}

export function layerArn({ accountId, region, name }: LayerKey): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${accountId}:layer:${name}`;
}

export function layerVersionArn(key: LayerKey, version: number): string {
  return `${layerArn(key)}:${version}`;
}
