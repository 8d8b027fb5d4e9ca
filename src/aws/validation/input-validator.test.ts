import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../model/service-error.ts';
import { serviceModel } from '../schema/service-model.ts';
import { InputValidator } from './input-validator.ts';

function problem(
  service: string,
  operation: string,
  input: object,
  unchecked: readonly string[] = [],
): ServiceError {
  const model = serviceModel(service);
  const found = model.operation(operation);
  if (found === undefined) throw new Error(`${service} has no ${operation}.`);
  try {
    new InputValidator(model, unchecked).check(found, { ...input });
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  return new ServiceError('fine', 'fine');
}

const FUNCTION_NAME = String.raw`(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?`;
const NAMESPACED_NAME = String.raw`(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`;

// Texts in this block were recorded from AWS.
describe("in AWS's own words", () => {
  test.each([
    [
      'GetFunction',
      { FunctionName: 'a b' },
      `1 validation error detected: Value 'a b' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAMESPACED_NAME}`,
    ],
    [
      'PublishVersion',
      { FunctionName: 'a.b' },
      `1 validation error detected: Value 'a.b' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${FUNCTION_NAME}`,
    ],
    [
      'UpdateFunctionConfiguration',
      { FunctionName: 'f', Timeout: 901 },
      "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
    ],
    [
      'UntagResource',
      { Resource: 'arn:aws:lambda:us-east-1:000000000000:function:f' },
      "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
    ],
    [
      'PutProvisionedConcurrencyConfig',
      { FunctionName: 'f', Qualifier: '1', ProvisionedConcurrentExecutions: 0 },
      "1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      'UpdateFunctionCode',
      { FunctionName: 'f', Architectures: ['X86_64'] },
      "1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
    ],
    [
      'UpdateFunctionCode',
      { FunctionName: 'f', Architectures: ['x86_64', 'arm64'] },
      "1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1",
    ],
    [
      'UpdateAlias',
      { FunctionName: 'f', Name: 'a', RoutingConfig: { AdditionalVersionWeights: { '2': 2 } } },
      "1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
    ],
  ])('%s %j', (operation, input, message) => {
    expect(problem('lambda', operation, input)).toMatchObject({
      code: 'ValidationException',
      status: 400,
      message,
    });
  });

  test('several errors are told together', () => {
    const { message } = problem('lambda', 'GetFunction', {
      FunctionName: `${'a'.repeat(257)} `,
      Qualifier: '',
    });
    expect(message).toMatch(
      /^4 validation errors detected: Value 'a+ ' at 'functionName' failed to satisfy constraint: /,
    );
    expect(message).toContain(
      "at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 256; ",
    );
    expect(message).toMatch(/; Value '' at 'qualifier' failed .* greater than or equal to 1$/);
  });
});

describe('places', () => {
  test('in lists and maps of structures have a number or a key', () => {
    expect(problem('kms', 'TagResource', { KeyId: 'k', Tags: [{ TagKey: 'a' }] }).message).toBe(
      "1 validation error detected: Value null at 'tags.1.member.tagValue' failed to satisfy constraint: Member must not be null",
    );
    expect(problem('dynamodb', 'BatchGetItem', { RequestItems: { Table: {} } }).message).toContain(
      "Value null at 'requestItems.Table.member.keys' failed",
    );
  });

  test('begin in lower case, however the name goes on', () => {
    expect(
      problem('lambda', 'UpdateFunctionConfiguration', { FunctionName: 'f', KMSKeyArn: 'k' }).message,
    ).toContain("Value 'k' at 'kMSKeyArn' failed");
  });
});

describe('values', () => {
  test('a null in a list', () => {
    const input = { Resource: 'arn:aws:lambda:us-east-1:000000000000:function:f', TagKeys: ['a', null] };
    expect(problem('lambda', 'UntagResource', input).message).toContain(
      "Value '[a, null]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [",
    );
  });

  test('bytes print the way Java prints a buffer', () => {
    expect(problem('kms', 'Decrypt', { CiphertextBlob: new Uint8Array() }).message).toBe(
      "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=0 cap=0]' at 'ciphertextBlob' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  });

  test('that the model calls sensitive are not repeated', () => {
    const secret = { Variables: { A: 'hunter2' } };
    expect(
      problem('lambda', 'UpdateFunctionConfiguration', { FunctionName: 'f', Environment: secret }),
    ).toMatchObject({
      message:
        "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, Member must not be null]",
    });
    expect(problem('kms', 'Encrypt', { KeyId: 'k', Plaintext: new Uint8Array(4097) }).message).toBe(
      "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
    );
    expect(problem('kms', 'Encrypt', { KeyId: 'k' }).message).toContain("Value at 'plaintext' failed");
  });

  test('a fraction where a whole number is due is no validation error', () => {
    expect(
      problem('lambda', 'UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 1.5 }),
    ).toMatchObject({
      code: 'SerializationException',
    });
  });

  test('shapes that contain themselves are checked at any depth', () => {
    const filter = { And: [{ Not: { Tags: { Key: 'k' } } }] };
    const budget = { Filter: filter };
    expect(
      problem('ssm', 'GetInventory', { Aggregators: [{ Aggregators: [{ Aggregators: [] }] }], ...budget })
        .message,
    ).toBe(
      "1 validation error detected: Value '[]' at 'aggregators.1.member.aggregators.1.member.aggregators' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  });
});

describe('what is left alone', () => {
  test('a good input', () => {
    expect(problem('lambda', 'Invoke', { FunctionName: 'f', InvocationType: 'Event' }).code).toBe('fine');
  });

  test('constraints that are switched off, one kind or all', () => {
    const input = { FunctionName: 'f', Runtime: 'cobol', Handler: 'a b' };
    const place = 'UpdateFunctionConfigurationRequest';
    expect(problem('lambda', 'UpdateFunctionConfiguration', input).message).toMatch(/^2 validation errors/);
    const enumOff = problem('lambda', 'UpdateFunctionConfiguration', input, [`${place}.Runtime:enum`]);
    expect(enumOff.message).toMatch(/^1 validation error detected: Value 'a b' at 'handler'/);
    const both = [`${place}.Runtime:enum`, `${place}.Handler`];
    expect(problem('lambda', 'UpdateFunctionConfiguration', input, both).code).toBe('fine');
    const nameless = problem('lambda', 'GetFunction', {}, ['GetFunctionRequest.FunctionName:required']);
    expect(nameless.code).toBe('fine');
  });

  test('services that have words of their own', () => {
    expect(problem('sqs', 'SendMessage', {}).code).toBe('fine');
    expect(problem('s3', 'GetObject', {}).code).toBe('fine');
  });

  test('the query services call it ValidationError', () => {
    expect(problem('iam', 'GetRole', {}).code).toBe('ValidationError');
  });
});
