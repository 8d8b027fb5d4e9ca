import type { IdentityKind } from '../../../model/identity/stored-identity.ts';

interface Named {
  readonly kind: IdentityKind;
  readonly accountId: string;
  readonly name: string;
}

/** Names that differ in case only are the same, so that no policy means another than its reader thinks. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** What an entity is called in the change feed. */
export function entityKey({ kind, accountId, name }: Named): string {
  return `${accountId}:${kind}:${nameKey(name)}`;
}
