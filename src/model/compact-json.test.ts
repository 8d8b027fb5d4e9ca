import { assert, constantFrom, json as jsonTexts, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactJson } from './compact-json.ts';

describe('compact JSON', () => {
  test('of any value is what writing it gives, however it was written', () => {
    assert(
      property(jsonTexts(), constantFrom(undefined, 1, '\t'), (json, space) => {
        const value: unknown = JSON.parse(json);
        expect(compactJson(JSON.stringify(value, undefined, space))).toBe(JSON.stringify(value));
      }),
    );
  });

  test.each([
    ['{ "id": 12345678901234567890, "of": 1.0 }', '{"id":12345678901234567890,"of":1.0}'],
    ['{"b": 1, "1": 2}', '{"b":1,"1":2}'],
    [String.raw`["\u00e9", "\ud83d\ude00", "a\/b", " \" \\"]`, String.raw`["é","😀","a/b"," \" \\"]`],
    ['\r\n [ ]\t', '[]'],
  ])('of %s is %s', (json, compact) => {
    expect(compactJson(json)).toBe(compact);
  });
});
