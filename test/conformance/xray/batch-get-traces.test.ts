import { BatchGetTracesCommand, type XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock } from '../../support/async-events.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { newSegmentId, newTraceId, shownSegments, xrayOf } from '../../support/xray.ts';
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

describe('BatchGetTraces', () => {
  test('gives whole traces, oldest segments first, and their duration', async () => {
    const trace_id = newTraceId();
    const first = segment({ trace_id, start_time: 1_700_000_000, end_time: 1_700_000_002.5 });
    const second = segment({
      trace_id,
      start_time: 1_700_000_001,
      end_time: 1_700_000_004.25,
      parent_id: first.id,
    });
    await put(xray, second, first);
    const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [trace_id] }));
    expect(Traces).toMatchObject([
      { Id: trace_id, Duration: 4.25, LimitExceeded: false, Segments: [{ Id: first.id }, { Id: second.id }] },
    ]);
  });

  test('shows subsegments that were sent by themselves in what they are parts of', async () => {
    const inner = { id: newSegmentId(), name: 'inner', start_time: 1_700_000_000.5, end_time: 1_700_000_001 };
    const whole = segment({ start_time: 1_700_000_000, end_time: 1_700_000_002, subsegments: [inner] });
    const { trace_id } = whole;
    const part = (parent_id: string, name: string) =>
      segment({ trace_id, parent_id, name, type: 'subsegment' });
    const child = part(inner.id, 'child');
    const grandchild = part(child.id, 'grandchild');
    const orphan = part(newSegmentId(), 'orphan');
    await put(xray, grandchild, orphan, child, whole);
    const shown = await shownSegments(xray, trace_id);
    expect(shown.map(({ name }) => name)).toEqual(['shop', 'orphan']);
    expect(shown[0]).toMatchObject({
      subsegments: [
        { name: 'inner', subsegments: [{ name: 'child', subsegments: [{ name: 'grandchild' }] }] },
      ],
    });
  });

  test('survives what is nested without end, or in a circle', async () => {
    const trace_id = newTraceId();
    const ids = Array.from({ length: 400 }, newSegmentId);
    const chain = ids.map((id, index) =>
      segment({ id, trace_id, ...(index > 0 && { type: 'subsegment', parent_id: ids[index - 1] }) }),
    );
    const circle = ['a', 'b'].map((name, index, all) =>
      segment({
        trace_id,
        id: name.repeat(16),
        type: 'subsegment',
        parent_id: all[1 - index]?.repeat(16),
      }),
    );
    await put(xray, ...chain, ...circle);
    expect(await shownSegments(xray, trace_id)).toHaveLength(1);
  });

  test('names ids that are none, and leaves out what is not known', async () => {
    const answer = await xray.send(new BatchGetTracesCommand({ TraceIds: ['nonsense', newTraceId()] }));
    expect(answer).toMatchObject({ Traces: [], UnprocessedTraceIds: ['nonsense'] });
  });

  // All that is due in a month is done in its turn: half a second of a processor, and many turns of two threads.
  test('forgets traces after thirty days', { timeout: 120_000 }, async () => {
    const sent = segment();
    await put(xray, sent);
    await advanceClock(server, 29 * 86_400_000);
    expect(await shownSegments(xray, sent.trace_id)).toHaveLength(1);
    await advanceClock(server, 2 * 86_400_000);
    expect(await shownSegments(xray, sent.trace_id)).toEqual([]);
  });
});
