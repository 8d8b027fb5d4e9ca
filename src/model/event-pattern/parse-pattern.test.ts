import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileEventPattern } from './compile-pattern.ts';
import { RULE_DIALECT } from './event-pattern.ts';
import { parseEventPattern } from './parse-pattern.ts';

describe('parseEventPattern', () => {
  test.each([
    '{"a":["x"]}',
    '{"a":["x",1,1.0,true,false,null,""]}',
    '{"a":{"b":{"c":["x"]}}}',
    '{"a":[{"prefix":"x"}]}',
    '{"a":[{"prefix":""}]}',
    '{"a":[{"suffix":"x"},{"equals-ignore-case":"X"}]}',
    '{"a":[{"exists":true}],"b":[{"exists":false}]}',
    '{"a":[{"anything-but":"x"}]}',
    '{"a":[{"anything-but":1}]}',
    '{"a":[{"anything-but":["x","y"]}]}',
    '{"a":[{"anything-but":[1,2.5]}]}',
    '{"a":[{"anything-but":{"prefix":"x"}}]}',
    '{"a":[{"anything-but":{"suffix":["x","y"]}}]}',
    '{"a":[{"anything-but":{"equals-ignore-case":["x"]}}]}',
    '{"a":[{"numeric":["=",3.018e2]}]}',
    '{"a":[{"numeric":[">",0,"<=",5]}]}',
    '{"a":[{"numeric":[">=",-5000000000]}]}',
    '{"$or":[{"a":["x"]},{"b":{"c":["y"]}}]}',
    '{"a":["x"],"$or":[{"b":["y"]},{"$or":[{"c":["z"]},{"d":["z"]}],"e":["z"]}]}',
    // Names like any other: not lists of two objects.
    '{"$or":["x","y"]}',
    '{"$or":{"a":["x"]}}',
    // Two comparisons of a field that happens to be called $or.
    '{"$or":[{"prefix":"x"},{"prefix":"y"}]}',
    ' { "a" : [ "x" ] } ',
  ])('takes %s', (text) => {
    expect(parseEventPattern(text).problem).toBeUndefined();
  });

  test.each([
    '',
    'x',
    'null',
    '"x"',
    '[]',
    '["x"]',
    '1',
    '{}',
    '{"a":{}}',
    '{"a":[]}',
    '{"a":"x"}',
    '{"a":1}',
    '{"a":null}',
    '{"a":1.0}',
    '{"a":[["x"]]}',
    '{"a":[[]]}',
    '{"a":[{}]}',
    '{"a":[{"prefix":"x","suffix":"y"}]}',
    '{"a":[{"unknown":"x"}]}',
    '{"a":[{"wildcard":"x*"}]}',
    '{"a":[{"cidr":"10.0.0.0/8"}]}',
    '{"a":[{"prefix":1}]}',
    '{"a":[{"prefix":["x"]}]}',
    '{"a":[{"prefix":{"equals-ignore-case":"x"}}]}',
    '{"a":[{"suffix":null}]}',
    '{"a":[{"equals-ignore-case":true}]}',
    '{"a":[{"exists":"true"}]}',
    '{"a":[{"anything-but":[]}]}',
    '{"a":[{"anything-but":["x",1]}]}',
    '{"a":[{"anything-but":[null]}]}',
    '{"a":[{"anything-but":true}]}',
    '{"a":[{"anything-but":[["x"]]}]}',
    '{"a":[{"anything-but":{}}]}',
    '{"a":[{"anything-but":{"prefix":""}}]}',
    '{"a":[{"anything-but":{"prefix":[]}}]}',
    '{"a":[{"anything-but":{"numeric":["=",1]}}]}',
    '{"a":[{"numeric":[]}]}',
    '{"a":[{"numeric":["="]}]}',
    '{"a":[{"numeric":["=","1"]}]}',
    '{"a":[{"numeric":["!=",1]}]}',
    '{"a":[{"numeric":[1,"="]}]}',
    '{"a":[{"numeric":["=",1,"=",1]}]}',
    '{"a":[{"numeric":["<",1,">",0]}]}',
    '{"a":[{"numeric":[">",5,"<",5]}]}',
    '{"a":[{"numeric":[">",1,"<",2,"<",3]}]}',
    '{"a":[{"numeric":[">",1,"<"]}]}',
    '{"a":[{"numeric":["=",5000000001]}]}',
    '{"a":[{"numeric":["=",1e400]}]}',
    '{"a":[{"numeric":5}]}',
    '{"$or":[]}',
    '{"$or":[{"a":["x"]}]}',
    '{"$or":[{"a":["x"]},{}]}',
    '{"$or":[{"a":["x"]},{"b":"y"}]}',
    '{"a":["x"]} {"b":["y"]}',
    "{'a':['x']}",
    '{"a":["x"],}',
  ])('refuses %s', (text) => {
    expect(parseEventPattern(text)).toEqual({ problem: expect.stringMatching(/.\.$/) });
  });

  test('takes 4096 characters, not one more', () => {
    const text = (length: number): string => `{"a":["${'x'.repeat(length - 9)}"]}`;
    expect(text(4096)).toHaveLength(4096 + 1);
    expect(parseEventPattern(text(4095)).problem).toBeUndefined();
    expect(parseEventPattern(text(4096)).problem).toContain('4096');
  });

  test.each([
    ['{"a":[{"wildcard":"a**b"}]}', /Consecutive wildcard/],
    [String.raw`{"a":[{"wildcard":"a\\b"}]}`, /Invalid escape/],
    ['{"a":[{"wildcard":5}]}', /takes a string/],
    ['{"a":[{"cidr":"10.0.0.0"}]}', /Malformed CIDR/],
    ['{"a":[{"cidr":"10.0.0.0/33"}]}', /Malformed CIDR/],
    ['{"a":[{"cidr":"10.0.0/24"}]}', /Malformed CIDR/],
    ['{"a":[{"prefix":{"suffix":"x"}}]}', /equals-ignore-case/],
    ['{"a":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}', /does not take "cidr"/],
  ])('%s is refused in a rule', (text, problem) => {
    expect(parseEventPattern(text, RULE_DIALECT).problem).toMatch(problem);
  });

  test.each(['{"a":[{"wildcard":"a*"}]}', '{"a":[{"cidr":"10.0.0.0/8"}]}'])(
    '%s is none of a filter',
    (text) => {
      expect(parseEventPattern(text).problem).toContain('is not a comparison');
    },
  );

  test('has a thousand combinations of choices at most', () => {
    const or = '{"$or":[{"a":["x"]},{"b":["x"]}]}';
    const nested = (depth: number): string =>
      `{${Array.from({ length: depth }, (_, index) => `"m${index}":${or}`).join(',')}}`;
    expect(parseEventPattern(nested(9)).problem).toBeUndefined();
    expect(parseEventPattern(nested(10)).problem).toContain('1000 combinations');
  });

  test('is not bothered by the deepest and the widest pattern that fits', () => {
    const deep = `${'{"a":'.repeat(680)}["x"]${'}'.repeat(680)}`;
    let choices = '{"a":["x"]}';
    while (choices.length < 4070) choices = `{"$or":[${choices},{"b":["x"]}]}`;
    for (const text of [deep, choices]) {
      const { pattern, problem } = parseEventPattern(text);
      expect(problem).toBeUndefined();
      if (pattern !== undefined) expect(compileEventPattern(pattern)({})).toBe(false);
    }
  });

  test('never throws: what it takes compiles, and what was compiled answers', () => {
    const operators = fc.constantFrom(
      '$or',
      'prefix',
      'suffix',
      'anything-but',
      'numeric',
      'exists',
      'equals-ignore-case',
      'a',
      '__proto__',
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom<unknown>('x', '', 0, 1.5, true, null, '=', '<', '>'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(operators, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, value, (candidate, event) => {
        const { pattern } = parseEventPattern(JSON.stringify(candidate));
        if (pattern === undefined) return;
        expect(compileEventPattern(pattern)(JSON.parse(JSON.stringify(event)))).toBeTypeOf('boolean');
      }),
      { numRuns: 5000 },
    );
  });
});
