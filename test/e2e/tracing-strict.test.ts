import { AttachRolePolicyCommand, type IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { GetTraceSummariesCommand, type XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, eventually } from '../support/functions.ts';
import { iamOf, type Keys, makeRole, settingsFor } from '../support/identities.ts';
import { uniqueName } from '../support/lambda-requests.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { invokeWithin, newTraceId, segmentsOf, shownSegments, xrayOf } from '../support/xray.ts';

/** `--auth strict`: a function's segments are kept as far as its role may send them. */
const ROOT: Keys = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'right-secret' };

const HANDLER = `
export const handler = async () => {
  const daemon = 'http://' + process.env.AWS_XRAY_DAEMON_ADDRESS;
  return (await fetch(daemon + '/GetSamplingRules', { method: 'POST', body: '{}' })).status;
};`;

let server: TestServer;
let iam: IAMClient;
let xray: XRayClient;
let lambda: LambdaClient;

beforeAll(async () => {
  server = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: `AKIAOPERATOR:right-secret:123456789012` },
  });
  iam = iamOf(server.endpoint, ROOT);
  xray = xrayOf(server.endpoint, ROOT);
  lambda = new LambdaClient(settingsFor(server.endpoint, ROOT));
});

afterAll(async () => {
  for (const client of [iam, xray, lambda]) client.destroy();
  expect(await server.stop()).toBe(0);
});

/** @param policy AWS's, that its role has */
async function deployed(policy?: string): Promise<string> {
  const name = uniqueName('traced');
  const Role = await makeRole(iam, name);
  if (policy !== undefined)
    await iam.send(
      new AttachRolePolicyCommand({ RoleName: name, PolicyArn: `arn:aws:iam::aws:policy/${policy}` }),
    );
  const TracingConfig = { Mode: 'Active' as const };
  await deploy(lambda, name, { 'index.mjs': HANDLER }, { Role, TracingConfig });
  return name;
}

async function traced(FunctionName: string): Promise<{ readonly id: string; readonly answer: string }> {
  const id = newTraceId();
  const { payload } = await invokeWithin(lambda, { FunctionName }, `Root=${id};Sampled=1`);
  return { id, answer: payload };
}

test("a role with AWS's policy for it has segments written and may ask for sampling rules", async () => {
  const { id, answer } = await traced(await deployed('AWSXRayDaemonWriteAccess'));
  expect(answer).toBe('200');
  expect(await segmentsOf(xray, id, 2)).toHaveProperty('size', 2);
});

test('without it a function runs, nothing is kept, and the operator is told', async () => {
  const name = await deployed();
  const { id, answer } = await traced(name);
  expect(answer).toBe('403');
  await eventually(
    async () => server.output(),
    (output) =>
      output.includes(`Segments of arn:aws:lambda:us-east-1:123456789012:function:${name} are not kept`),
  );
  expect(await shownSegments(xray, id)).toEqual([]);
});

test('nobody reads traces without being allowed to', async () => {
  const stranger = xrayOf(server.endpoint, { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' });
  const period = { StartTime: new Date(0), EndTime: new Date() };
  await expect(stranger.send(new GetTraceSummariesCommand(period))).rejects.toThrow(
    /security token|signature/i,
  );
  stranger.destroy();
});
