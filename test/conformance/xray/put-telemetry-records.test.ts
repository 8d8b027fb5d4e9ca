import { PutTelemetryRecordsCommand, type XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { xrayOf } from '../../support/xray.ts';

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

test('PutTelemetryRecords takes what a daemon says of itself', async () => {
  const record = { Timestamp: new Date(), SegmentsReceivedCount: 3, SegmentsSentCount: 3 };
  const answer = await xray.send(new PutTelemetryRecordsCommand({ TelemetryRecords: [record] }));
  expect(answer.$metadata.httpStatusCode).toBe(200);
});
