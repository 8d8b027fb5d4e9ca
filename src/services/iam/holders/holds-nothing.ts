import type { PolicyHolder } from '../../../model/identity/stored-identity.ts';
import { deleteConflict } from '../iam-errors.ts';

/** Throws DeleteConflict while there are policies of its own or attached ones. */
export function checkHoldsNothing({ attached, inline }: PolicyHolder): void {
  if (attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (Object.keys(inline).length > 0)
    throw deleteConflict('Cannot delete entity, must delete policies first.');
}
