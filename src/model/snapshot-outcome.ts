import type { StatusReason } from './stored-function.ts';

/**
 * What came of initialising a version that is being published: `ready`, why its function could not, or `abandoned` when the
 * platform ends before that is known.
 */
export type SnapshotOutcome = 'ready' | 'abandoned' | StatusReason;
