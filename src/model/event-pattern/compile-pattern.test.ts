import { describe, expect, test } from 'vitest';
import { processorMs } from '../../../test/support/processor-time.ts';
import { compileEventPattern } from './compile-pattern.ts';
import { type JsonValue, readExactJson } from './exact-json.ts';
import { RULE_DIALECT } from './event-pattern.ts';
import { parseEventPattern } from './parse-pattern.ts';

function matches(patternText: string, eventText: string): boolean {
  const { pattern, problem } = parseEventPattern(patternText, RULE_DIALECT);
  const event: JsonValue | undefined = readExactJson(eventText)?.value;
  if (pattern === undefined || event === undefined) throw new Error(`${problem} ${eventText}`);
  return compileEventPattern(pattern)(event);
}

describe('compileEventPattern', () => {
  test.each([
    // exact
    ['{"a":["x"]}', '{"a":"x","b":1}'],
    ['{"a":["x","y"]}', '{"a":"y"}'],
    ['{"a":[""]}', '{"a":""}'],
    ['{"a":[null]}', '{"a":null}'],
    ['{"a":[true]}', '{"a":true}'],
    ['{"a":[300]}', '{"a":300}'],
    ['{"a":[3e2]}', '{"a":3e2}'],
    ['{"a":["x"],"b":["y"]}', '{"a":"x","b":"y"}'],
    ['{"a":{"b":["x"]}}', '{"a":{"b":"x","c":1}}'],
    // text
    ['{"a":[{"prefix":"ab"}]}', '{"a":"abc"}'],
    ['{"a":[{"suffix":"bc"}]}', '{"a":"abc"}'],
    ['{"a":[{"equals-ignore-case":"AbC"}]}', '{"a":"aBc"}'],
    ['{"a":[{"prefix":{"equals-ignore-case":"AB"}}]}', '{"a":"aBc"}'],
    ['{"a":[{"suffix":{"equals-ignore-case":"bC"}}]}', '{"a":"aBc"}'],
    ['{"a":[{"wildcard":"a*c*e"}]}', '{"a":"abccde"}'],
    ['{"a":[{"wildcard":"*"}]}', '{"a":""}'],
    [String.raw`{"a":[{"wildcard":"\\*\\\\*"}]}`, String.raw`{"a":"*\\x"}`],
    ['{"a":[{"cidr":"10.0.0.0/24"}]}', '{"a":"10.0.0.255"}'],
    ['{"a":[{"cidr":"2001:db8::/32"}]}', '{"a":"2001:db8::1"}'],
    ['{"a":[{"anything-but":{"wildcard":"*.png"}}]}', '{"a":"a.jpg"}'],
    // anything-but
    ['{"a":[{"anything-but":"x"}]}', '{"a":"y"}'],
    ['{"a":[{"anything-but":"x"}]}', '{"a":1}'],
    ['{"a":[{"anything-but":"x"}]}', '{"a":null}'],
    ['{"a":[{"anything-but":[1,2]}]}', '{"a":3}'],
    ['{"a":[{"anything-but":{"prefix":"x"}}]}', '{"a":"ax"}'],
    ['{"a":[{"anything-but":{"suffix":["x","y"]}}]}', '{"a":"xa"}'],
    ['{"a":[{"anything-but":{"equals-ignore-case":"x"}}]}', '{"a":"y"}'],
    ['{"a":[{"anything-but":"x"}]}', '{"a":["x","y"]}'],
    // numeric
    ['{"a":[{"numeric":["=",300]}]}', '{"a":3.0e2}'],
    ['{"a":[{"numeric":[">",0,"<=",5]}]}', '{"a":5}'],
    ['{"a":[{"numeric":[">=",-1.5]}]}', '{"a":-1.5}'],
    ['{"a":[{"numeric":["<",0]}]}', '{"a":-0.1}'],
    // exists
    ['{"a":[{"exists":true}]}', '{"a":null}'],
    ['{"a":[{"exists":true}]}', '{"a":[[],["x"]]}'],
    ['{"a":[{"exists":false}]}', '{}'],
    ['{"a":[{"exists":false}]}', '{"a":{"b":1}}'],
    ['{"a":[{"exists":false}]}', '{"a":[]}'],
    ['{"a":{"b":[{"exists":false}]}}', '{}'],
    ['{"a":{"b":[{"exists":false}]}}', '{"a":5}'],
    ['{"a":["x",{"exists":false}]}', '{"a":"x"}'],
    ['{"a":["x",{"exists":false}]}', '{"b":"x"}'],
    ['{"a":{"b":["x"],"c":[{"exists":false}]}}', '{"a":[{"b":"x"},{"b":"y"}]}'],
    // arrays
    ['{"a":["x"]}', '{"a":["y","x"]}'],
    ['{"a":["x"]}', '{"a":[["y",[["x"]]]]}'],
    ['{"a":{"b":["x"]}}', '{"a":[{"b":"y"},7,{"b":["x"]}]}'],
    ['{"a":{"b":["x"],"c":["y"]}}', '{"a":[{"b":"x","c":"y"}]}'],
    // $or
    ['{"$or":[{"a":["x"]},{"b":["y"]}]}', '{"b":"y"}'],
    ['{"c":["z"],"$or":[{"a":["x"]},{"b":["y"],"d":["w"]}]}', '{"c":"z","b":"y","d":"w"}'],
    ['{"d":{"$or":[{"a":["x"]},{"b":["y"]}]}}', '{"d":[{"a":"y"},{"b":"y"}]}'],
    ['{"$or":["x"]}', '{"$or":"x"}'],
    // names
    ['{"__proto__":["x"]}', '{"__proto__":"x"}'],
  ])('%s matches %s', (pattern, event) => {
    expect(matches(pattern, event)).toBe(true);
  });

  test.each([
    ['{"a":[{"wildcard":"a*b"}]}', '{"a":"abc"}'],
    ['{"a":[{"wildcard":"ab*ba"}]}', '{"a":"aba"}'],
    ['{"a":[{"cidr":"10.0.0.0/24"}]}', '{"a":"10.0.1.0"}'],
    ['{"a":[{"cidr":"10.0.0.0/24"}]}', '{"a":"::ffff:10.0.0.1"}'],
    ['{"a":[{"cidr":"10.0.0.0/24"}]}', '{"a":"ten"}'],
    ['{"c":{"a":["x"]},"$or":[{"c":{"b":["y"]}},{"d":["z"]}]}', '{"c":[{"a":"x"},{"b":"y"}]}'],
    ['{"a":["x"]}', '{}'],
    ['{"a":["x"]}', '{"a":"X"}'],
    ['{"a":["x"]}', '{"a":{"x":"x"}}'],
    ['{"a":["x"]}', '{"a":{"a":"x"}}'],
    ['{"a":["1"]}', '{"a":1}'],
    ['{"a":[1]}', '{"a":"1"}'],
    ['{"a":[300]}', '{"a":300.0}'],
    ['{"a":[300]}', '{"a":3e2}'],
    ['{"a":[300.0]}', '{"a":300}'],
    ['{"a":[null]}', '{}'],
    ['{"a":[true]}', '{"a":"true"}'],
    ['{"a":[""]}', '{"a":[]}'],
    ['{"a":["x"],"b":["y"]}', '{"a":"x"}'],
    ['{"a":[{"prefix":"1"}]}', '{"a":12}'],
    ['{"a":[{"suffix":"ab"}]}', '{"a":"abc"}'],
    ['{"a":[{"anything-but":"x"}]}', '{"a":"x"}'],
    ['{"a":[{"anything-but":"x"}]}', '{}'],
    ['{"a":[{"anything-but":"x"}]}', '{"a":{"b":"y"}}'],
    ['{"a":[{"anything-but":[1,2]}]}', '{"a":2.0}'],
    ['{"a":[{"anything-but":{"prefix":"x"}}]}', '{"a":"xa"}'],
    ['{"a":[{"anything-but":{"suffix":["x","y"]}}]}', '{"a":"ay"}'],
    ['{"a":[{"numeric":[">",0,"<=",5]}]}', '{"a":0}'],
    ['{"a":[{"numeric":["=",5]}]}', '{"a":"5"}'],
    ['{"a":[{"numeric":["<",5]}]}', '{"a":null}'],
    ['{"a":[{"exists":true}]}', '{}'],
    ['{"a":[{"exists":true}]}', '{"a":{"b":1}}'],
    ['{"a":[{"exists":true}]}', '{"a":[]}'],
    ['{"a":[{"exists":false}]}', '{"a":null}'],
    ['{"a":{"b":[{"exists":false}]}}', '{"a":[{"b":1},{"c":2}]}'],
    ['{"a":{"b":["x"],"c":["y"]}}', '{"a":[{"b":"x"},{"c":"y"}]}'],
    ['{"$or":[{"a":["x"]},{"b":["y"]}]}', '{"a":"y","b":"x"}'],
    ['{"c":["z"],"$or":[{"a":["x"]},{"b":["y"]}]}', '{"a":"x"}'],
    ['{"toString":[{"exists":true}]}', '{}'],
  ])('%s does not match %s', (pattern, event) => {
    expect(matches(pattern, event)).toBe(false);
  });

  test.each(['"x"', '5', 'null', '[]', '[{}]'])('%s has no members', (event) => {
    expect(matches('{"a":[{"exists":true}]}', event)).toBe(false);
    expect(matches('{"a":[{"exists":false}]}', event)).toBe(true);
  });

  test('takes plain objects as well as read ones', () => {
    const { pattern } = parseEventPattern('{"body":{"n":[300]},"id":[1.5]}');
    expect(pattern && compileEventPattern(pattern)({ id: 1.5, body: { n: 300 } })).toBe(true);
  });

  test('is not bothered by the depth of events', () => {
    const depth = 200_000;
    expect(matches('{"a":["x"]}', `{"a":${'['.repeat(depth)}"x"${']'.repeat(depth)}}`)).toBe(true);
    expect(matches('{"a":["x"]}', '{"a":'.repeat(depth) + '1' + '}'.repeat(depth))).toBe(false);
  });

  test('nested choices over many elements take no exponential time', () => {
    let choice = '{"z":["x"]}';
    while (choice.length < 3900) choice = `{"$or":[${choice},{"y":["x"]}]}`;
    const event = JSON.stringify({ a: Array.from({ length: 2000 }, () => ({ y: 'y', z: ['z', 'z'] })) });
    const match = (): void => expect(matches(`{"a":${choice}}`, event)).toBe(false);
    expect(processorMs(match)).toBeLessThan(5000);
  });
});
