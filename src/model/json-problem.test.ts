import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonProblem } from './json-problem.ts';
import { isJsonText } from './json-text.ts';

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

describe('isJsonText', () => {
  test.each(['{}', 'null', ' true ', '-1.5e+3', '"é\\u00e9"', '[1,[2,{"a":[]}]]', '"\u00a0"', '{"😀":"😀"}'])(
    'accepts %s',
    (text) => {
      expect(isJsonText(bytesOf(text))).toBe(true);
    },
  );

  test.each(['', ' ', '{', 'nul', '{"a" 1}', '[1,]', '01', '\u00a01', "{'a':1}", '\ufeff{}', '{} {}'])(
    'refuses %j',
    (text) => {
      expect(isJsonText(bytesOf(text))).toBe(false);
    },
  );

  test('refuses bytes that are not UTF-8 inside a string', () => {
    expect(isJsonText(Buffer.from([0x22, 0x87, 0x22]))).toBe(false);
    expect(isJsonText(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toBe(false);
  });

  // They are looked at 64 KB at a time, and text sixteen bytes at a time.
  test.each([65_536 - 40, 65_536 - 20, 65_536 - 8, 65_536, 131_072 - 17, 6_291_456 - 30])(
    'is the same wherever they are cut, %i bytes in',
    (size) => {
      const good = '{"name":"\\u00e9 and text of some length","b":[-1.5e+3,true,null,{"c":[]}]}';
      for (const text of [
        good,
        good.replace('\\u00e9', '\\u00x9'),
        good.slice(0, -1),
        good.replace(',{', '{'),
      ]) {
        for (let cut = 0; cut < 40; cut += size > 1e6 ? 13 : 1) {
          const inBlanks = Buffer.from(' '.repeat(size - cut) + text);
          const inText = Buffer.from(`["${'x'.repeat(size - cut)}",${text}]`);
          expect(isJsonText(inBlanks)).toBe(text === good);
          expect(isJsonText(inText)).toBe(text === good);
        }
      }
    },
  );

  test.each([60_000, 70_000])('takes brackets %i deep, and counts them', (depth) => {
    const opened = '[{"a":'.repeat(depth / 2);
    const closed = '}]'.repeat(depth / 2);
    expect(isJsonText(bytesOf(`${opened}1${closed}`))).toBe(true);
    expect(isJsonText(bytesOf(`${opened}1${closed.slice(0, -1)}`))).toBe(false);
    expect(isJsonText(bytesOf(`${opened}1${closed}]`))).toBe(false);
  });

  test('agrees with a parser on what is put together at random', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"\\',
      '\\u12aF"',
      '"much longer than sixteen bytes, é"',
    ];
    const words = [
      '-',
      '0',
      '1',
      '.5',
      'e',
      'E+1',
      'true',
      'false',
      'nul',
      'null',
      ' ',
      '\n',
      '\u0000',
      '\u007f',
    ];
    const anything = fc.array(fc.constantFrom(...pieces, ...words), { maxLength: 8 });
    fc.assert(
      fc.property(anything, (parts) => {
        const bytes = Buffer.from(parts.join(''));
        expect(isJsonText(bytes)).toBe(reference(bytes));
      }),
      { numRuns: 20_000 },
    );
  });

  test('agrees with a decode and JSON.parse', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.integer({ min: 0, max: 255 }), (text, where, byte) => {
        const bytes = Buffer.from(text);
        bytes[where % bytes.length] = byte;
        expect(isJsonText(bytes)).toBe(reference(bytes));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('findJsonProblem', () => {
  const EXPECTED = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
  const at = (column: number): string =>
    `[Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: 1, column: ${column}]`;

  test.each([
    [[0x99], `Unexpected character ((CTRL-CHAR, code 153)): expected a valid value ${EXPECTED}`, 1, 1],
    [[0x22, 0x87, 0x22], 'Invalid UTF-8 start byte 0x87', 1, 2],
    [[...Buffer.from('{\n "a": hello}')], `Unrecognized token 'hello': was expecting ${EXPECTED}`, 2, 13],
    [
      [...Buffer.from('{"a":1')],
      `Unexpected end-of-input: expected close marker for Object (start marker at ${at(1)})`,
      1,
      7,
    ],
    // What the AWS CLI makes of a text that it takes for base64.
    [[...Buffer.from('bYc=', 'base64')], 'Invalid UTF-8 start byte 0x87', 1, 2],
    [[...Buffer.from('test', 'base64')], 'Invalid UTF-8 middle byte 0x2d', 1, 2],
    [[0xa0], `Unexpected character ('\u00a0' (code 160)): expected a valid value ${EXPECTED}`, 1, 1],
    [
      [...Buffer.from('{"a":NaN}')],
      "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow",
      1,
      10,
    ],
    [[...Buffer.from('{} x')], `Unrecognized token 'x': was expecting ${EXPECTED}`, 1, 5],
    [[...Buffer.from('{"a":1,')], 'Unexpected end-of-input within/between Object entries', 1, 8],
    [[...Buffer.from('{"a":')], 'Unexpected end-of-input within/between Object entries', 1, 6],
    [[...Buffer.from('[1,]')], "Unexpected character (']' (code 93)): expected a value", 1, 4],
    [
      [...Buffer.from('{"a":[1}')],
      `Unexpected close marker '}': expected ']' (for Array starting at ${at(6)})`,
      1,
      8,
    ],
    [
      [...Buffer.from('}')],
      `Unexpected close marker '}': expected ']' (for root starting at ${at(0)})`,
      1,
      1,
    ],
    [
      [...Buffer.from('12a')],
      "Unexpected character ('a' (code 97)): Expected space separating root-level values",
      1,
      3,
    ],
    [
      [...Buffer.from('[1.x]')],
      "Unexpected character ('x' (code 120)) in numeric value: Decimal point not followed by a digit",
      1,
      4,
    ],
    [
      [...Buffer.from("{'a':1}")],
      `Unexpected character (''' (code 39)): was expecting double-quote to start field name`,
      1,
      2,
    ],
    [
      [...Buffer.from('[1 2]')],
      "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries",
      1,
      4,
    ],
    [[...Buffer.from('012')], 'Invalid numeric value: Leading zeroes not allowed', 1, 2],
  ])('explains %j', (bytes, message, line, column) => {
    expect(findJsonProblem(Uint8Array.from(bytes))).toEqual({ message, line, column });
  });

  test('finds something exactly in what is not JSON', () => {
    const mutated = fc.tuple(
      fc.json(),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(...Array.from('{}[],:"\\ 01-.eEntu\n\u0001é')))),
    );
    fc.assert(
      fc.property(mutated, ([text, changes]) => {
        const characters = Array.from(text);
        for (const [where, character] of changes) characters[where % characters.length] = character;
        const bytes = bytesOf(characters.join(''));
        expect(findJsonProblem(bytes) === undefined).toBe(isJsonText(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  test('finds something exactly in bytes that are not JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.integer({ min: 0, max: 255 }), (text, where, byte) => {
        const bytes = Buffer.from(text);
        bytes[where % bytes.length] = byte;
        expect(findJsonProblem(bytes) === undefined).toBe(isJsonText(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  test('is not troubled by depth', () => {
    expect(findJsonProblem(bytesOf('['.repeat(100_000)))?.column).toBe(100_001);
  });
});

function reference(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}
