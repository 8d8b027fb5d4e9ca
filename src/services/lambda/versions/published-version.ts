import { createHash, randomUUID } from 'node:crypto';
import type { StoredFunction } from '../../../model/stored-function.ts';
import { beingCreated } from '../functions/update-rules.ts';

/** What changes without the function becoming another one: a version is not published for it. */
const INCIDENTAL: ReadonlySet<string> = new Set([
  'version',
  'publishedFrom',
  'lastModifiedMs',
  'deploymentId',
  'revisionId',
  'state',
  'stateReason',
  'lastUpdateStatus',
  'lastUpdateStatusReason',
]);

/** The same for two states of `$LATEST` exactly when code and configuration are the same. */
export function contentFingerprint(latest: StoredFunction): string {
  const content = Object.entries(latest).filter(([name]) => !INCIDENTAL.has(name));
  return createHash('sha256')
    .update(inFixedOrder(Object.fromEntries(content)))
    .digest('hex');
}

/**
 * The immutable copy of `$LATEST` that becomes a version; it has environments and a state of its own. Where the last
 * update of `$LATEST` has failed, the version has yet to become active; with SnapStart, to be initialised.
 */
export function publishedVersion(
  latest: StoredFunction,
  version: number,
  description: string | undefined,
): StoredFunction {
  const isReady = latest.lastUpdateStatus !== 'Failed' && latest.snapStart === undefined;
  return {
    ...(isReady ? latest : beingCreated(latest)),
    version: String(version),
    description: description ?? latest.description,
    publishedFrom: contentFingerprint(latest),
    deploymentId: randomUUID(),
    revisionId: randomUUID(),
  };
}

/** JSON with the members of every object by name. */
function inFixedOrder(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
