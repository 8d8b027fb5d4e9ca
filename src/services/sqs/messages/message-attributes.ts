import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { QueueMessageAttribute } from '../../../model/queue-ports.ts';
import { invalidParameterValue } from '../sqs-errors.ts';

export type MessageAttributes = Readonly<Record<string, QueueMessageAttribute>>;

const MOST_ATTRIBUTES = 10;
const NAME_LIMIT_BYTES = 256;
const NAME = /^[A-Za-z0-9_.-]+$/;
const RESERVED = /^(?:aws\.|amazon\.)/i;
/** Up to 38 digits, with sign, point and exponent. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const STRING_TRANSPORT = 1;
const BINARY_TRANSPORT = 2;

/** A user's message attributes, checked. Throws InvalidParameterValue. */
export function checkMessageAttributes(
  given: Readonly<Record<string, MessageAttributeValue>> | undefined,
): MessageAttributes | undefined {
  const names = Object.keys(given ?? {});
  if (given === undefined || names.length === 0) return undefined;
  if (names.length > MOST_ATTRIBUTES) {
    throw invalidParameterValue(
      `Number of message attributes [${names.length}] exceeds the allowed maximum [${MOST_ATTRIBUTES}].`,
    );
  }
  const checked: Record<string, QueueMessageAttribute> = {};
  for (const [name, value] of Object.entries(given)) {
    checkName(name);
    checked[name] = checkValue(name, value);
  }
  return checked;
}

function checkName(name: string): void {
  if (name === '') {
    throw invalidParameterValue('The request must contain non-empty message (user) attribute names.');
  }
  if (Buffer.byteLength(name) > NAME_LIMIT_BYTES) {
    throw invalidParameterValue('Message (user) attribute name must be shorter than 256 bytes.');
  }
  if (RESERVED.test(name)) {
    throw invalidParameterValue(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. These strings are reserved for internal use.",
    );
  }
  if (!NAME.test(name)) {
    throw invalidParameterValue(
      `The message attribute name '${name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters.`,
    );
  }
  if (name.startsWith('.') || name.endsWith('.') || name.includes('..')) {
    throw invalidParameterValue(
      `The message attribute name '${name}' must not start or end with a period, and it should not have successive periods.`,
    );
  }
}

function checkValue(name: string, value: MessageAttributeValue): QueueMessageAttribute {
  const { DataType: dataType = '', StringValue: text, BinaryValue: bytes } = value;
  if (value.StringListValues !== undefined || value.BinaryListValues !== undefined) {
    throw invalidParameterValue('Message attribute list values in SendMessage operation are not supported.');
  }
  if (dataType === '') {
    throw invalidParameterValue(
      `The message (user) attribute '${name}' must contain a non-empty message attribute value.`,
    );
  }
  const type = checkType(name, dataType);
  const isBinary = type === 'Binary';
  if (isBinary ? text !== undefined : bytes !== undefined) {
    throw invalidParameterValue(
      `The message (user) attribute '${name}' with type '${type}' must use field '${isBinary ? 'Binary' : 'String'}'.`,
    );
  }
  const isEmpty = isBinary ? bytes === undefined || bytes.length === 0 : text === undefined || text === '';
  if (isEmpty) {
    throw invalidParameterValue(
      `Message (user) attribute '${name}' must contain a non-empty value of type '${isBinary ? 'Binary' : 'String'}'.`,
    );
  }
  if (type === 'Number' && !NUMBER.test(text ?? '')) {
    throw invalidParameterValue(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return isBinary
    ? { dataType, binaryValue: Buffer.from(bytes ?? []).toString('base64') }
    : { dataType, stringValue: text ?? '' };
}

/** A type is one of three, with a label of the user's own behind a full stop. */
function checkType(name: string, dataType: string): string {
  if (Buffer.byteLength(dataType) > NAME_LIMIT_BYTES) {
    throw invalidParameterValue('Message (user) attribute type must be shorter than 256 bytes.');
  }
  const [type = ''] = dataType.split('.', 1);
  if (type !== 'String' && type !== 'Number' && type !== 'Binary') {
    throw invalidParameterValue(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  return type;
}

/** What attributes add to a message's size, bytes: names, types and values. */
export function attributeBytes(attributes: MessageAttributes | undefined): number {
  let bytes = 0;
  for (const [name, attribute] of Object.entries(attributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(attribute.dataType) + valueOf(attribute).length;
  }
  return bytes;
}

export function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** As clients compute it: over the sorted names, each with its type, its transport and its value, all with lengths. */
export function md5OfAttributes(attributes: MessageAttributes | undefined): string | undefined {
  const names = Object.keys(attributes ?? {}).sort();
  if (attributes === undefined || names.length === 0) return undefined;
  const hash = createHash('md5');
  const addWithLength = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    addWithLength(Buffer.from(name));
    addWithLength(Buffer.from(attribute.dataType));
    hash.update(Buffer.of('binaryValue' in attribute ? BINARY_TRANSPORT : STRING_TRANSPORT));
    addWithLength(valueOf(attribute));
  }
  return hash.digest('hex');
}

function valueOf(attribute: QueueMessageAttribute): Buffer {
  return 'binaryValue' in attribute
    ? Buffer.from(attribute.binaryValue, 'base64')
    : Buffer.from(attribute.stringValue);
}

/** As the API shows them. */
export function shownAttributes(attributes: MessageAttributes): Record<string, MessageAttributeValue> {
  const shown = Object.entries(attributes).map(([name, attribute]): [string, MessageAttributeValue] => [
    name,
    'binaryValue' in attribute
      ? { BinaryValue: Buffer.from(attribute.binaryValue, 'base64'), DataType: attribute.dataType }
      : { StringValue: attribute.stringValue, DataType: attribute.dataType },
  ]);
  return Object.fromEntries(shown);
}

/** The attributes a receiver asked for, by name, by `prefix.*`, or all. Undefined when none are left. */
export function chosenAttributes(
  attributes: MessageAttributes | undefined,
  wanted: readonly string[],
): MessageAttributes | undefined {
  if (attributes === undefined || wanted.length === 0) return undefined;
  if (wanted.includes('All') || wanted.includes('.*')) return attributes;
  const prefixes = wanted.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2));
  const names = new Set(wanted);
  const chosen = Object.entries(attributes).filter(
    ([name]) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix)),
  );
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen);
}
