import { PutTraceSegmentsCommand, type XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, temporaryDirectory, type TestServer } from '../../support/server.ts';
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

describe('PutTraceSegments', () => {
  test('keeps segments', async () => {
    const sent = segment({ http: { request: { method: 'GET' } }, annotations: { kind: 'x' } });
    expect((await put(xray, sent)).UnprocessedTraceSegments).toEqual([]);
    expect(await shownSegments(xray, sent.trace_id)).toEqual([sent]);
  });

  test('replaces a segment that is sent again', async () => {
    const begun = segment({ in_progress: true, end_time: undefined });
    await put(xray, begun);
    const ended = { ...begun, in_progress: undefined, end_time: begun.start_time + 3 };
    await put(xray, ended);
    expect(await shownSegments(xray, begun.trace_id)).toEqual([JSON.parse(JSON.stringify(ended))]);
  });

  test('takes the trace ids of the W3C', async () => {
    const trace = newTraceId();
    await put(xray, segment({ trace_id: trace.slice(2).replace('-', '') }));
    expect(await shownSegments(xray, trace)).toHaveLength(1);
  });

  test.each([
    ['MissingId', { id: undefined }],
    ['InvalidId', { id: 'xyz' }],
    ['MissingTraceId', { trace_id: undefined }],
    ['InvalidTraceId', { trace_id: '1-2' }],
    ['MissingName', { name: '' }],
    ['InvalidName', { name: 'n'.repeat(201) }],
    ['MissingStartTime', { start_time: undefined }],
    ['InvalidStartTime', { start_time: 'now' }],
    ['MissingEndTime', { end_time: undefined }],
    ['MissingParentId', { type: 'subsegment' }],
    ['SegmentTooLarge', { metadata: { text: 'x'.repeat(65_536) } }],
  ])('names what it cannot take: %s', async (ErrorCode, more) => {
    const good = segment();
    const bad = segment(more);
    const { UnprocessedTraceSegments } = await put(xray, good, bad);
    expect(UnprocessedTraceSegments).toEqual([
      { ...(bad.id && { Id: bad.id }), ErrorCode, Message: `Invalid segment. ErrorCode: ${ErrorCode}` },
    ]);
    expect(await shownSegments(xray, good.trace_id)).toHaveLength(1);
  });

  test('says of what is no JSON that it cannot be read', async () => {
    const { UnprocessedTraceSegments } = await xray.send(
      new PutTraceSegmentsCommand({ TraceSegmentDocuments: ['{'] }),
    );
    expect(UnprocessedTraceSegments).toMatchObject([{ ErrorCode: 'ParseError' }]);
  });

  test('has them on disk before it answers', async () => {
    const { path, remove } = await temporaryDirectory();
    const before = await startServer({ dataDir: path });
    const first = xrayOf(before.endpoint);
    const sent = segment();
    await put(first, sent);
    await before.kill();
    const after = await startServer({ dataDir: path });
    const second = xrayOf(after.endpoint);
    expect(await shownSegments(second, sent.trace_id)).toEqual([sent]);
    for (const client of [first, second]) client.destroy();
    await after.stop();
    await remove();
  });

  test('keeps accounts apart', async () => {
    const other = xrayOf(server.endpoint, { accessKeyId: '111122223333', secretAccessKey: 'x' });
    const sent = segment({ id: newSegmentId() });
    await put(other, sent);
    expect(await shownSegments(xray, sent.trace_id)).toEqual([]);
    expect(await shownSegments(other, sent.trace_id)).toHaveLength(1);
    other.destroy();
  });
});
