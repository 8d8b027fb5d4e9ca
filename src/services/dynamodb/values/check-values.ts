import { invalidParameter, validation } from '../dynamodb-errors.ts';
import { type AttributeValue, emptyItem, type Item } from './attribute-value.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';

/** Of values in each other, the attribute's own counted. */
const MOST_LEVELS = 32;

/**
 * A value of a request, in the form in which it is kept: numbers in DynamoDB's own form, attributes in objects without a
 * prototype. Throws ValidationException in DynamoDB's words. That a value has one type is the wire's to check.
 */
export function checkedValue(value: AttributeValue, level = 1): AttributeValue {
  if (level > MOST_LEVELS) throw tooDeep();
  if ('S' in value || 'B' in value || 'BOOL' in value) return value;
  if ('N' in value) return { N: checkedNumber(value.N) };
  if ('NULL' in value) return checkedNull(value.NULL);
  if ('SS' in value) return checkedTexts(value.SS);
  if ('NS' in value) return checkedNumbers(value.NS);
  if ('BS' in value) return checkedBinaries(value.BS);
  if ('L' in value) return { L: value.L.map((member) => checkedValue(member, level + 1)) };
  return { M: checkedItem(value.M, level + 1) };
}

export function checkedItem(item: Item, level = 1): Item {
  const checked = emptyItem();
  for (const [name, value] of Object.entries(item)) checked[name] = checkedValue(value, level);
  return checked;
}

/** Throws ValidationException for a value that would stand too deep: an update may put it anywhere. */
export function checkDepth(value: AttributeValue, level = 1): void {
  if (level > MOST_LEVELS) throw tooDeep();
  if ('L' in value) for (const member of value.L) checkDepth(member, level + 1);
  if ('M' in value) for (const member of Object.values(value.M)) checkDepth(member, level + 1);
}

function tooDeep(): Error {
  return validation(
    'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
  );
}

function checkedNumber(text: string): string {
  return formatDecimal(parseDecimal(text));
}

function checkedNull(value: boolean): AttributeValue {
  if (value) return { NULL: true };
  throw invalidParameter('Null attribute value types must have the value of true');
}

function checkedNumbers(given: readonly string[]): AttributeValue {
  const numbers = given.map(checkedNumber);
  if (numbers.length === 0) throw invalidParameter('An number set  may not be empty');
  if (new Set(numbers).size < numbers.length) {
    throw invalidParameter('Input collection contains duplicates');
  }
  return { NS: numbers };
}

function checkedBinaries(given: readonly Uint8Array[]): AttributeValue {
  if (given.length === 0) throw invalidParameter('Binary sets should not be empty');
  const texts = given.map((bytes) => Buffer.from(bytes).toString('base64'));
  if (new Set(texts).size < texts.length) {
    throw invalidParameter(`Input collection [${texts.join(', ')}]of type BS contains duplicates.`);
  }
  return { BS: given };
}

function checkedTexts(given: readonly string[]): AttributeValue {
  if (given.length === 0) throw invalidParameter('An string set  may not be empty');
  if (new Set(given).size < given.length) {
    throw invalidParameter(`Input collection [${given.join(', ')}] contains duplicates.`);
  }
  return { SS: given };
}
