import { GetSamplingTargetsCommand, type XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { newSegmentId, xrayOf } from '../../support/xray.ts';
import { create } from './rules.ts';

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

async function targets(RuleName: string, ...clients: readonly string[]) {
  const counts = { Timestamp: new Date(), RequestCount: 9, SampledCount: 5, BorrowCount: 0 };
  const SamplingStatisticsDocuments = clients.map((ClientID) => ({ RuleName, ClientID, ...counts }));
  return await xray.send(new GetSamplingTargetsCommand({ SamplingStatisticsDocuments }));
}

describe('GetSamplingTargets', () => {
  test('shares a reservoir out among those who report', async () => {
    const { RuleName = '' } = await create(xray, { ReservoirSize: 5 });
    const [a, b] = ['a', 'b'].map((first) => first + newSegmentId() + '0000000');
    const alone = await targets(RuleName, a ?? '');
    expect(alone.SamplingTargetDocuments).toMatchObject([
      { RuleName, FixedRate: 0.5, ReservoirQuota: 5, Interval: 10 },
    ]);
    expect(alone.SamplingTargetDocuments?.[0]?.ReservoirQuotaTTL?.getTime()).toBeGreaterThan(Date.now());
    await targets(RuleName, b ?? '');
    const both = await targets(RuleName, a ?? '', b ?? '');
    const quotas = both.SamplingTargetDocuments?.map(({ ReservoirQuota }) => ReservoirQuota);
    expect(quotas).toEqual([3, 2]);
    expect(alone.LastRuleModification?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  test('names rules that are none', async () => {
    const { UnprocessedStatistics } = await targets('none', '0'.repeat(24));
    expect(UnprocessedStatistics).toEqual([
      { RuleName: 'none', ErrorCode: 'InvalidRuleName', Message: 'There is no rule none.' },
    ]);
  });
});
