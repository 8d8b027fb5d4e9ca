import { UpdateSamplingRuleCommand, type SamplingRuleUpdate, type XRayClient } from '@aws-sdk/client-xray';
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

async function update(SamplingRuleUpdate: SamplingRuleUpdate) {
  return await xray.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate }));
}

describe('UpdateSamplingRule', () => {
  test('changes what it names, by name or ARN', async () => {
    const created = await create(xray);
    const { RuleName, RuleARN } = created;
    await update({ RuleName, FixedRate: 0.25 });
    const { SamplingRuleRecord: record } = await update({ RuleARN, Priority: 7 });
    expect(record?.SamplingRule).toEqual({ ...created, FixedRate: 0.25, Priority: 7 });
    expect(record?.ModifiedAt?.getTime()).toBeGreaterThanOrEqual(record?.CreatedAt?.getTime() ?? Number.NaN);
    expect(await rules(xray)).toContainEqual({ ...created, FixedRate: 0.25, Priority: 7 });
  });

  test('changes how much the default rule takes', async () => {
    await update({ RuleName: 'Default', FixedRate: 1, ReservoirSize: 3 });
    expect((await rules(xray)).at(-1)).toMatchObject({ RuleName: 'Default', FixedRate: 1, ReservoirSize: 3 });
  });

  test.each<readonly [SamplingRuleUpdate, string]>([
    [{ RuleName: 'none', FixedRate: 1 }, 'Sampling rule none does not exist.'],
    [
      { RuleName: 'Default', Host: 'x' },
      'Of the default rule only FixedRate and ReservoirSize can be changed, not Host.',
    ],
    [{ FixedRate: 1 }, 'Specify a rule by either name or ARN, but not both.'],
    [{ RuleARN: 'arn:x' }, 'arn:x is no sampling rule of this account and Region.'],
    [
      { RuleName: 'x', SamplingRateBoost: { MaxRate: 1, CooldownWindowMinutes: 1 } },
      'SamplingRuleUpdate.SamplingRateBoost is not implemented by Lambent yet.',
    ],
  ])('refuses %j', async (input, message) => {
    await expect(update(input)).rejects.toMatchObject({ name: 'InvalidRequestException', message });
  });
});
