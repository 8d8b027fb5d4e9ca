import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  GetFunctionConfigurationCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock, sendEvent } from '../support/async-events.ts';
import { createUrl, openToAll, web } from '../support/function-urls.ts';
import { deploy, eventually, invoke, untilUpdated } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { invokeWithin, newTraceId, rootOf, segmentsOf, shownSegments, xrayOf } from '../support/xray.ts';

const HANDLER = `
exports.handler = async (event) => {
  if (event.fail) throw new RangeError('as asked');
  if (event.hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
  return process.env._X_AMZN_TRACE_ID;
};`;
const ACTIVE = { TracingConfig: { Mode: 'Active' } } as const;
const SERVICE = 'AWS::Lambda';
const FUNCTION = 'AWS::Lambda::Function';

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

async function deployTraced(settings: object = {}): Promise<string> {
  const name = uniqueName('traced');
  await deploy(server.lambda, name, { 'index.js': HANDLER }, { ...ACTIVE, ...settings });
  return name;
}

function names(parts: readonly { readonly name: string }[] | undefined): string[] {
  return (parts ?? []).map(({ name }) => name);
}

describe('an invocation of a function with active tracing', () => {
  test('is sampled when it is the first of its second, and both of its segments are there', async () => {
    const FunctionName = await deployTraced();
    const { header, payload, log } = await invokeWithin(server.lambda, { FunctionName });
    expect(header).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1;Lineage=/);
    expect(JSON.parse(payload)).toBe(header);
    const found = await segmentsOf(xray, rootOf(header), 2);
    const [service] = found.get(SERVICE) ?? [];
    const [ran] = found.get(FUNCTION) ?? [];
    expect(service).toMatchObject({ name: FunctionName, http: { response: { status: 200 } } });
    expect(service?.resource_arn).toContain(`:function:${FunctionName}`);
    expect(service?.fault).toBeUndefined();
    expect(ran).toMatchObject({ name: FunctionName, parent_id: service?.id });
    expect(header).toContain(`Parent=${ran?.id};`);
    expect(names(ran?.subsegments)).toEqual(['Initialization', 'Invocation', 'Overhead']);
    expect(log).toContain(`\nXRAY TraceId: ${rootOf(header)}\tSegmentId: ${ran?.id}\tSampled: true\t\n`);
  });

  test("follows its caller's decision, and is part of its trace", async () => {
    const FunctionName = await deployTraced();
    const yes = newTraceId();
    await invokeWithin(server.lambda, { FunctionName }, `Root=${yes};Parent=53995c3f42cd8ad8;Sampled=1`);
    const found = await segmentsOf(xray, yes, 2);
    expect(found.get(SERVICE)?.[0]?.parent_id).toBe('53995c3f42cd8ad8');
    const no = newTraceId();
    const answer = await invokeWithin(server.lambda, { FunctionName }, `Root=${no};Sampled=0`);
    expect(answer.header).toMatch(new RegExp(`^Root=${no};Parent=[0-9a-f]{16};Sampled=0;`));
    expect(answer.log).not.toContain('XRAY');
    const later = newTraceId();
    await invokeWithin(server.lambda, { FunctionName }, `Root=${later};Sampled=1`);
    await segmentsOf(xray, later, 2);
    expect(await shownSegments(xray, no)).toEqual([]);
  });

  test('says by which exception the handler failed', async () => {
    const FunctionName = await deployTraced();
    const id = newTraceId();
    await invokeWithin(server.lambda, { FunctionName, Payload: '{"fail":true}' }, `Root=${id};Sampled=1`);
    const found = await segmentsOf(xray, id, 2);
    expect(found.get(SERVICE)?.[0]).toMatchObject({ fault: true, http: { response: { status: 200 } } });
    const [ran] = found.get(FUNCTION) ?? [];
    expect(ran?.fault).toBe(true);
    expect(ran?.cause?.exceptions[0]).toMatchObject({ type: 'RangeError', message: 'as asked' });
    expect(ran?.cause?.exceptions[0]?.stack?.[0]).toMatchObject({ path: '/var/task/index.js', line: 3 });
    expect(ran?.subsegments?.find(({ name }) => name === 'Invocation')?.fault).toBe(true);
  });

  test('shows that it timed out', async () => {
    const FunctionName = await deployTraced({ Timeout: 1 });
    const id = newTraceId();
    await invokeWithin(server.lambda, { FunctionName, Payload: '{"hang":true}' }, `Root=${id};Sampled=1`);
    const [ran] = (await segmentsOf(xray, id, 2)).get(FUNCTION) ?? [];
    expect(ran).toMatchObject({ fault: true });
    expect(ran?.cause?.exceptions[0]?.type).toBe('Sandbox.Timedout');
  });

  test('shows what ended it in the middle of its response', async () => {
    const FunctionName = uniqueName('traced');
    const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      await new Promise((resolve) => stream.write('begun', resolve));
      process.exit(3);
    });`;
    await deploy(server.lambda, FunctionName, { 'index.js': code }, ACTIVE);
    await openToAll(server.lambda, FunctionName);
    const { FunctionUrl = '' } = await createUrl(server.lambda, {
      FunctionName,
      InvokeMode: 'RESPONSE_STREAM',
    });
    const id = newTraceId();
    const headers = { 'x-amzn-trace-id': `Root=${id};Sampled=1` };
    await expect(web(FunctionUrl, { headers })).rejects.toMatchObject({ code: 'ECONNRESET' });
    const [ran] = (await segmentsOf(xray, id, 2)).get(FUNCTION) ?? [];
    expect(ran?.cause?.exceptions[0]?.type).toBe('Runtime.ExitError');
  });

  test('shows that it was throttled, and has not run', async () => {
    const FunctionName = await deployTraced();
    await server.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
    );
    const id = newTraceId();
    const refused = invokeWithin(server.lambda, { FunctionName }, `Root=${id};Sampled=1`);
    await expect(refused).rejects.toThrow('Rate Exceeded');
    const found = await segmentsOf(xray, id, 1);
    expect([...found.keys()]).toEqual([SERVICE]);
    expect(found.get(SERVICE)?.[0]).toMatchObject({
      throttle: true,
      error: true,
      http: { response: { status: 429 } },
    });
  });

  test('of an event has a dwell time and its attempts, in one trace', async () => {
    const FunctionName = await deployTraced();
    const answer = await invokeWithin(server.lambda, {
      FunctionName,
      InvocationType: 'Event',
      LogType: 'None',
      Payload: '{"fail":true}',
    });
    expect(answer.header).toContain('Sampled=1');
    await segmentsOf(xray, rootOf(answer.header), 2);
    for (const [attempts, minutes] of [
      [2, 1],
      [3, 2],
    ] as const) {
      await eventually(
        async () => {
          await advanceClock(server, minutes * 60_000);
          return (await segmentsOf(xray, rootOf(answer.header), 1)).get(FUNCTION)?.length;
        },
        (count = 0) => count >= attempts,
      );
    }
    // What the service says of an attempt may come later than what the function does.
    const found = await eventually(
      async () => await segmentsOf(xray, rootOf(answer.header), 4),
      (segments) => segments.get(SERVICE)?.[0]?.subsegments?.length === 4,
    );
    const [service, ...others] = found.get(SERVICE) ?? [];
    expect(others).toEqual([]);
    expect(service?.fault).toBe(true);
    expect(names(service?.subsegments)).toEqual(['Dwell Time', 'Attempt #1', 'Attempt #2', 'Attempt #3']);
    const attemptIds = service?.subsegments?.slice(1).map(({ id }) => id);
    expect(found.get(FUNCTION)?.map(({ parent_id: parent }) => parent)).toEqual(attemptIds);
  });
});

describe('a function that passes traces on', () => {
  test("hands on its caller's header as it is, and sends nothing", async () => {
    const FunctionName = await deployTraced({ TracingConfig: { Mode: 'PassThrough' } });
    const id = newTraceId();
    const sent = `Root=${id};Parent=53995c3f42cd8ad8;Sampled=1`;
    const { header, log } = await invokeWithin(server.lambda, { FunctionName }, sent);
    expect(header.startsWith(`${sent};Lineage=`)).toBe(true);
    expect(log).not.toContain('XRAY');
    const traced = await deployTraced();
    const later = newTraceId();
    await invokeWithin(server.lambda, { FunctionName: traced }, `Root=${later};Sampled=1`);
    await segmentsOf(xray, later, 2);
    expect(await shownSegments(xray, id)).toEqual([]);
  });
});

describe('TracingConfig', () => {
  test('changes with an update, and versions keep theirs', async () => {
    const FunctionName = await deployTraced();
    await server.lambda.send(new PublishVersionCommand({ FunctionName }));
    await server.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, TracingConfig: { Mode: 'PassThrough' } }),
    );
    await untilUpdated(server.lambda, FunctionName);
    const modeOf = async (Qualifier?: string) =>
      (await server.lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier })))
        .TracingConfig?.Mode;
    expect([await modeOf(), await modeOf('1')]).toEqual(['PassThrough', 'Active']);
    const latest = await invoke(server.lambda, FunctionName);
    expect(latest.payload).toContain('Sampled=0');
    const version = await invokeWithin(server.lambda, { FunctionName, Qualifier: '1' });
    await segmentsOf(xray, rootOf(version.header), 2);
    await server.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description: 'other' }));
    await untilUpdated(server.lambda, FunctionName);
    expect(await modeOf()).toBe('PassThrough');
  });

  test('has an event sampled before it runs', async () => {
    const FunctionName = await deployTraced();
    await sendEvent(server.lambda, FunctionName);
    expect(await firstReport(FunctionName)).toContain('XRAY TraceId');
  });
});

/** The REPORT of a function's first run. */
async function firstReport(name: string): Promise<string> {
  const found = await eventually(
    async () =>
      await server.logs
        .send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}`, filterPattern: 'REPORT' }))
        .catch(() => ({ events: [] })),
    ({ events = [] }) => events.length > 0,
  );
  return found.events?.[0]?.message ?? '';
}
