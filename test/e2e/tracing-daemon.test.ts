import type { XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { levels } from '../security/levels.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';
import {
  invokeWithin,
  newSegmentId,
  newTraceId,
  segmentsOf,
  shownSegments,
  xrayOf,
} from '../support/xray.ts';

/** The level everything else is tested at, and those that claim isolation and work here: their networks differ. */
const sites = [
  { name: 'the usual level', flags: [] },
  { name: 'process', flags: ['--isolation', 'process'] },
  ...levels
    .filter(({ missing }) => missing === undefined)
    .map(({ name }) => ({ name, flags: ['--isolation', name] })),
];

/** Sends what it is told to the daemon as SDKs do, and asks it what it is told to. */
const SENDER = `
import { createSocket } from 'node:dgram';
const [host, port] = process.env.AWS_XRAY_DAEMON_ADDRESS.split(':');
const socket = createSocket('udp4');
// An address where nobody listens is told of: the datagram is lost, as on AWS.
socket.on('error', () => {});
const send = (text) => new Promise((resolve) => socket.send(text, Number(port), host, () => resolve()));
export const handler = async ({ datagrams = [], flood = 0, ask }) => {
  const [, parent] = /Parent=([0-9a-f]+)/.exec(process.env._X_AMZN_TRACE_ID);
  for (const text of datagrams) await send(text.replaceAll('PARENT', parent));
  for (let sent = 0; sent < flood; sent += 1) await send('x'.repeat(1000));
  if (ask === undefined) return { parent, variables: [process.env._AWS_XRAY_DAEMON_ADDRESS, process.env._AWS_XRAY_DAEMON_PORT] };
  const answer = await fetch('http://' + host + ':' + port + ask.path, { method: 'POST', body: JSON.stringify(ask.body) });
  return { status: answer.status, body: await answer.json() };
};`;

function datagram(document: object, header = '{"format": "json", "version": 1}'): string {
  return `${header}\n${JSON.stringify(document)}`;
}

describe.each(sites)("X-Ray's daemon at $name", ({ flags }) => {
  let server: TestServer;
  let xray: XRayClient;
  const FunctionName = uniqueName('sender');

  beforeAll(async () => {
    server = await startServer({ flags });
    xray = xrayOf(server.endpoint);
    const settings = { TracingConfig: { Mode: 'Active' as const }, MemorySize: 512, Timeout: 30 };
    await deploy(server.lambda, FunctionName, { 'index.mjs': SENDER }, settings);
  });

  afterAll(async () => {
    xray.destroy();
    expect(await server.stop()).toBe(0);
  });

  /** Invokes with a trace of its own. Returns the trace and the answer. */
  async function traced(event: object): Promise<{ readonly id: string; readonly payload: unknown }> {
    const id = newTraceId();
    const input = { FunctionName, Payload: JSON.stringify(event).replaceAll('TRACE', id) };
    const { payload } = await invokeWithin(server.lambda, input, `Root=${id};Sampled=1`);
    return { id, payload: JSON.parse(payload) as unknown };
  }

  function part(name: string, more: object = {}) {
    const now = Date.now() / 1000;
    const id = newSegmentId();
    const times = { start_time: now - 1, end_time: now };
    return { type: 'subsegment', id, name, trace_id: 'TRACE', parent_id: 'PARENT', ...times, ...more };
  }

  test('takes segments, and nothing else', async () => {
    const nonsense = [
      '',
      'hello',
      '{}\n{}',
      datagram(part('other'), '{"format":"xml","version":1}'),
      datagram([]),
    ];
    const { id, payload } = await traced({
      datagrams: [
        ...nonsense,
        datagram(part('first')),
        datagram(part('second'), '{"format":"json","version":1}'),
      ],
    });
    expect(payload).toMatchObject({ variables: [expect.any(String), expect.stringMatching(/^\d+$/)] });
    const shown = await eventually(
      async () => (await segmentsOf(xray, id, 2)).get('AWS::Lambda::Function')?.[0]?.subsegments ?? [],
      (parts) => parts.some(({ name }) => name === 'second'),
    );
    expect(shown.map(({ name }) => name)).toEqual(expect.arrayContaining(['Invocation', 'first', 'second']));
    expect(shown.some(({ name }) => name === 'other')).toBe(false);
  });

  test("does not let a function's code change what Lambda says of it", async () => {
    const forged = part('forged', { id: 'PARENT', type: undefined, parent_id: undefined });
    const { id } = await traced({ datagrams: [datagram(forged), datagram(part('after'))] });
    await eventually(
      async () => (await segmentsOf(xray, id, 2)).get('AWS::Lambda::Function')?.[0]?.subsegments ?? [],
      (parts) => parts.some(({ name }) => name === 'after'),
    );
    expect((await shownSegments(xray, id)).map(({ name }) => name)).not.toContain('forged');
  });

  test('answers who asks for sampling rules and targets', async () => {
    const rules = await traced({ ask: { path: '/GetSamplingRules', body: {} } });
    expect(rules.payload).toMatchObject({
      status: 200,
      body: {
        SamplingRuleRecords: [{ SamplingRule: { RuleName: 'Default', FixedRate: 0.05, ReservoirSize: 1 } }],
      },
    });
    const statistics = {
      RuleName: 'Default',
      ClientID: newSegmentId(),
      Timestamp: Math.floor(Date.now() / 1000),
      RequestCount: 1,
      SampledCount: 1,
      BorrowCount: 0,
    };
    const body = { SamplingStatisticsDocuments: [statistics] };
    const targets = await traced({ ask: { path: '/SamplingTargets', body } });
    expect(targets.payload).toMatchObject({
      status: 200,
      body: { SamplingTargetDocuments: [{ RuleName: 'Default', ReservoirQuota: 1, Interval: 10 }] },
    });
    const other = await traced({ ask: { path: '/TraceSummaries', body: {} } });
    expect(other.payload).toMatchObject({ status: 404 });
  });

  test('is deaf to a flood for a while, and hears again', async () => {
    await traced({ flood: 20_000 });
    // A part may be on disk later than the segment it belongs to: all that were sent are looked for each time.
    const sent: string[] = [];
    await eventually(
      async () => {
        sent.push((await traced({ datagrams: [datagram(part('heard'))] })).id);
        const shown = await Promise.all(sent.map(async (id) => await shownSegments(xray, id)));
        return shown.flat().flatMap(({ subsegments = [] }) => subsegments.map(({ name }) => name));
      },
      (names) => names.includes('heard'),
    );
    expect((await invoke(server.lambda, FunctionName)).functionError).toBeUndefined();
  });
});
