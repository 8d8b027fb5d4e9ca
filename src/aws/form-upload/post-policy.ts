import { ServiceError } from '../../model/service-error.ts';

/** What the signer of a form lets be uploaded with it. */
export interface PostPolicy {
  /** Milliseconds since the epoch. */
  readonly expiresMs: number;
  readonly conditions: readonly PostCondition[];
  /** Bytes, both included. */
  readonly length: readonly [least: number, most: number] | undefined;
}

interface PostCondition {
  readonly kind: 'eq' | 'starts-with';
  /** Name of the field in lower case. */
  readonly field: string;
  readonly value: string;
  /** As it was written, for the error. */
  readonly text: string;
}

/** Fields that need no condition: they are the signature itself, or the file. */
const FREE: ReadonlySet<string> = new Set([
  'file',
  'policy',
  'x-amz-signature',
  'awsaccesskeyid',
  'signature',
]);
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** @param encoded base64 @throws ServiceError InvalidPolicyDocument */
export function readPostPolicy(encoded: string): PostPolicy {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    throw invalid('Invalid JSON.');
  }
  if (!isObject(document)) throw invalid('Invalid JSON.');
  const { expiration, conditions, ...others } = document;
  const [odd] = Object.keys(others);
  if (odd !== undefined) throw invalid(`Unexpected: '${odd}'`);
  if (typeof expiration !== 'string') throw invalid('Policy missing expiration.');
  if (!ISO_TIME.test(expiration)) throw invalid("Invalid 'expiration' value: '" + expiration + "'");
  if (!Array.isArray(conditions)) throw invalid('Policy missing conditions.');
  const list = (conditions as readonly unknown[]).flatMap(readCondition);
  return {
    expiresMs: Date.parse(expiration),
    conditions: list.filter((condition): condition is PostCondition => 'kind' in condition),
    length: list.reduce<PostPolicy['length']>(
      (known, one) => ('least' in one ? narrower(known, one) : known),
      undefined,
    ),
  };
}

/**
 * Whether a form is what its signer meant; the file's length is seen as it comes.
 * @param fields with the bucket among them, by name in lower case
 * @throws ServiceError AccessDenied
 */
export function checkPostPolicy(
  policy: PostPolicy,
  fields: ReadonlyMap<string, string>,
  nowMs: number,
): void {
  if (policy.expiresMs <= nowMs) throw denied('Policy expired.');
  const named = new Set(policy.conditions.map(({ field }) => field));
  const extra = [...fields.keys()].find(
    (name) => !named.has(name) && !FREE.has(name) && !name.startsWith('x-ignore-') && name !== 'bucket',
  );
  for (const condition of policy.conditions) {
    if (!holds(condition, fields.get(condition.field) ?? ''))
      throw denied(`Policy Condition failed: ${condition.text}`);
  }
  if (extra !== undefined) throw denied(`Extra input fields: ${extra}`);
}

/** The file, as long as its length is what the policy allows. @throws ServiceError EntityTooLarge, EntityTooSmall */
export async function* bounded(
  content: AsyncIterable<Uint8Array>,
  length: PostPolicy['length'],
): AsyncGenerator<Uint8Array> {
  const [least, most] = length ?? [0, Infinity];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > most) throw tooLarge(size, most);
    yield chunk;
  }
  if (size < least) throw tooSmall(size, least);
}

function readCondition(condition: unknown): readonly (PostCondition | LengthRange)[] {
  if (isObject(condition)) {
    return Object.entries(condition).map(([name, value]) => {
      if (typeof value !== 'string') throw invalid(`Invalid Simple-Condition: value must be a string.`);
      const text = `["eq", "$${name}", ${JSON.stringify(value)}]`;
      return { kind: 'eq', field: name.toLowerCase(), value, text };
    });
  }
  if (!Array.isArray(condition) || condition.length !== 3)
    throw invalid('Invalid Condition: wrong number of arguments.');
  const [operator, first, second] = condition as readonly unknown[];
  const kind = typeof operator === 'string' ? operator.toLowerCase() : '';
  if (kind === 'content-length-range') return [{ least: bytes(first), most: bytes(second) }];
  if (kind !== 'eq' && kind !== 'starts-with')
    throw invalid(`Invalid Condition: unknown operation '${kind}'.`);
  if (typeof first !== 'string' || !first.startsWith('$') || typeof second !== 'string')
    throw invalid(
      `Invalid ${kind} Condition: arguments must be strings, the first of which starts with '$'.`,
    );
  const text = `["${kind}", ${JSON.stringify(first)}, ${JSON.stringify(second)}]`;
  return [{ kind, field: first.slice(1).toLowerCase(), value: second, text }];
}

interface LengthRange {
  readonly least: number;
  readonly most: number;
}

function bytes(value: unknown): number {
  const size = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0)
    throw invalid('Invalid content-length-range: arguments must be numbers.');
  return size;
}

function narrower(known: PostPolicy['length'], { least, most }: LengthRange): PostPolicy['length'] {
  return known === undefined ? [least, most] : [Math.max(known[0], least), Math.min(known[1], most)];
}

function holds({ kind, field, value }: PostCondition, given: string): boolean {
  if (kind === 'eq') return given === value;
  // A list of content types starts with the value everywhere.
  if (field === 'content-type') return given.split(',').every((one) => one.trim().startsWith(value));
  return given.startsWith(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(why: string): ServiceError {
  return new ServiceError('InvalidPolicyDocument', `Invalid Policy: ${why}`);
}

function denied(why: string): ServiceError {
  return new ServiceError('AccessDenied', `Invalid according to Policy: ${why}`, 403);
}

function tooLarge(size: number, most: number): ServiceError {
  const members = { ProposedSize: String(size), MaxSizeAllowed: String(most) };
  return new ServiceError(
    'EntityTooLarge',
    'Your proposed upload exceeds the maximum allowed size',
    400,
    members,
  );
}

function tooSmall(size: number, least: number): ServiceError {
  const members = { ProposedSize: String(size), MinSizeAllowed: String(least) };
  return new ServiceError(
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    400,
    members,
  );
}
