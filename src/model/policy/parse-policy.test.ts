import { describe, expect, test } from 'vitest';
import { parsePolicy } from './parse-policy.ts';
import { PolicyError, renderPolicy } from './policy-document.ts';

const statement = {
  Sid: 'a',
  Effect: 'Allow',
  Principal: { AWS: '123456789012' },
  Action: 'lambda:InvokeFunction',
  Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f',
};

function parse(change: object, document: object = {}): unknown {
  return parsePolicy(
    JSON.stringify({ Version: '2012-10-17', Statement: { ...statement, ...change }, ...document }),
    'resource',
  );
}

describe('parsePolicy', () => {
  test('gives back what was written', () => {
    const text = JSON.stringify({
      Version: '2012-10-17',
      Id: 'default',
      Statement: [
        { ...statement, Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': true } } },
        { ...statement, Sid: 'b', Effect: 'Deny', Principal: '*', Action: ['lambda:Get*', '*'] },
      ],
    });
    expect(renderPolicy(parsePolicy(text, 'resource'))).toBe(text);
  });

  test('takes one statement without a list, and statements without Sid', () => {
    expect(parse({ Sid: undefined })).toMatchObject({ Statement: { Effect: 'Allow' } });
    const { Sid: _, ...bare } = statement;
    expect(parse({}, { Statement: [bare, bare] })).toMatchObject({ Statement: [bare, bare] });
  });

  test('an identity policy names no principal', () => {
    const { Principal: _, ...own } = statement;
    const text = JSON.stringify({ Statement: own });
    expect(parsePolicy(text, 'identity')).toEqual({ Statement: own });
    expect(() => parsePolicy(text, 'resource')).toThrow('either Principal or NotPrincipal');
    expect(() => parsePolicy(JSON.stringify({ Statement: statement }), 'identity')).toThrow(
      'The policy of an identity must not name a principal.',
    );
  });

  test.each<[object, string]>([
    [{ Effect: 'allow' }, 'Effect of Allow or Deny'],
    [{ Effect: undefined }, 'Effect of Allow or Deny'],
    [{ Sid: 1 }, 'Sid must be a text.'],
    [{ Who: '*' }, 'Who is no element of a statement.'],
    [{ Principal: undefined }, 'either Principal or NotPrincipal'],
    [{ NotPrincipal: '*' }, 'either Principal or NotPrincipal'],
    [{ Principal: 'x' }, 'A principal must be "*"'],
    [{ Principal: {} }, 'A principal must be "*"'],
    [{ Principal: { Role: 'x' } }, 'Role is no element of a principal.'],
    [{ Principal: { AWS: [] } }, 'AWS must be a text or a list of texts.'],
    [{ Action: undefined }, 'either Action or NotAction'],
    [{ NotAction: '*' }, 'either Action or NotAction'],
    [{ Action: [] }, 'Action must be a text or a list of texts.'],
    [{ Action: ['InvokeFunction'] }, 'InvokeFunction is no action of the form service:Name.'],
    [{ Resource: undefined }, 'either Resource or NotResource'],
    [{ Resource: 'f' }, 'Resource f must be in ARN format or "*".'],
    [{ Resource: 'arn:aws:lambda:*' }, 'Resource arn:aws:lambda:* must be in ARN format or "*".'],
    [{ Condition: [] }, 'Condition must be a JSON object.'],
    [{ Condition: { Bool: 1 } }, 'Bool must be an object of condition keys.'],
    [{ Condition: { Bool: { 'a:b': [{}] } } }, 'The values of a:b must be texts, numbers or booleans.'],
  ])('refuses a statement with %j', (change, message) => {
    expect(() => parse(change)).toThrow(message);
    expect(() => parse(change)).toThrow(PolicyError);
  });

  test.each<[object, string]>([
    [{ Version: '2020-01-01' }, 'Version of 2012-10-17 or 2008-10-17'],
    [{ Id: 7 }, 'Id must be a text.'],
    [{ Name: 'x' }, 'Name is no element of a policy.'],
    [{ Statement: undefined }, 'The policy must have a Statement.'],
    [{ Statement: [] }, 'at least one statement'],
    [{ Statement: ['x'] }, 'Every statement must be a JSON object.'],
    [{ Statement: [statement, statement] }, 'Statement IDs (SID) in a single policy must be unique.'],
  ])('refuses a policy with %j', (document, message) => {
    expect(() => parse({}, document)).toThrow(message);
  });

  test.each(['', '{', '[]', '"x"', 'null'])('refuses %j', (text) => {
    expect(() => parsePolicy(text, 'resource')).toThrow(PolicyError);
  });
});
