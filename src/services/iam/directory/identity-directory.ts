import type { CallerIdentity } from '../../../model/identity/caller-identity.ts';
import { isRoot } from '../../../model/identity/caller-identity.ts';
import type {
  IdentityKind,
  IdentityOf,
  StoredAccessKey,
  StoredIdentity,
  StoredUser,
} from '../../../model/identity/stored-identity.ts';
import type { PrincipalPolicies } from '../../../model/policy/authorize.ts';
import type { Change, ChangeFeed } from '../../../store/change-feed.ts';
import type { Store } from '../../../store/store.ts';
import { entityKey } from '../entities/entity-key.ts';
import { awsManagedPolicy } from '../policies/aws-managed-policies.ts';
import { PolicyLibrary } from './policy-library.ts';

interface CachedPolicies {
  readonly generation: number;
  readonly policies: PrincipalPolicies;
}

/** Every identity that is stored, as the changes that would make them. */
export async function storedIdentities({ db }: Pick<Store, 'db'>): Promise<Change[]> {
  const rows = await db.selectFrom('iam_entities').selectAll().execute();
  return rows.map((row) => {
    const value = JSON.parse(row.configuration) as StoredIdentity;
    return { kind: 'iam-entity', key: entityKey(value), value };
  });
}

/**
 * Every user, group, role and managed policy in memory, so that no request reads the database for who its caller is and
 * what that caller may do. Fed by the change feed: what is given or taken away counts with the answer to the change.
 */
export class IdentityDirectory {
  readonly #entities = new Map<string, StoredIdentity>();
  readonly #library = new PolicyLibrary();
  readonly #usersByKey = new Map<string, StoredUser>();
  readonly #cached = new WeakMap<CallerIdentity, CachedPolicies>();
  #generation = 0;

  /** Follows the store and loads what is there. Resolves when the directory is complete. */
  async open(store: Store): Promise<void> {
    this.follow(store.changes);
    for (const change of await storedIdentities(store)) this.#apply(change);
  }

  /** Takes over every change from now on. */
  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    changes.subscribe('iam-entity', (change) => this.#apply(change));
  }

  /** Another number after each change of anything: a decision holds as long as it is the same. */
  get generation(): number {
    return this.#generation;
  }

  clear(): void {
    this.#generation += 1;
    this.#entities.clear();
    this.#usersByKey.clear();
    this.#library.clear();
  }

  all(): Iterable<StoredIdentity> {
    return this.#entities.values();
  }

  find<K extends IdentityKind>(kind: K, accountId: string, name: string): IdentityOf<K> | undefined {
    return this.#entities.get(entityKey({ kind, accountId, name })) as IdentityOf<K> | undefined;
  }

  /** Whether there is such a managed policy for an account. */
  hasPolicy(arn: string, accountId: string): boolean {
    return this.#library.owner(arn) === accountId || awsManagedPolicy(arn) !== undefined;
  }

  /** The user whose key it is, and the key. */
  ofAccessKey(id: string): { readonly user: StoredUser; readonly key: StoredAccessKey } | undefined {
    const user = this.#usersByKey.get(id);
    const key = user?.accessKeys.find((each) => each.id === id);
    return user === undefined || key === undefined ? undefined : { user, key };
  }

  /** What a caller's own side says; undefined for root users, whom nothing of their own bounds. */
  policiesOf(caller: CallerIdentity): PrincipalPolicies | undefined {
    if (isRoot(caller)) return undefined;
    const cached = this.#cached.get(caller);
    if (cached?.generation === this.#generation) return cached.policies;
    const policies = this.#gather(caller);
    this.#cached.set(caller, { generation: this.#generation, policies });
    return policies;
  }

  #gather({ principal, session }: CallerIdentity): PrincipalPolicies {
    const { accountId, arn, roleArn } = principal;
    const name = nameOf(roleArn ?? arn);
    const holder = this.find(roleArn === undefined ? 'user' : 'role', accountId, name);
    const isGone = session?.issuerId !== undefined && session.issuerId !== holder?.id;
    // Whoever was made anew under an old name is somebody else, and the old one's sessions are nobody's.
    if (holder === undefined || isGone) return { identity: [], boundary: undefined, session: undefined };
    const groups = holder.kind === 'user' ? holder.groups : [];
    const holders = [holder, ...groups.flatMap((group) => this.find('group', accountId, group) ?? [])];
    return {
      identity: holders.flatMap((each) => this.#library.policiesOf(each)),
      boundary: holder.boundary === undefined ? undefined : this.#library.bound(holder.boundary),
      session: session && this.#library.sessionPolicies(session),
    };
  }

  #apply({ key, value }: Change): void {
    this.#generation += 1;
    const before = this.#entities.get(key);
    if (before?.kind === 'user') for (const { id } of before.accessKeys) this.#usersByKey.delete(id);
    if (before?.kind === 'policy') this.#library.remove(before.arn);
    this.#entities.delete(key);
    if (value === undefined) return;
    const after = value as StoredIdentity;
    this.#entities.set(key, after);
    if (after.kind === 'user') for (const { id } of after.accessKeys) this.#usersByKey.set(id, after);
    if (after.kind === 'policy') this.#library.add(after);
  }
}

/** The name at the end of a user's or role's ARN. */
function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
