import {
  GetServiceGraphCommand,
  type GetServiceGraphCommandInput,
  type XRayClient,
} from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { newTraceId, xrayOf } from '../../support/xray.ts';
import { put, segment, shopAndStock } from './segments.ts';

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

async function graph(input: Partial<GetServiceGraphCommandInput> = {}, atMs = Date.now()) {
  const StartTime = new Date(atMs - 30_000);
  const EndTime = new Date(atMs + 30_000);
  return await xray.send(new GetServiceGraphCommand({ StartTime, EndTime, ...input }));
}

describe('GetServiceGraph', () => {
  test('adds up the traces of a period', async () => {
    for (let order = 0; order < 3; order += 1) await put(xray, ...shopAndStock().segments);
    const { Services = [] } = await graph();
    const shop = Services.find(({ Type }) => Type === 'AWS::EC2::Instance');
    expect(shop?.SummaryStatistics).toMatchObject({ TotalCount: 3, TotalResponseTime: 3 });
    const stock = Services.find(({ Name }) => Name === 'stock');
    expect(stock?.SummaryStatistics?.FaultStatistics).toEqual({ OtherCount: 3, TotalCount: 3 });
    expect((await graph({}, Date.now() - 120_000)).Services).toEqual([]);
  });

  test('takes any number of pages of traces', async () => {
    const atMs = Date.now() - 3_600_000;
    const ids = Array.from({ length: 230 }, (_, index) => newTraceId(atMs + 10 * index));
    await put(xray, ...ids.map((trace_id) => segment({ trace_id })));
    const { Services = [] } = await graph({}, atMs);
    expect(Services[0]?.SummaryStatistics?.OkCount).toBe(230);
  });

  test.each([
    [{ GroupName: 'mine' }, 'GroupName mine is not implemented by Lambent yet.'],
    [
      { GroupARN: 'arn:aws:xray:us-east-1:000000000000:group/mine/x' },
      'GroupARN is not implemented by Lambent yet.',
    ],
    [{ EndTime: new Date(0) }, 'Start time must come before end time.'],
  ])('refuses %j', async (input, message) => {
    await expect(graph(input)).rejects.toMatchObject({ name: 'InvalidRequestException', message });
  });
});
