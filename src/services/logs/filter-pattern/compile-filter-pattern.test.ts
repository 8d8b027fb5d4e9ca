import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorMs } from '../../../../test/support/processor-time.ts';
import { compileFilterPattern } from './compile-filter-pattern.ts';
import { ServiceError } from '../../../model/service-error.ts';

function matching(pattern: string, messages: readonly string[]): string[] {
  return messages.filter(compileFilterPattern(pattern));
}

describe('terms', () => {
  const lines = [
    '[ERROR 400] BAD REQUEST',
    '[ERROR 401] UNAUTHORIZED REQUEST',
    '[ERROR 419] MISSING ARGUMENTS',
    '[WARN] Caught IllegalArgumentException',
    'ok "quoted" \\ back',
  ];
  test.each([
    ['', [0, 1, 2, 3, 4]],
    ['" "', [0, 1, 2, 3, 4]],
    ['ERROR', [0, 1, 2]],
    ['error', []],
    ['ERROR REQUEST', [0, 1]],
    ['Exception', [3]],
    ['ERROR -ARGUMENTS', [0, 1]],
    ['-ERROR', [3, 4]],
    ['-"BAD REQUEST" ERROR', [1, 2]],
    ['"ERROR" - "ARGUMENTS"', [0, 1]],
    ['?ARGUMENTS ?WARN', [2, 3]],
    ['?"BAD REQUEST" ?MISSING', [0, 2]],
    ['?ARGUMENTS ?WARN ERROR', [0, 1, 2]],
    ['"ERROR 401"', [1]],
    ['%AUTHORIZED%', [1]],
    ['%4\\d[01]\\]%', [0, 1]],
    ['%^ok%', [4]],
    ['"\\"quoted\\""', [4]],
    ['"\\\\ back"', [4]],
  ])('%s', (pattern, expected) => {
    expect(matching(pattern, lines)).toEqual(expected.map((index) => lines[index]));
  });

  test('a quoted phrase matches exactly the messages that contain it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (phrase, before, other) => {
        fc.pre(phrase.trim() !== '');
        const pattern = `"${phrase.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
        const filter = compileFilterPattern(pattern);
        expect(filter(before + phrase + other)).toBe(true);
        expect(filter(other)).toBe(other.includes(phrase));
      }),
    );
  });
});

describe('JSON selectors', () => {
  const event = JSON.stringify({
    eventType: 'UpdateTrail',
    sourceIPAddress: '111.111.111.111',
    arrayKey: ['value', 'another value'],
    objectList: [
      { name: 'a', id: 1 },
      { name: 'b', id: 2 },
    ],
    SomeObject: null,
    ThisFlag: true,
    latency: 512.5,
    numericText: '404',
    user: { id: 1, email: 'John.Stiles@example.com' },
    coordinates: [
      [0, 1, 2],
      [4, 5, 6],
    ],
    'cluster.name': 'c1',
    'detail-type': 'x',
    kubernetes: { 'pod"name': 'p' },
  });
  test.each([
    '{ $.eventType = "UpdateTrail" }',
    '{$.eventType=UpdateTrail}',
    '{ $.eventType = "*Trail" }',
    '{ $.eventType = Update* }',
    '{ $.eventType = *dateT* }',
    '{ $.eventType = * }',
    '{ $.eventType = %^Update|Delete% }',
    '{ $.eventType != "x" }',
    '{ $.sourceIPAddress != 123.123.* }',
    '{ $.sourceIPAddress = 111.111.* }',
    '{ $.arrayKey[0] = "value" }',
    '{ $.arrayKey[*] = "another value" }',
    '{ $.objectList[1].id = 2 }',
    '{ $.objectList[*].name = "b" }',
    '{ $.coordinates[1][2] = 6 }',
    '{ $.SomeObject IS NULL }',
    '{ $.SomeOtherObject NOT EXISTS }',
    '{ $.arrayKey[2] NOT EXISTS }',
    '{ $.ThisFlag IS TRUE }',
    '{ $.latency > 500 && $.latency < 1e3 }',
    '{ $.latency >= 512.5 }',
    '{ $.latency <= +512.5 }',
    '{ $.latency = 512.5 }',
    '{ $.latency != 512 }',
    '{ $.numericText = 404 }',
    '{ $.numericText >= 400 }',
    '{ $.numericText = 4* }',
    '{ ($.user.id = 1) && ($.user.email = "John.Stiles@example.com") }',
    '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.arrayKey[1] = nomatch }',
    '{ $.[\'cluster.name\'] = "c1" }',
    '{ $[\'cluster.name\'] = "c1" }',
    '{ $.detail-type = "x" }',
    '{ $.kubernetes["pod\\"name"] = p }',
  ])('matches %s', (pattern) => {
    expect(matching(pattern, [event, `${event}\n`])).toEqual([event, `${event}\n`]);
  });

  test.each([
    '{ $.eventType = "updatetrail" }',
    '{ $.eventType = "Up*Trail" }',
    '{ $.eventType != %Trail% }',
    '{ $.objectList = 1 }',
    '{ $.objectList != 1 }',
    '{ $.user != "x" }',
    '{ $.missing != "x" }',
    '{ $.SomeObject != "x" }',
    '{ $.missing IS NULL }',
    '{ $.eventType NOT EXISTS }',
    '{ $.ThisFlag IS FALSE }',
    '{ $.toString EXISTS }',
    '{ $.latency > 512.5 }',
    '{ ($.user.email = "John.Stiles@example.com" || $.latency = 1) && $.arrayKey[1] = nomatch }',
  ])('does not match %s', (pattern) => {
    expect(matching(pattern, [event])).toEqual([]);
  });

  test('a message that is not JSON never matches', () => {
    const messages = ['plain', '{"a":', '12', '"text"', ''];
    expect(matching('{ $.a NOT EXISTS }', messages)).toEqual([]);
    expect(matching('{ $.a NOT EXISTS }', ['{}'])).toEqual(['{}']);
  });

  test('numeric comparisons agree with numbers', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), (value, limit) => {
        const message = JSON.stringify({ v: value });
        const written = JSON.parse(message) as { v: number };
        expect(compileFilterPattern(`{ $.v > ${limit} }`)(message)).toBe(written.v > limit);
        expect(compileFilterPattern(`{ $.v <= ${limit} }`)(message)).toBe(written.v <= limit);
      }),
    );
  });
});

describe('space-delimited fields', () => {
  const lines = [
    '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534',
    '127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /index.html HTTP/1.0" 500 5324',
    '127.0.0.1 - - [10/Oct/2000:13:50:35 -0700] "GET /index.html HTTP/1.0" 404 4355\n',
    'ERROR WARN message',
    'ERROR message',
    'WARN message',
  ];
  test.each([
    ['[ip, user, username, timestamp, request, status_code, bytes]', [0, 1, 2]],
    ['[ip, user, username, timestamp, request =*html*, status_code = 4*, bytes]', [2]],
    ['[ip, user, username, timestamp, request, status_code, bytes > 4400]', [1]],
    ['[..., status_code = 500 || status_code = 404, bytes]', [1, 2]],
    ['[ip, user, ..., status_code != 200, bytes]', [1, 2]],
    ['[ip=%127\\.0\\.0\\.[1-9]%, ...]', [0, 1, 2]],
    ['[..., request=*.html*, status_code=4*,]', [2]],
    ['[ip, user, username=frank && username!=x, ...]', [0, 1]],
    ['[ip, , username, timestamp="10/Oct/2000:13:25*", ...]', [0]],
    ['[w1=ERROR, w2]', [4]],
    ['[w1=ERROR || w1=WARN, w2]', [4, 5]],
    ['[w1=ERROR, ..., w3=message]', [3, 4]],
    ['[...]', [0, 1, 2, 3, 4, 5]],
  ])('%s', (pattern, expected) => {
    expect(matching(pattern, lines)).toEqual(expected.map((index) => lines[index]));
  });

  test('as Lambda users write it for REPORT lines', () => {
    const report =
      'REPORT RequestId: 1\tDuration: 3.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t\n';
    expect(compileFilterPattern('[type=REPORT, ...]')(report)).toBe(true);
    const used =
      '[r=REPORT, l1, id, l2, d, u1, b1, b2, billed, u2, m1, m2, size, u3, x1, x2, x3, used > 30, u4]';
    expect(compileFilterPattern(used)(report)).toBe(true);
    expect(compileFilterPattern(used.replace('30', '36'))(report)).toBe(false);
  });

  test('many opening brackets cost no more than the text is long', () => {
    const match = (): void => void compileFilterPattern('[a, b]')('[ " '.repeat(250_000));
    expect(processorMs(match)).toBeLessThan(2000);
  });
});

describe('refused patterns', () => {
  test.each([
    ['a:b', "Invalid character(s) in term ':'"],
    ['?Status: timeout', "Invalid character(s) in term ':'"],
    ['`x`', "Invalid character(s) in term '`'"],
    ['"open', 'Invalid filter pattern'],
    ['%%', 'Invalid filter pattern'],
    ['{ $.a = 1', "If a filter pattern starts with '{' it must end with '}'"],
    ['{ $.a }', 'Invalid filter pattern'],
    ['{ }', 'Invalid filter pattern'],
    ['{ $ = 1 }', 'Invalid filter pattern'],
    ['{ $.a = }', 'Invalid filter pattern'],
    ['{ $."a" = 1 }', `Invalid character(s) in term '"'`],
    ['{ $.a[*].b[*] = 1 }', 'Invalid filter pattern'],
    ['{ ($.a = 1 }', 'Invalid filter pattern'],
    ['{ $.a > x }', 'Invalid filter pattern'],
    ['[a, ..., b, ...]', 'Invalid filter pattern'],
    ['[a=1 && b=2]', 'Invalid filter pattern'],
    ['[a', "If a filter pattern starts with '[' it must end with ']'"],
  ])('%s', (pattern, message) => {
    expect(() => compileFilterPattern(pattern)).toThrow(message);
  });

  test("any text compiles or is refused as the caller's mistake", () => {
    const unit = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '$',
      '.',
      '=',
      '!',
      '"',
      '%',
      'a',
      '1',
      ' ',
      '&',
      '|',
      '*',
      '(',
      ')',
      ',',
      '\\',
      '?',
      '-',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 20 }), (pattern) => {
        try {
          expect(typeof compileFilterPattern(pattern)('a 1 {"a":1}')).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
