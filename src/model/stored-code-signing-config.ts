import { partitionOf } from './stored-function.ts';

/** What happens to a package that no allowed publisher has signed. */
export type UntrustedArtifactPolicy = 'Warn' | 'Enforce';

/** Everything stored for a code signing configuration. Plain JSON: it is kept as a text column. */
export interface StoredCodeSigningConfig {
  readonly accountId: string;
  readonly region: string;
  /** `csc-` and 17 of `[a-z0-9]` */
  readonly id: string;
  /** Absent when never given. */
  readonly description?: string;
  /** ARNs of signing profile versions. */
  readonly allowedPublishers: readonly string[];
  readonly policy: UntrustedArtifactPolicy;
  /** Platform time of the last change, milliseconds since the Unix epoch. */
  readonly lastModifiedMs: number;
}

export function codeSigningConfigArn(
  config: Pick<StoredCodeSigningConfig, 'accountId' | 'region' | 'id'>,
): string {
  const { accountId, region, id } = config;
  return `arn:${partitionOf(region)}:lambda:${region}:${accountId}:code-signing-config:${id}`;
}
