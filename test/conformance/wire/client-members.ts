import type { SdkOperation } from './sdk-services.ts';
import { membersOf, traitsOf } from './sdk-services.ts';

type Value = Record<string, unknown>;

/** Members that a client rewrites, computes or checks itself: they say nothing of the wire and are not sent. */
const NOT_SENT: Readonly<Record<string, RegExp>> = {
  s3: /^(SSECustomer|CopySourceSSECustomer|Checksum|ContentMD5|ContentLength$|ContentEncoding$)/,
  'api-gateway': /^accepts?$/,
  eventbridge: /^EndpointId$/,
};
const NOT_ANSWERED: Readonly<Record<string, RegExp>> = {
  s3: /^(Checksum|ContentLength$|ContentEncoding$|ContentRange$|Expires$)/,
};
/** Members that arrive though nobody gave them: the client adds them, or reads them from a standard header. */
const ADDED: Readonly<Record<string, RegExp>> = {
  s3: /^(ChecksumAlgorithm|ContentLength|ContentType)$/,
  'api-gateway': /^(accepts?|contentType)$/,
  lambda: /^ResponseStreamContentType$/,
  cloudfront: /^ContentType$/,
};

/** Takes out of random values what would not travel as given, and puts in what the client insists on. */
export function suitClient(service: string, operation: SdkOperation, input: Value, output: Value): void {
  drop(input, NOT_SENT[service]);
  drop(output, NOT_ANSWERED[service]);
  if (service !== 's3') return;
  // The client refuses bucket names that cannot be, and puts its own region into an empty configuration.
  if ('Bucket' in input) input['Bucket'] = 'my-bucket';
  if ('CopySource' in input) input['CopySource'] = 'source/key';
  if (operation.name === 'CreateBucket') {
    input['CreateBucketConfiguration'] = { LocationConstraint: 'eu-west-1' };
  }
}

/** Takes out of what arrived that which was not sent but stands for nothing, or comes from the client itself. */
export function withoutAdditions(
  service: string,
  schema: SdkOperation['input'],
  sent: Value,
  arrived: Value,
): Value {
  const result = { ...arrived };
  for (const [name, member] of membersOf(schema)) {
    if (sent[name] !== undefined) continue;
    const isToken = traitsOf(member)['idempotencyToken'] !== undefined;
    if (isToken || isNothing(result[name]) || ADDED[service]?.test(name) === true) delete result[name];
  }
  return result;
}

/** What an absent body looks like on the other side: no bytes, no events, no members. */
function isNothing(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  if (typeof value !== 'object' || value === null) return value === undefined;
  return 'events' in value ? (value.events as unknown[]).length === 0 : Object.keys(value).length === 0;
}

function drop(value: Value, names: RegExp | undefined): void {
  if (names === undefined) return;
  for (const name of Object.keys(value)) if (names.test(name)) delete value[name];
}
