import { type CompiledPolicy, compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import { listOf, type PolicyDocument, PolicyError } from '../../../model/policy/policy-document.ts';
import { isPublicPolicy } from '../../../model/policy/public-policy.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { keyProblem } from '../permissions/condition-keys.ts';
import { notBuilt } from '../s3-errors.ts';
import { publicAccessBlock } from './public-access.ts';

interface ReadPolicy {
  readonly document: PolicyDocument;
  readonly compiled: CompiledPolicy;
  readonly isPublic: boolean;
}

/** By their text: the same few are asked again and again. */
const known = new Map<string, ReadPolicy>();
const MOST_KNOWN = 256;

/** The policy that a bucket's requests are asked of; undefined when it has none. */
export function policyOf({ settings }: Pick<StoredBucket, 'settings'>): ReadPolicy | undefined {
  const text = settings['policy'];
  if (typeof text !== 'string') return undefined;
  const found = known.get(text);
  if (found !== undefined) return found;
  const policy = compile(text);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, policy);
  return policy;
}

/** Checks a policy that is to be put. @throws MalformedPolicy, NotImplemented, AccessDenied where it would open what is blocked */
export function checkPolicy(text: string, bucket: StoredBucket): string {
  if (!text.trimStart().startsWith('{')) throw malformed(NO_JSON);
  let policy: ReadPolicy;
  try {
    policy = compile(text);
  } catch (error) {
    if (error instanceof PolicyError)
      throw malformed(error.message.includes('JSON') ? NO_JSON : error.message);
    throw error;
  }
  checkKeys(policy.document);
  for (const statement of listOf(policy.document.Statement)) {
    for (const action of [...listOf(statement.Action ?? []), ...listOf(statement.NotAction ?? [])])
      if (action !== '*' && !action.toLowerCase().startsWith('s3:'))
        throw malformed('Policy has invalid action');
    for (const resource of [...listOf(statement.Resource ?? []), ...listOf(statement.NotResource ?? [])])
      if (!isOfBucket(resource, bucket.arn)) throw malformed('Policy has invalid resource');
  }
  if (policy.isPublic && publicAccessBlock(bucket.settings)?.BlockPublicPolicy === true) {
    const because =
      'because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.';
    throw new ServiceError('AccessDenied', `Putting this policy on ${bucket.arn} is denied ${because}`, 403);
  }
  return text;
}

function checkKeys(document: PolicyDocument): void {
  const problem = keyProblem(document);
  if (problem?.isUnknown === true) throw malformed('Policy has an invalid condition key');
  if (problem !== undefined) throw notBuilt('Policy', `the condition key ${problem.key}`);
}

const NO_JSON = "Policies must be valid JSON and the first byte must be '{'";

function compile(text: string): ReadPolicy {
  const document = parsePolicy(text, 'resource');
  return { document, compiled: compilePolicy(document), isPublic: isPublicPolicy(document) };
}

function isOfBucket(resource: string, arn: string): boolean {
  return resource === arn || resource.startsWith(`${arn}/`) || resource.startsWith(`${arn}*`);
}

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicy', message);
}
