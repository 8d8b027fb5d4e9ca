import type { Clock } from '../../model/clock.ts';
import type { Store } from '../../store/store.ts';
import type { IdentityDirectory } from './directory/identity-directory.ts';

/** What the operations of IAM work with. */
export interface IamDependencies {
  readonly store: Store;
  readonly clock: Clock;
  /** Says what names stand for where callers are authorised. */
  readonly directory: IdentityDirectory;
  /** Callers are held to their policies. */
  readonly isStrict: boolean;
}
