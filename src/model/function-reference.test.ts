import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFunctionReference } from './function-reference.ts';

const caller = { accountId: '123456789012', region: 'us-east-1' };
const here = { ...caller, name: 'my-function' };

function parse(functionName: string, qualifier?: string): unknown {
  return parseFunctionReference(functionName, qualifier, caller);
}

function refusal(functionName: string, qualifier?: string): unknown {
  try {
    return parse(functionName, qualifier);
  } catch (error) {
    return error;
  }
}

describe('parseFunctionReference', () => {
  test.each([
    ['my-function', undefined],
    ['my-function:$LATEST', '$LATEST'],
    ['my-function:prod', 'prod'],
    ['function:my-function', undefined],
    ['123456789012:function:my-function:7', '7'],
    ['arn:aws:lambda:us-east-1:123456789012:function:my-function', undefined],
    ['arn:aws:lambda:us-east-1:123456789012:function:my-function:$LATEST', '$LATEST'],
  ])('reads %s', (functionName, qualifier) => {
    expect(parse(functionName)).toEqual({ ...here, qualifier });
  });

  test('takes the qualifier from either place, and from both when they agree', () => {
    expect(parse('my-function', 'prod')).toEqual({ ...here, qualifier: 'prod' });
    expect(parse('my-function:prod', 'prod')).toEqual({ ...here, qualifier: 'prod' });
    expect(refusal('my-function:prod', '1')).toMatchObject({
      code: 'InvalidParameterValueException',
      message: 'The derived qualifier from the function name does not match the specified qualifier.',
    });
  });

  test('reads an ARN that ends early as a function called function', () => {
    expect(parse('arn:aws:lambda:us-east-1:123456789012:function')).toMatchObject({ name: 'function' });
  });

  test('does not reach into other Regions and accounts', () => {
    expect(refusal('arn:aws:lambda:eu-west-1:123456789012:function:my-function')).toMatchObject({
      code: 'ResourceNotFoundException',
      message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    });
    expect(refusal('210987654321:function:my-function')).toMatchObject({
      code: 'AccessDeniedException',
      status: 403,
    });
  });

  test.each(['', 'my function', 'a:b:c:d', 'arn:aws:s3:::bucket', 'my-function:', 'a/b'])(
    'refuses %j',
    (functionName) => {
      expect(refusal(functionName)).toMatchObject({ code: 'ValidationException' });
    },
  );

  test('reads back every form of every name', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9-_]{1,64}$/).filter((text) => text !== 'function');
    const alias = fc.option(fc.stringMatching(/^(\$LATEST|[a-zA-Z0-9-_]{1,128})$/), { nil: undefined });
    const prefix = fc.constantFrom(
      '',
      'function:',
      '123456789012:function:',
      'arn:aws:lambda:us-east-1:123456789012:function:',
    );
    fc.assert(
      fc.property(prefix, name, alias, (before, bare, qualifier) => {
        fc.pre(before !== '' || qualifier === undefined || !/^\d{12}$/.test(bare));
        const text = `${before}${bare}${qualifier === undefined ? '' : `:${qualifier}`}`;
        expect(parse(text)).toEqual({ ...caller, name: bare, qualifier });
      }),
    );
  });
});
