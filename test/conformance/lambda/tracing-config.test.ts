import { expect, test, beforeAll, afterAll } from 'vitest';
import { deploy, uniqueName } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { invokeWithin, rootOf, segmentsOf, xrayOf } from '../../support/xray.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

test('Active tracing has segments written of the service and of the function [CreateFunction.tracing]', async () => {
  const xray = xrayOf(server.endpoint);
  const { FunctionName, TracingConfig } = await deploy(server.lambda, {
    FunctionName: uniqueName('traced'),
    TracingConfig: { Mode: 'Active' },
  });
  expect(TracingConfig).toEqual({ Mode: 'Active' });
  const { header } = await invokeWithin(server.lambda, { FunctionName });
  const found = await segmentsOf(xray, rootOf(header), 2);
  expect([...found.keys()].toSorted()).toEqual(['AWS::Lambda', 'AWS::Lambda::Function']);
  xray.destroy();
});
