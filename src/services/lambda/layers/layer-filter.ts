import type { StoredLayerVersion } from '../../../model/stored-layer.ts';

/** What the List operations can be asked to narrow down to. */
export interface LayerFilter {
  readonly CompatibleRuntime?: string | undefined;
  readonly CompatibleArchitecture?: string | undefined;
}

/** Whether a version says of itself what is asked for; one that says nothing matches nothing. */
export function matchesFilter(stored: StoredLayerVersion, filter: LayerFilter): boolean {
  const { CompatibleRuntime: runtime, CompatibleArchitecture: architecture } = filter;
  return (
    (runtime === undefined || stored.compatibleRuntimes?.includes(runtime) === true) &&
    (architecture === undefined || stored.compatibleArchitectures?.includes(architecture) === true)
  );
}
