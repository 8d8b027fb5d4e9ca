import { describe, expect, test } from 'vitest';
import type { StoredLogging } from '../../../model/stored-function.ts';
import { checkManaged, managedInstances } from './managed-function.ts';

const CALLER = { accountId: '000000000000', region: 'us-east-1' };
const ARN = 'arn:aws:lambda:us-east-1:000000000000:capacity-provider:machine';
const JSON_LOGS: StoredLogging = { logFormat: 'JSON', logGroup: '/aws/lambda/f' };

function read(places?: number, rated: object = {}, arn = ARN) {
  const config = {
    LambdaManagedInstancesCapacityProviderConfig: {
      CapacityProviderArn: arn,
      PerExecutionEnvironmentMaxConcurrency: places,
    },
  };
  return managedInstances(
    config,
    { runtime: 'nodejs24.x', memoryMb: 2048, logging: JSON_LOGS, ...rated },
    CALLER,
  );
}

describe('a function on managed instances', () => {
  test('takes 64 invocations for each 2 GiB unless it says otherwise', () => {
    expect(read()).toEqual({ maxConcurrency: 64 });
    expect(read(undefined, { memoryMb: 8192 })).toEqual({ maxConcurrency: 256 });
    expect(read(1)).toEqual({ maxConcurrency: 1 });
    expect(() => read(65)).toThrow('must not be greater than 64');
  });

  test('takes as many for each vCPU, of which there are fewer where each has more memory', () => {
    const rated = (memoryGiB: number, ratio: number, places?: number) =>
      managedInstances(
        {
          LambdaManagedInstancesCapacityProviderConfig: {
            CapacityProviderArn: ARN,
            ExecutionEnvironmentMemoryGiBPerVCpu: ratio,
            PerExecutionEnvironmentMaxConcurrency: places,
          },
        },
        { runtime: 'nodejs24.x', memoryMb: memoryGiB * 1024, logging: JSON_LOGS },
        CALLER,
      );
    expect(rated(8, 4)).toEqual({ maxConcurrency: 128, memoryGiBPerVcpu: 4 });
    expect(rated(8, 8)).toEqual({ maxConcurrency: 64, memoryGiBPerVcpu: 8 });
    expect(() => rated(8, 8, 65)).toThrow('must not be greater than 64');
    expect(() => rated(4, 8)).toThrow('greater than or equal to 8192');
  });

  test('names the machine of its own account and Region', () => {
    expect(() => read(1, {}, ARN.replace('us-east-1', 'eu-west-1'))).toThrow('Capacity provider not found');
  });

  test.each([
    ['nodejs20.x', false],
    ['nodejs22.x', true],
    ['nodejs24.x', true],
    ['provided.al2023', true],
    ['provided.al2', false],
    ['python3.13', false],
    ['java21', false],
  ])('runs %s: %s', (runtime, can) => {
    const attempt = (): unknown => read(1, { runtime });
    if (can) expect(attempt()).toEqual({ maxConcurrency: 1 });
    else
      expect(attempt).toThrow(
        `CapacityProviderConfig with runtime ${runtime} is not implemented by Lambent yet.`,
      );
  });

  test('has 2 GiB at least, and JSON logs', () => {
    expect(() => read(1, { memoryMb: 2047 })).toThrow('greater than or equal to 2048');
    expect(() => read(1, { logging: { ...JSON_LOGS, logFormat: 'Text' } })).toThrow('JSON log format');
  });

  test('is none of the default kind, which passes as it is', () => {
    const logging: StoredLogging = { logFormat: 'Text', logGroup: '/g' };
    expect(() => checkManaged({ runtime: 'ruby3.4', memoryMb: 128, logging })).not.toThrow();
  });
});
