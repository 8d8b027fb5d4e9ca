import { GetTraceGraphCommand, type XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { newTraceId, xrayOf } from '../../support/xray.ts';
import { put, shopAndStock } from './segments.ts';

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

describe('GetTraceGraph', () => {
  test('shows who called whom, and how that went', async () => {
    const { trace_id, segments } = shopAndStock();
    await put(xray, ...segments);
    const { Services = [] } = await xray.send(
      new GetTraceGraphCommand({ TraceIds: [trace_id, newTraceId()] }),
    );
    const named = Services.map(({ Name, Type, Root = false, State }) => [Name, Type, Root, State]);
    expect(named).toEqual([
      ['shop', 'AWS::EC2::Instance', true, 'active'],
      ['shop', 'client', false, 'unknown'],
      ['stock', 'client', false, 'active'],
      ['orders', 'AWS::DynamoDB::Table', false, 'active'],
    ]);
    const [shop, client] = Services;
    expect(client?.Edges).toMatchObject([{ ReferenceId: 0, SummaryStatistics: { TotalCount: 1 } }]);
    expect(shop?.Edges).toMatchObject([
      { ReferenceId: 2, SummaryStatistics: { FaultStatistics: { TotalCount: 1 }, OkCount: 0 } },
      { ReferenceId: 3, SummaryStatistics: { OkCount: 1, TotalResponseTime: 0.25 } },
    ]);
    expect(shop?.ResponseTimeHistogram).toEqual([{ Value: 1, Count: 1 }]);
  });

  test('refuses what is no trace ID', async () => {
    await expect(xray.send(new GetTraceGraphCommand({ TraceIds: ['x'] }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'x is no trace ID.',
    });
  });
});
