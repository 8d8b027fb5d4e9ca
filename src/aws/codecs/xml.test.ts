import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../model/service-error.ts';
import { structureOf } from '../schema/shape.ts';
import type { Member, Shape } from '../schema/shape.ts';
import { parseXml } from './xml-parse.ts';
import { readXml } from './xml-read.ts';
import { writeXml } from './xml-write.ts';

const member = (name: string, shape: Shape, traits: Member['traits'] = {}): Member => ({
  name,
  shape,
  traits,
  required: false,
});
const string: Shape = { kind: 'simple', type: 'string' };
const number: Shape = { kind: 'simple', type: 'number' };
const strings: Shape = { kind: 'list', element: member('member', string), sparse: false };
const renamedStrings: Shape = {
  kind: 'list',
  element: member('member', string, { xmlName: 'Item' }),
  sparse: false,
};
const numbers: Shape = {
  kind: 'map',
  key: member('key', string),
  value: member('value', number),
  sparse: false,
};
const inner = structureOf('Inner', [
  member('Kind', string, { xmlName: 'xsi:type', xmlAttribute: 1 }),
  member('When', { kind: 'simple', type: 'timestamp' }),
]);
const thing = structureOf('Thing', [
  member('Text', string),
  member('Number', number),
  member('Flag', { kind: 'simple', type: 'boolean' }),
  member('Bytes', { kind: 'simple', type: 'blob' }),
  member('Strings', strings),
  member('Flat', renamedStrings, { xmlFlattened: 1, xmlName: 'FlatItem' }),
  member('Wrapped', renamedStrings),
  member('Map', numbers),
  member('FlatMap', numbers, { xmlFlattened: 1 }),
  member('Inner', inner, { xmlNamespace: ['xsi', 'http://www.w3.org/2001/XMLSchema-instance'] }),
]);

/** What XML 1.0 can hold at all; control characters and lone surrogates have no form in it. */
const xmlText = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((text) => text.isWellFormed() && !/[\p{Cc}\ufffe\uffff]/u.test(text.replaceAll(/[\t\r\n]/g, '')));
const things = fc.record(
  {
    Text: xmlText,
    Number: fc.integer(),
    Flag: fc.boolean(),
    Bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    Strings: fc.array(xmlText),
    Flat: fc.array(xmlText, { minLength: 1 }),
    Wrapped: fc.array(xmlText),
    Map: fc.dictionary(xmlText, fc.integer(), { noNullPrototype: true }),
    FlatMap: fc.dictionary(xmlText, fc.integer(), { noNullPrototype: true, minKeys: 1 }),
    Inner: fc.record({
      Kind: xmlText,
      When: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
    }),
  },
  { requiredKeys: [] },
);

describe('XML', () => {
  test('reads what it writes', () => {
    fc.assert(
      fc.property(things, (given) => {
        const text = writeXml(thing, given, 'Thing', ' xmlns="http://example.com/"');
        expect(readXml(thing, parseXml(Buffer.from(text)))).toEqual(given);
      }),
    );
  });

  test('refuses anything that is no XML, and nothing else happens', () => {
    const pieces = fc.constantFrom(
      '<a>',
      '</a>',
      '<b/>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '&',
      '<?',
      '?>',
      ' x="',
      '"',
      'text',
      '<',
      '>',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        try {
          parseXml(Buffer.from(parts.join('')));
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('reads prefixes, comments, CDATA and character references', () => {
    const text = `<?xml version="1.0"?><!-- a comment -->
      <x:Thing xmlns:x="urn:x"><x:Text>a&lt;b&#38;&#x63;<![CDATA[<raw>]]></x:Text><Unknown><Deep/></Unknown></x:Thing>`;
    expect(readXml(thing, parseXml(Buffer.from(text)))).toEqual({ Text: 'a<b&c<raw>' });
  });

  test.each([
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['a wrong end tag', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['text outside the root', '<a/>text'],
    ['no root', '<!-- nothing -->'],
    ['an open end', '<a><b>'],
    ['elements nested without end', '<a>'.repeat(100_000)],
  ])('refuses %s', (_what, text) => {
    expect(() => parseXml(Buffer.from(text))).toThrow('not well-formed');
  });

  test('an entity it does not know stays as it is written', () => {
    expect(parseXml(Buffer.from('<a>&unknown;</a>')).text).toBe('&unknown;');
  });
});
