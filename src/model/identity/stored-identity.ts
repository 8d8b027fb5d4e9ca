/** What IAM keeps: documents of the table `iam_entities`. Times are milliseconds since the Unix epoch. */
export type StoredIdentity =
  | StoredUser
  | StoredGroup
  | StoredRole
  | StoredManagedPolicy
  | StoredInstanceProfile;
export type IdentityKind = StoredIdentity['kind'];
export type IdentityOf<K extends IdentityKind> = Extract<StoredIdentity, { readonly kind: K }>;

interface Entity {
  readonly accountId: string;
  /** As it was given; names that differ in case only are the same. */
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  /** e.g. `AROA...` */
  readonly id: string;
  readonly arn: string;
  readonly createdMs: number;
}

/** Whoever has policies: its own by name, with their text as it was given, and managed ones by ARN. */
export interface PolicyHolder {
  readonly inline: Readonly<Record<string, string>>;
  readonly attached: readonly string[];
}

export interface Tagged {
  /** In the order in which they were set. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface Bounded {
  /** ARN of the managed policy that is the permissions boundary. */
  readonly boundary?: string;
}

export interface StoredUser extends Entity, PolicyHolder, Tagged, Bounded {
  readonly kind: 'user';
  /** Names of the groups it is in. */
  readonly groups: readonly string[];
  readonly accessKeys: readonly StoredAccessKey[];
}

export interface StoredAccessKey {
  readonly id: string;
  readonly secret: string;
  readonly status: 'Active' | 'Inactive';
  readonly createdMs: number;
}

export interface StoredGroup extends Entity, PolicyHolder {
  readonly kind: 'group';
}

export interface StoredRole extends Entity, PolicyHolder, Tagged, Bounded {
  readonly kind: 'role';
  /** Text of the trust policy as it was given. */
  readonly trustPolicy: string;
  readonly description?: string;
  readonly maxSessionSeconds: number;
}

export interface StoredManagedPolicy extends Entity, Tagged {
  readonly kind: 'policy';
  readonly description?: string;
  readonly updatedMs: number;
  /** Oldest first; never empty. */
  readonly versions: readonly StoredPolicyVersion[];
  /** Id of the version that counts. */
  readonly defaultVersion: string;
  /** Number of the next version; numbers are never used again. */
  readonly nextVersion: number;
}

export interface StoredPolicyVersion {
  /** `v1` and so on. */
  readonly id: string;
  readonly document: string;
  readonly createdMs: number;
}

export interface StoredInstanceProfile extends Entity, Tagged {
  readonly kind: 'instance-profile';
  readonly roleName?: string;
}
