import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { structureOf } from '../schema/shape.ts';
import type { Member, Shape, SimpleShape } from '../schema/shape.ts';
import { parseJson } from './json-text.ts';
import { readJson, writeJson } from './json.ts';

const member = (name: string, shape: Shape, traits: Member['traits'] = {}): Member => ({
  name,
  shape,
  traits,
  required: false,
});
const simple = (type: SimpleShape['type']): Shape => ({ kind: 'simple', type });
const strings: Shape = { kind: 'list', element: member('member', simple('string')), sparse: false };
const shape = structureOf('Thing', [
  member('Text', simple('string'), { jsonName: 'text' }),
  member('Number', simple('number')),
  member('Flag', simple('boolean')),
  member('Long', simple('bigint')),
  member('Bytes', simple('blob')),
  member('When', simple('timestamp')),
  member('Day', simple('date-time')),
  member('List', strings),
  member('Map', {
    kind: 'map',
    key: member('key', simple('string')),
    value: member('value', strings),
    sparse: false,
  }),
]);
const parse = (text: string, exact = false): unknown => parseJson(Buffer.from(text), exact);
const read = (text: string): unknown => readJson(shape, parse(text), 'shape');

const date = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true });
const things = fc.record(
  {
    Text: fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    Number: fc.double(),
    Flag: fc.boolean(),
    Long: fc.bigInt(),
    Bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    When: date,
    Day: date,
    List: fc.array(fc.string()),
    Map: fc.dictionary(fc.string(), fc.array(fc.string()), { noNullPrototype: true }),
  },
  { requiredKeys: [] },
);

describe('a union', () => {
  const union = (name: string) =>
    structureOf(name, [member('S', simple('string')), member('N', simple('string'))], {}, true);
  const readAs = (name: string, text: string): unknown => readJson(union(name), parse(text), 'shape');

  test('has exactly one member', () => {
    expect(readAs('Choice', '{"S":"a","N":null}')).toEqual({ S: 'a' });
    expect(() => readAs('Choice', '{"S":"a","N":"1"}')).toThrow(
      'Exactly one member of Choice must be set, found 2',
    );
  });

  test("of DynamoDB fails in DynamoDB's words", () => {
    const text = 'must contain exactly one of the supported datatypes';
    expect(() => readAs('AttributeValue', '{}')).toThrow(`Supplied AttributeValue is empty, ${text}`);
    expect(() => readAs('AttributeValue', '{"S":"a","N":"1"}')).toThrow(
      `Supplied AttributeValue has more than one datatypes set, ${text}`,
    );
  });
});

describe('JSON', () => {
  test.each(['json', 'shape'] as const)('reads what it writes, %s names', (dialect) => {
    fc.assert(
      fc.property(things, (given) => {
        const text = writeJson(shape, given, dialect);
        // JSON has one zero.
        const expected = Object.is(given.Number, -0) ? { ...given, Number: 0 } : given;
        expect(readJson(shape, parse(text, true), dialect)).toEqual(expected);
      }),
    );
  });

  test('renames members in the REST dialect only', () => {
    expect(writeJson(shape, { Text: 'a' }, 'json')).toBe('{"text":"a"}');
    expect(writeJson(shape, { Text: 'a' }, 'shape')).toBe('{"Text":"a"}');
  });

  test('leaves out unknown members and nulls, and keeps the nulls of lists', () => {
    expect(read('{"Other":1,"Text":null,"List":["a",null]}')).toEqual({ List: ['a', null] });
  });

  test('keeps integers exact that no number can hold', () => {
    expect(readJson(shape, parse('{"Long":9223372036854775807}', true), 'shape')).toEqual({
      Long: 9223372036854775807n,
    });
    expect(writeJson(shape, { Long: 9223372036854775807n }, 'shape')).toBe('{"Long":9223372036854775807}');
  });

  test('takes a key named __proto__ for what it is', () => {
    const result = read('{"Map":{"__proto__":["a"]}}') as { Map: object };
    expect(Object.getPrototypeOf(result.Map)).toBe(Object.prototype);
    expect(Object.entries(result.Map)).toEqual([['__proto__', ['a']]]);
  });

  test.each([
    ['{"Number":"3"}', 'STRING_VALUE can not be converted to an Integer'],
    ['{"Text":3}', 'NUMBER_VALUE can not be converted to a String'],
    ['{"Text":true}', 'TRUE_VALUE can not be converted to a String'],
    ['{"Text":{}}', 'Start of structure or map found where not expected.'],
    ['{"Text":[]}', 'Start of list found where not expected'],
    ['{"List":"a"}', 'Expected list or null'],
    ['{"Map":[]}', 'Expected map or null'],
    ['{"Bytes":"*"}', 'Invalid base64'],
    ['{"When":"yesterday"}', 'not a valid timestamp'],
    ['[]', 'Expected null or a structure'],
  ])('refuses %s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
