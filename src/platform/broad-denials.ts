import type { StoredIdentity } from '../model/identity/stored-identity.ts';
import { keyOfDenial } from '../model/policy/absent-keys.ts';
import { parsePolicy } from '../model/policy/parse-policy.ts';
import { defaultDocument } from '../services/iam/policies/policy-versions.ts';

/**
 * Policies that were put while nobody was held to them, and would be refused now: they deny more than on AWS. One sentence
 * for each.
 */
export function broadDenials(identities: Iterable<StoredIdentity>): string[] {
  return [...identities].flatMap((identity) =>
    documentsOf(identity).flatMap(([name, text]) => {
      const key = keyOfDenial(parsePolicy(text, 'identity'));
      if (key === undefined) return [];
      return [
        `${name} denies by the condition key ${key}, which Lambent does not implement yet: it denies whatever the key would be.`,
      ];
    }),
  );
}

function documentsOf(identity: StoredIdentity): [name: string, text: string][] {
  if (identity.kind === 'policy') return [[identity.arn, defaultDocument(identity)]];
  if (!('inline' in identity)) return [];
  return Object.entries(identity.inline).map(([name, text]) => [`Policy ${name} of ${identity.arn}`, text]);
}
