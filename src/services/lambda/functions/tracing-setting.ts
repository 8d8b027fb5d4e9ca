import type { TracingConfig } from '@aws-sdk/client-lambda';
import type { StoredFunction } from '../../../model/stored-function.ts';

/** What is stored of it: traces that are only passed on leave nothing. */
export function activeTracing(config: TracingConfig | undefined): Pick<StoredFunction, 'tracing'> {
  return config?.Mode === 'Active' ? { tracing: 'Active' } : {};
}
