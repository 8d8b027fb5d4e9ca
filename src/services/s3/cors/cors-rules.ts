import type { CORSRule, GetBucketCorsOutput, PutBucketCorsRequest } from '@aws-sdk/client-s3';
import type { StoredBucket } from '../buckets/stored-bucket.ts';
import { invalidRequest, malformedXml } from '../s3-errors.ts';
import { required } from '../settings/bucket-setting.ts';
import { notSet } from '../settings/unset-settings.ts';

const METHODS: ReadonlySet<string> = new Set(['GET', 'PUT', 'POST', 'DELETE', 'HEAD']);
const MOST_RULES = 100;

/** @throws MalformedXML, InvalidRequest */
export function readCors({ CORSConfiguration: given }: PutBucketCorsRequest): readonly CORSRule[] {
  const rules = given?.CORSRules ?? [];
  if (rules.length === 0 || rules.length > MOST_RULES) throw malformedXml();
  for (const rule of rules) checkRule(rule);
  return rules;
}

export function writeCors(stored: unknown, { name }: StoredBucket): GetBucketCorsOutput {
  return { CORSRules: required(stored, () => notSet('cors', name)) as CORSRule[] };
}

function checkRule(rule: CORSRule): void {
  const { AllowedMethods: methods = [], AllowedOrigins: origins = [] } = rule;
  if (methods.length === 0 || origins.length === 0) throw malformedXml();
  const method = methods.find((each) => !METHODS.has(each));
  if (method !== undefined)
    throw invalidRequest(`Found unsupported HTTP method in CORS config. Unsupported method is ${method}`);
  refuseWildcards('AllowedOrigin', origins);
  refuseWildcards('AllowedHeader', rule.AllowedHeaders ?? []);
  const exposed = rule.ExposeHeaders?.find((each) => each.includes('*'));
  if (exposed !== undefined) {
    throw invalidRequest(
      `ExposeHeader "${exposed}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
    );
  }
}

function refuseWildcards(name: string, values: readonly string[]): void {
  const wild = values.find((value) => value.split('*').length > 2);
  if (wild !== undefined) throw invalidRequest(`${name} "${wild}" can not have more than one wildcard.`);
}
