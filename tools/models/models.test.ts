import { describe, expect, test } from 'vitest';
import { serviceIndex, serviceModel } from '../../src/aws/schema/service-model.ts';
import { extractModel, indexEntry } from './extract-model.ts';
import type { SdkModule } from './sdk-client.ts';
import { services } from './services.ts';

describe('the committed models', () => {
  test.each(['lambda', 'sqs', 's3', 'cloudwatch-logs', 'sts'])(
    'of %s are those of the installed SDK',
    async (name) => {
      const extracted = extractModel(name, (await import(`@aws-sdk/client-${name}`)) as SdkModule);
      expect(serviceModel(name).json).toEqual(JSON.parse(JSON.stringify(extracted)));
      expect(serviceIndex()).toContainEqual(indexEntry(extracted));
    },
  );

  test('are all there, with constraints', () => {
    expect(serviceIndex().map(({ name }) => name)).toEqual(services.map(({ name }) => name));
    for (const { name } of services)
      expect(serviceModel(name).constraints.constraints.length).toBeGreaterThan(0);
  });
});

describe('constraints of Lambda', () => {
  const { constraints, members, errors } = serviceModel('lambda').constraints;
  const constraintOf = (structure: string, member: string): object | undefined =>
    constraints[members[structure]?.[member] ?? -1];

  test('have the function name pattern that AWS quotes', () => {
    expect(constraintOf('CreateFunctionRequest', 'FunctionName')).toMatchObject({ min: 1, max: 140 });
    expect(constraintOf('InvocationRequest', 'FunctionName')).toMatchObject({ min: 1, max: 256 });
  });

  test('take in the enum values that only the SDK knows', () => {
    expect(constraintOf('CreateFunctionRequest', 'Architectures')).toMatchObject({
      max: 1,
      element: { enum: ['x86_64', 'arm64'] },
    });
  });

  test('name the errors of each operation', () => {
    expect(errors['GetFunction']?.toSorted()).toEqual([
      'InvalidParameterValueException',
      'ResourceNotFoundException',
      'ServiceException',
      'TooManyRequestsException',
    ]);
  });
});
