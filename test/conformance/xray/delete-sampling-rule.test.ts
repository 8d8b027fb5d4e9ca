import {
  DeleteSamplingRuleCommand,
  type DeleteSamplingRuleCommandInput,
  type XRayClient,
} from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { xrayOf } from '../../support/xray.ts';
import { create, rules } from './rules.ts';

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

async function remove(input: DeleteSamplingRuleCommandInput) {
  return await xray.send(new DeleteSamplingRuleCommand(input));
}

describe('DeleteSamplingRule', () => {
  test('removes a rule, and shows what it was', async () => {
    const created = await create(xray);
    const { SamplingRuleRecord } = await remove({ RuleName: created.RuleName });
    expect(SamplingRuleRecord?.SamplingRule).toEqual(created);
    expect(await rules(xray)).not.toContainEqual(created);
  });

  test.each<readonly [DeleteSamplingRuleCommandInput, string]>([
    [{ RuleName: 'Default' }, 'The default rule cannot be deleted.'],
    [{ RuleName: 'none' }, 'Sampling rule none does not exist.'],
    [{}, 'Specify a rule by either name or ARN, but not both.'],
  ])('refuses %j', async (input, message) => {
    await expect(remove(input)).rejects.toMatchObject({ name: 'InvalidRequestException', message });
  });
});
