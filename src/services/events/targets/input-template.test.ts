import { describe, expect, test } from 'vitest';
import { fillTemplate, templateProblem } from './input-template.ts';
import { parseJsonPath, valueAt } from './json-path.ts';

const event = {
  id: 'e1',
  detail: { state: 'run"ning', count: 3, list: [{ a: 'x' }, null], 'odd name': true, nothing: null },
};
const facts = {
  ruleArn: 'arn:aws:events:us-east-1:000000000000:rule/r',
  ruleName: 'r',
  ingestionTime: '2026-11-21T10:00:00Z',
  event: JSON.stringify(event),
};

describe('paths', () => {
  test.each([
    ['$', event],
    ['$.detail.count', 3],
    ['$.detail.list[0].a', 'x'],
    ["$.detail['odd name']", true],
    ['$["detail"]["list"][1]', null],
    ['$.detail.missing.deeper', undefined],
    ['$.detail.list[7]', undefined],
  ])('%s', (text, value) => {
    expect(valueAt(event, parseJsonPath(text) ?? ['none'])).toEqual(value);
  });

  test.each(['', 'detail', '$.', '$..a', '$.a[*]', '$.a[-1]', '$a', '$.a b'])('%s is none', (text) => {
    expect(parseJsonPath(text)).toBeUndefined();
  });
});

describe('templates', () => {
  const paths = {
    state: '$.detail.state',
    count: '$.detail.count',
    list: '$.detail.list',
    none: '$.detail.missing',
  };

  test.each([
    ['"it is <state>, <count> times"', '"it is run\\"ning, 3 times"'],
    [
      '{"state": <state>, "count": <count>, "list": <list>}',
      '{"state": "run\\"ning", "count": 3, "list": [{"a":"x"},null]}',
    ],
    ['{"text": "<list>"}', '{"text": "[{\\"a\\":\\"x\\"},null]"}'],
    ['{"rule": <aws.events.rule-name>, "missing": <none>}', '{"rule": "r", "missing": ""}'],
    ['{"whole": <aws.events.event>}', `{"whole": ${JSON.stringify(event)}}`],
  ])('%s', (template, filled) => {
    expect(templateProblem(template, paths)).toBeUndefined();
    expect(fillTemplate(template, paths, facts)).toBe(filled);
    expect(() => void JSON.parse(filled)).not.toThrow();
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['"<other>"', {}, /has no path/],
    ['"<a>"', { a: 'detail' }, /is no path/],
    ['"<a>"', { a: '$.x', 'aws.mine': '$.y' }, /reserved/],
    ['{"a": <a>', { a: '$.x' }, /no JSON/],
  ])('%s is refused', (template, given, problem) => {
    expect(templateProblem(template, given)).toMatch(problem);
  });
});
