import type { FunctionReference } from '../../../model/function-reference.ts';

/** A reference whose qualifier is filled in: without one a configuration is `$LATEST`'s. */
export type ConfiguredReference = FunctionReference & { readonly qualifier: string };

export function configured(reference: FunctionReference): ConfiguredReference {
  return { ...reference, qualifier: reference.qualifier ?? '$LATEST' };
}
