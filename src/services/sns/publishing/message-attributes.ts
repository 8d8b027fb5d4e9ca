import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { QueueMessageAttribute } from '../../../model/queue-ports.ts';
import { ServiceError } from '../../../model/service-error.ts';

export type Attributes = Readonly<Record<string, QueueMessageAttribute>>;

const NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const NAME_LIMIT = 256;
const TYPE = /^(?:String|Number|Binary|String\.Array)(?:\.[A-Za-z0-9_.-]+)?$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function invalidValue(message: string): ServiceError {
  return new ServiceError('ParameterValueInvalid', message);
}

/** A publisher's message attributes, checked. @throws ParameterValueInvalid */
export function checkAttributes(
  given: Readonly<Record<string, MessageAttributeValue>> | undefined,
): Attributes {
  const entries = Object.entries(given ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, checkAttribute(name, value)]));
}

function checkAttribute(name: string, value: MessageAttributeValue): QueueMessageAttribute {
  if (!NAME.test(name) || name.length > NAME_LIMIT || /^(?:aws|amazon)\./i.test(name)) {
    throw invalidValue(
      `The message attribute '${name}' must have a name of A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.), not longer than 256 characters and without AWS. or Amazon. before it.`,
    );
  }
  const { DataType: dataType = '', StringValue: text, BinaryValue: bytes } = value;
  if (dataType === '') {
    throw invalidValue(`The message attribute '${name}' must contain non-empty message attribute type.`);
  }
  if (!TYPE.test(dataType)) {
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  if (dataType.startsWith('Binary')) {
    if (text !== undefined) throw wrongField(name, dataType, 'Binary');
    if (bytes === undefined || bytes.length === 0) throw emptyValue(name, dataType);
    return { dataType, binaryValue: Buffer.from(bytes).toString('base64') };
  }
  if (bytes !== undefined) throw wrongField(name, dataType, 'String');
  if (text === undefined || text === '') throw emptyValue(name, dataType);
  checkText(name, dataType, text);
  return { dataType, stringValue: text };
}

function checkText(name: string, dataType: string, text: string): void {
  if (dataType.startsWith('Number') && !NUMBER.test(text)) {
    throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
  }
  if (dataType === 'String.Array' && !isListOfScalars(text)) {
    throw invalidValue(
      `The message attribute '${name}' of type String.Array must be a JSON array of texts, numbers, booleans and null.`,
    );
  }
}

function isListOfScalars(text: string): boolean {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((value) => value === null || typeof value !== 'object');
  } catch {
    return false;
  }
}

function wrongField(name: string, dataType: string, field: string): ServiceError {
  return invalidValue(`The message attribute '${name}' with type '${dataType}' must use field '${field}'.`);
}

function emptyValue(name: string, dataType: string): ServiceError {
  return invalidValue(
    `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${dataType}'.`,
  );
}

/** What they add to a message's size. */
export function attributeBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const [name, attribute] of Object.entries(attributes)) {
    const value =
      'binaryValue' in attribute
        ? Buffer.from(attribute.binaryValue, 'base64')
        : Buffer.from(attribute.stringValue);
    bytes += Buffer.byteLength(name) + Buffer.byteLength(attribute.dataType) + value.length;
  }
  return bytes;
}
