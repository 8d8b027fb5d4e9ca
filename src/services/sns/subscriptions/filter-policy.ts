import { compileEventPattern } from '../../../model/event-pattern/compile-pattern.ts';
import type { PatternDialect } from '../../../model/event-pattern/event-pattern.ts';
import { isJsonObject, type JsonValue } from '../../../model/event-pattern/exact-json.ts';
import { parseEventPattern } from '../../../model/event-pattern/parse-pattern.ts';
import type { QueueMessageAttribute } from '../../../model/queue-ports.ts';
import { invalidParameter } from '../sns-errors.ts';

export interface FilterableMessage {
  readonly message: string;
  readonly attributes: Readonly<Record<string, QueueMessageAttribute>>;
}

/** Whether a subscription takes a message. */
export type MessageFilter = (message: FilterableMessage) => boolean;

const DIALECT: PatternDialect = { limit: 262_144, isFull: true };
const MOST_KEYS = 5;

/** @param ofBody whether it is about the message's body instead of its attributes. @throws InvalidParameter */
export function checkFilterPolicy(text: string, ofBody: boolean): void {
  const { problem } = parseEventPattern(text, DIALECT);
  if (problem !== undefined) throw invalidParameter(`FilterPolicy: ${problem}`);
  const policy = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (Object.keys(policy).length > MOST_KEYS) {
    throw invalidParameter('FilterPolicy: Filter policy can not have more than 5 keys');
  }
  const nested = Object.entries(policy).find(([, value]) => !Array.isArray(value));
  if (nested !== undefined && !ofBody) {
    throw invalidParameter(
      'FilterPolicy: Filter policy scope MessageAttributes does not support nested filter policy',
    );
  }
}

/** Of a policy that was checked. */
export function compileFilter(text: string, ofBody: boolean): MessageFilter {
  // Numbers are compared by value here: 3e2 is 300.
  const { pattern } = parseEventPattern(JSON.stringify(JSON.parse(text)), DIALECT);
  if (pattern === undefined) return () => false;
  const matches = compileEventPattern(pattern);
  if (!ofBody) return ({ attributes }) => matches(attributesAsEvent(attributes));
  return ({ message }) => {
    const body = parsed(message);
    return body !== undefined && isJsonObject(body) && matches(body);
  };
}

function attributesAsEvent(attributes: FilterableMessage['attributes']): JsonValue {
  const event: Record<string, JsonValue> = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const value = attributeValue(attribute);
    if (value !== undefined) event[name] = value;
  }
  return event;
}

/** Binary attributes match nothing. */
function attributeValue(attribute: QueueMessageAttribute): JsonValue | undefined {
  if (!('stringValue' in attribute)) return undefined;
  const { dataType, stringValue } = attribute;
  if (dataType === 'String.Array') return JSON.parse(stringValue) as JsonValue;
  return dataType.startsWith('Number') ? Number(stringValue) : stringValue;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
