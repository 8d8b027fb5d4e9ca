import { functionArn } from './stored-function.ts';

/** Everything stored for one alias. Plain JSON: it is kept as a text column. */
export interface StoredAlias {
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly name: string;
  /** `$LATEST` or a number as text. */
  readonly functionVersion: string;
  readonly description: string;
  /** A second version and the share of invokes it gets, 0 to 1; the rest goes to `functionVersion`. */
  readonly routing?: { readonly version: string; readonly weight: number };
  /** UUID; changes with every update of the alias. */
  readonly revisionId: string;
}

export function aliasArn({ accountId, region, functionName, name }: StoredAlias): string {
  return `${functionArn(accountId, region, functionName)}:${name}`;
}

/** The versions an alias sends invokes to. */
export function versionsOf(alias: StoredAlias): readonly string[] {
  return alias.routing === undefined
    ? [alias.functionVersion]
    : [alias.functionVersion, alias.routing.version];
}
