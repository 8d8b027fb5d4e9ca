import type { Change } from '../../store/change-feed.ts';
import type { Store } from '../../store/store.ts';
import { DEFINITION_CHANGE, readDefinitions, targetOfChange } from './definition-rows.ts';
import { type ScalableResource, targetArn } from './scalable-resource.ts';
import type { StoredTarget } from './stored-definitions.ts';

/** The ARNs of all targets in memory, for whoever decides about a request before it is handled. Fed by the change feed. */
export class ScalableTargets {
  /** By account, Region and resource. */
  readonly #ids = new Map<string, string>();

  async open(store: Store): Promise<void> {
    store.changes.subscribe(DEFINITION_CHANGE, (change) => this.#apply(change));
    for (const { resource, value } of await readDefinitions(store.db, 'target', undefined))
      this.#ids.set(keyOf(resource), value.id);
  }

  /** Of what is not registered, the ARN of any: which one it will have nobody knows. */
  arn(resource: Resource): string {
    return targetArn(resource, this.#ids.get(keyOf(resource)) ?? '*');
  }

  clear(): void {
    this.#ids.clear();
  }

  #apply(change: Change): void {
    const key = targetOfChange(change);
    if (key === undefined) return;
    if (change.value === undefined) this.#ids.delete(key);
    else this.#ids.set(key, (change.value as StoredTarget).id);
  }
}

type Resource = Pick<ScalableResource, 'accountId' | 'region' | 'resourceId'>;

function keyOf({ accountId, region, resourceId }: Resource): string {
  return `${accountId}/${region}/${resourceId}`;
}
