import {
  GetTraceSummariesCommand,
  type GetTraceSummariesCommandInput,
  type XRayClient,
} from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { newSegmentId, newTraceId, xrayOf } from '../../support/xray.ts';
import { put, segment } from './segments.ts';

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

/** When the trace was that is looked for: however long a busy machine takes to get to it. */
const MADE_AT_MS = Date.now();

/** Those of a minute around a moment. */
async function summaries(input: Partial<GetTraceSummariesCommandInput> = {}, atMs = MADE_AT_MS) {
  const StartTime = new Date(atMs - 30_000);
  const EndTime = new Date(atMs + 30_000);
  return await xray.send(new GetTraceSummariesCommand({ StartTime, EndTime, ...input }));
}

describe('GetTraceSummaries', () => {
  /** One trace of a shop that calls a table and a stock that fails. */
  const trace_id = newTraceId();
  const call = { id: newSegmentId(), name: 'stock', namespace: 'remote', start_time: 0, end_time: 0 };
  const query = {
    id: newSegmentId(),
    name: 'DynamoDB',
    namespace: 'aws',
    start_time: 0,
    end_time: 0,
    aws: { operation: 'Query', table_name: 'orders' },
    annotations: { cached: false },
  };
  const shop = segment({
    trace_id,
    origin: 'AWS::EC2::Instance',
    user: 'ada',
    error: true,
    http: {
      request: {
        method: 'POST',
        url: 'http://shop.example/orders',
        client_ip: '10.0.0.1',
        user_agent: 'curl',
      },
      response: { status: 429 },
    },
    throttle: true,
    annotations: { gold: true, items: 3, city: 'Ulm' },
    subsegments: [call, query],
  });
  const stock = segment({
    trace_id,
    name: 'stock',
    parent_id: call.id,
    fault: true,
    end_time: shop.end_time + 1,
  });

  beforeAll(async () => {
    await put(xray, shop, stock);
  });

  test('show what there is to see of a trace', async () => {
    const { TraceSummaries = [], TracesProcessedCount } = await summaries();
    expect(TracesProcessedCount).toBe(1);
    expect(TraceSummaries).toMatchObject([
      {
        Id: trace_id,
        Duration: 2,
        ResponseTime: 1,
        HasError: true,
        HasThrottle: true,
        HasFault: false,
        IsPartial: false,
        Http: {
          HttpURL: 'http://shop.example/orders',
          HttpStatus: 429,
          HttpMethod: 'POST',
          ClientIp: '10.0.0.1',
          UserAgent: 'curl',
        },
        Users: [{ UserName: 'ada', ServiceIds: [{ Name: 'shop' }] }],
        EntryPoint: { Name: 'shop', Type: 'AWS::EC2::Instance' },
      },
    ]);
    expect(TraceSummaries[0]?.ServiceIds?.map(({ Name }) => Name)).toEqual(['shop', 'stock', 'orders']);
    expect(TraceSummaries[0]?.Annotations).toMatchObject({
      gold: [{ AnnotationValue: { BooleanValue: true }, ServiceIds: [{ Name: 'shop' }] }],
      items: [{ AnnotationValue: { NumberValue: 3 } }],
      city: [{ AnnotationValue: { StringValue: 'Ulm' } }],
      cached: [{ AnnotationValue: { BooleanValue: false } }],
    });
  });

  test.each([
    'service("shop")',
    'service(id(name: "orders", type: "AWS::DynamoDB::Table"))',
    'service("stock") { fault }',
    'service() { fault = true }',
    'annotation.city = "Ulm"',
    'annotation[items] >= 3 AND annotation.gold = true',
    'http.status = 429',
    'http.url CONTAINS "shop.example"',
    'http.method = "POST" AND http.clientip BEGINSWITH "10." AND http.useragent ENDSWITH "rl"',
    'responsetime > 0.5 AND responsetime < 5',
    'duration >= 2',
    'error',
    'throttle = true',
    '!fault',
    'NOT (ok OR partial)',
    'user = "ada"',
    'fault OR (error AND service("stock"))',
  ])('take %s', async (FilterExpression) => {
    expect((await summaries({ FilterExpression })).TraceSummaries).toHaveLength(1);
  });

  test.each([
    'service("other")',
    'service("shop") { fault }',
    'annotation.city = "Bonn"',
    'annotation.none != "x"',
    'http.status = 200',
    'responsetime > 5',
    'ok',
    'fault',
    'error = false',
    'user = "bob"',
  ])('leave out what is not %s', async (FilterExpression) => {
    const { TraceSummaries, TracesProcessedCount } = await summaries({ FilterExpression });
    expect(TraceSummaries).toEqual([]);
    expect(TracesProcessedCount).toBe(1);
  });

  test.each([
    ['edge("a", "b")', 'The keyword edge of filter expressions is not implemented by Lambent yet.'],
    ['group.name = "x"', 'The keyword group.name of filter expressions is not implemented by Lambent yet.'],
    ['service("x"', 'Invalid filter expression: it ends too soon.'],
    ['responsetime = "long"', 'Invalid filter expression: responsetime = takes another kind of value.'],
    ['fault error', 'Invalid filter expression: "error" is not expected.'],
    ['§', 'Invalid filter expression: cannot read it from "§" on.'],
    ['('.repeat(100), 'Invalid filter expression: too many brackets.'],
  ])('refuse %s', async (FilterExpression, message) => {
    await expect(summaries({ FilterExpression })).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message,
    });
  });

  test.each([
    [{ Sampling: true }, 'Sampling is not implemented by Lambent yet.'],
    [
      { SamplingStrategy: { Name: 'FixedRate', Value: 1 } },
      'SamplingStrategy is not implemented by Lambent yet.',
    ],
    [{ NextToken: 'x' }, 'The NextToken is invalid.'],
    [{ StartTime: new Date(9e12) }, 'Start time must come before end time.'],
  ] as const)('refuse %j', async (input, message) => {
    await expect(summaries(input)).rejects.toMatchObject({ name: 'InvalidRequestException', message });
  });

  test.each(['TraceId', 'Event', 'Service'] as const)('are found by time of %s', async (TimeRangeType) => {
    expect((await summaries({ TimeRangeType })).TraceSummaries).toHaveLength(1);
    expect((await summaries({ TimeRangeType }, MADE_AT_MS - 120_000)).TraceSummaries).toEqual([]);
  });

  test('come page by page', async () => {
    const atMs = Date.now() - 3_600_000;
    const ids = Array.from({ length: 250 }, (_, index) => newTraceId(atMs + 10 * index));
    await put(xray, ...ids.map((id) => segment({ trace_id: id })));
    const seen: string[] = [];
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page = await summaries({ NextToken }, atMs);
      for (const { Id = '' } of page.TraceSummaries ?? []) seen.push(Id);
      ({ NextToken } = page);
      pages += 1;
    } while (NextToken !== undefined);
    expect(pages).toBe(2);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });
});
