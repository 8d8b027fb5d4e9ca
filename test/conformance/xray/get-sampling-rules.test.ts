import { type XRayClient } from '@aws-sdk/client-xray';
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

describe('GetSamplingRules', () => {
  test('gives the default rule to whoever has no other', async () => {
    expect(await rules(xray)).toEqual([
      {
        RuleName: 'Default',
        RuleARN: 'arn:aws:xray:us-east-1:000000000000:sampling-rule/Default',
        ResourceARN: '*',
        Priority: 10_000,
        FixedRate: 0.05,
        ReservoirSize: 1,
        ServiceName: '*',
        ServiceType: '*',
        Host: '*',
        HTTPMethod: '*',
        URLPath: '*',
        Version: 1,
        Attributes: {},
      },
    ]);
  });

  test('gives all by priority, the default at the end', async () => {
    await create(xray, { RuleName: 'second', Priority: 20 });
    await create(xray, { RuleName: 'first', Priority: 1 });
    expect((await rules(xray)).map(({ RuleName }) => RuleName)).toEqual(['first', 'second', 'Default']);
  });
});
