/** What belongs to a function as a whole rather than to one of its versions. */
export interface FunctionSettings {
  /** Number of the next published version. */
  readonly nextVersion: number;
  /** Undefined: the function shares the account's unreserved concurrency. */
  readonly reservedConcurrency: number | undefined;
  /** Undefined: never set. */
  readonly recursiveLoop: 'Allow' | 'Terminate' | undefined;
  readonly codeSigningConfigArn: string | undefined;
}

/** The part of a stored row this module can read. */
export interface FunctionSettingsRow {
  readonly next_version: number;
  readonly reserved_concurrency: number | null;
  readonly recursive_loop: string | null;
  readonly code_signing_config_arn: string | null;
}

export function functionSettingsOf(row: FunctionSettingsRow): FunctionSettings {
  return {
    nextVersion: row.next_version,
    reservedConcurrency: row.reserved_concurrency ?? undefined,
    recursiveLoop: (row.recursive_loop ?? undefined) as FunctionSettings['recursiveLoop'],
    codeSigningConfigArn: row.code_signing_config_arn ?? undefined,
  };
}
