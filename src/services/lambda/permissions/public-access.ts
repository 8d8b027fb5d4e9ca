import { publicPolicy } from '../../../model/lambda-errors.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import { isPublicPolicy } from '../../../model/policy/public-policy.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

/**
 * Throws PublicPolicyException for a policy that lets in anybody who asks, where public access is blocked.
 * @param text of a good policy, as it would be stored
 */
export function checkPublicAccess(
  { blocksPublicPolicies }: Pick<LambdaDependencies, 'blocksPublicPolicies'>,
  text: string,
): string {
  if (blocksPublicPolicies && isPublicPolicy(parsePolicy(text, 'resource'))) throw publicPolicy();
  return text;
}
