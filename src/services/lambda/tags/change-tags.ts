import { randomUUID } from 'node:crypto';
import type { Caller } from '../../../model/function-reference.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import type { Store } from '../../../store/store.ts';
import { configNotFound, lockConfig } from '../code-signing/config-rows.ts';
import { findMapping } from '../event-source-mappings/mapping-rows.ts';
import { changeFunction, type Tx } from '../functions/function-rows.ts';
import { mappingMissing, type TaggedResource } from './tagged-resource.ts';

/**
 * Changes a resource's tags while nobody else does. A function's revision changes with them. Throws 404 when there is
 * no such resource.
 * @param checkFunction throws when this may not be done to the function now
 */
export async function changeTags(
  store: Store,
  resource: TaggedResource,
  caller: Caller,
  change: (tx: Tx) => Promise<void>,
  checkFunction: (current: StoredFunction) => void = () => {},
): Promise<void> {
  if (resource.kind === 'code-signing-config') {
    await store.write(async (tx) => {
      if ((await lockConfig(tx, resource.arn, caller)) === undefined) throw configNotFound(resource.arn);
      await change(tx);
    });
    return;
  }
  if (resource.kind === 'event-source-mapping') {
    await store.write(async (tx) => {
      if ((await findMapping(tx, resource.key, store)) === undefined) throw mappingMissing(resource.arn);
      await change(tx);
    });
    return;
  }
  await changeFunction(
    store,
    resource.reference,
    (before) => {
      checkFunction(before.current);
      return { ...before, current: { ...before.current, revisionId: randomUUID() } };
    },
    change,
  );
}
