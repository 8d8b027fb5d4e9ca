/** Users, groups, roles, managed policies, instance profiles. */
export interface IamEntityTable {
  account_id: string;
  kind: string;
  /** In lower case: names that differ in case only are the same. */
  name_key: string;
  /** A StoredIdentity, JSON. */
  configuration: string;
}

/** Rows to hold the lock of: one writer at a time changes an account's identities. */
export interface IamLockTable {
  account_id: string;
}

/** Made once and shared by all platforms on the store. */
export interface PlatformKeyTable {
  name: string;
  /** Base64 */
  value: string;
}
