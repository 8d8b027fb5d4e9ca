import type { SamplingRule, XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { xrayOf } from '../../support/xray.ts';
import { create, rules } from './rules.ts';

let server: TestServer;
let xray: XRayClient;

beforeAll(async () => {
  server = await startServer();
  xray = xrayOf(server.endpoint);
});

afterAll(async () => {
  xray.destroy();
  expect(await server.stop()).toBe(0);
});

describe('CreateSamplingRule', () => {
  test('makes a rule that clients get', async () => {
    const created = await create(xray, { Attributes: { tier: 'gold' } });
    const { RuleName = '' } = created;
    expect(created.RuleARN).toBe(`arn:aws:xray:us-east-1:000000000000:sampling-rule/${RuleName}`);
    expect(created).toMatchObject({ FixedRate: 0.5, ReservoirSize: 5, Attributes: { tier: 'gold' } });
    expect(await rules(xray)).toContainEqual(created);
  });

  test.each<readonly [Partial<SamplingRule>, string]>([
    [{ RuleName: 'Default' }, 'Sampling rule Default already exists.'],
    [{ Version: 2 }, 'The version of a sampling rule must be 1.'],
    [{ RuleName: undefined }, 'Specify a rule by either name or ARN, but not both.'],
    [
      { SamplingRateBoost: { MaxRate: 1, CooldownWindowMinutes: 1 } },
      'SamplingRule.SamplingRateBoost is not implemented by Lambent yet.',
    ],
  ])('refuses %j', async (more, message) => {
    await expect(create(xray, more)).rejects.toMatchObject({ name: 'InvalidRequestException', message });
  });

  test('refuses a twenty-sixth rule', async () => {
    const other = xrayOf(server.endpoint, { accessKeyId: '111122223333', secretAccessKey: 'x' });
    for (let count = 0; count < 25; count += 1) await create(other);
    await expect(create(other)).rejects.toMatchObject({ name: 'RuleLimitExceededException' });
    other.destroy();
  });
});
