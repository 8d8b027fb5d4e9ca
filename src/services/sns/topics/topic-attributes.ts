import { absentKey } from '../../../model/policy/absent-keys.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import { compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { PolicyError } from '../../../model/policy/policy-document.ts';
import { badParameter, invalidParameter, notBuilt } from '../sns-errors.ts';
import { checkDeliveryPolicy } from '../subscriptions/delivery-policy.ts';

const BOOLEANS: ReadonlySet<string> = new Set(['true', 'false']);
const LONGEST_DISPLAY_NAME = 100;
const LARGEST_POLICY = 30_720;
/** Accepted by AWS, not built here. */
const NOT_BUILT: Readonly<Record<string, string>> = {
  KmsMasterKeyId: 'encryption with KMS keys',
  ArchivePolicy: 'message archives',
  BeginningArchiveTime: 'message archives',
  DataProtectionPolicy: 'data protection policies',
};
const DELIVERY_STATUS =
  /^(?:HTTP|Firehose|Lambda|Application|SQS)(?:Success|Failure)Feedback(?:RoleArn|SampleRate)$/;

/** Checks one attribute. @returns the value to keep; undefined for one that sets the default. @throws InvalidParameter */
export function checkTopicAttribute(name: string, value: string, isFifo: boolean): string | undefined {
  if (asksForNothing(name, value)) return undefined;
  const missing = NOT_BUILT[name] ?? (DELIVERY_STATUS.test(name) ? 'delivery status logging' : undefined);
  if (missing !== undefined) throw notBuilt('Attributes', `${name} (${missing})`);
  switch (name) {
    case 'DisplayName':
      if (value.length > LONGEST_DISPLAY_NAME)
        throw badParameter('DisplayName', 'it is longer than 100 characters');
      return value;
    case 'Policy':
      return checkPolicy(value);
    case 'DeliveryPolicy':
      if (value === '') return undefined;
      checkDeliveryPolicy(value, true);
      return value;
    case 'SignatureVersion':
      if (value !== '1' && value !== '2') throw badParameter('SignatureVersion', 'it must be 1 or 2');
      return value;
    case 'TracingConfig':
      if (value === 'Active') throw notBuilt('Attributes', 'active tracing');
      if (value !== 'PassThrough') throw badParameter('TracingConfig', 'it must be PassThrough or Active');
      return value;
    case 'ContentBasedDeduplication':
    case 'FifoThroughputScope':
      return checkFifoAttribute(name, value, isFifo);
    default:
      throw invalidParameter('AttributeName');
  }
}

/** What is not built, taken away; or a rate of 0, which Terraform's provider sets for every topic. */
function asksForNothing(name: string, value: string): boolean {
  if (DELIVERY_STATUS.test(name)) return value === '' || (value === '0' && name.endsWith('SampleRate'));
  return value === '' && name in NOT_BUILT;
}

function checkFifoAttribute(name: string, value: string, isFifo: boolean): string {
  if (!isFifo) throw badParameter('Attributes', `${name} is only valid for FIFO topics`);
  const isGood =
    name === 'FifoThroughputScope' ? ['Topic', 'MessageGroup'].includes(value) : BOOLEANS.has(value);
  if (!isGood) throw badParameter('Attributes', `${value} is no value of ${name}`);
  return value;
}

function checkPolicy(text: string): string {
  try {
    const document = parsePolicy(text, 'resource');
    compilePolicy(document);
    const absent = absentKey(document);
    if (absent !== undefined) throw notBuilt('Policy', `the condition key ${absent}`);
  } catch (error) {
    if (error instanceof PolicyError)
      throw badParameter('Policy', `Policy statement error: ${error.message}`);
    throw error;
  }
  if (Buffer.byteLength(text) > LARGEST_POLICY)
    throw badParameter('Policy', 'it is longer than 30,720 bytes');
  return text;
}

/** The attributes with one of them set anew. */
export function withAttribute(
  before: Readonly<Record<string, string>>,
  name: string,
  value: string | undefined,
): Record<string, string> {
  const { [name]: _, ...others } = before;
  return value === undefined ? others : { ...others, [name]: value };
}
