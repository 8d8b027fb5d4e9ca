import {
  CreateSamplingRuleCommand,
  ListTagsForResourceCommand,
  type Tag,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSamplingRuleCommand,
  type XRayClient,
} from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/server.ts';
import { xrayOf } from '../../support/xray.ts';
import { create, rule, rules } from './rules.ts';

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

const many = (count: number): Tag[] =>
  Array.from({ length: count }, (_, index) => ({ Key: `key-${index}`, Value: 'v' }));
const tagsOf = async (ResourceARN: string | undefined) =>
  (await xray.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
const tag = async (ResourceARN: string | undefined, Tags: Tag[]) =>
  await xray.send(new TagResourceCommand({ ResourceARN, Tags }));

describe('tags of a sampling rule', () => {
  test('come with it, are added, replaced and taken away', async () => {
    const Tags = [{ Key: 'team', Value: 'blue' }];
    const { SamplingRuleRecord } = await xray.send(
      new CreateSamplingRuleCommand({ SamplingRule: rule(), Tags }),
    );
    const { RuleARN: arn, RuleName } = SamplingRuleRecord?.SamplingRule ?? {};
    expect(await tagsOf(arn)).toEqual(Tags);
    await tag(arn, [
      { Key: 'team', Value: 'green' },
      { Key: 'cost', Value: '' },
    ]);
    await xray.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleName, Priority: 20 } }));
    expect(await tagsOf(arn)).toEqual([
      { Key: 'team', Value: 'green' },
      { Key: 'cost', Value: '' },
    ]);
    await xray.send(new UntagResourceCommand({ ResourceARN: arn, TagKeys: ['team', 'none'] }));
    expect(await tagsOf(arn)).toEqual([{ Key: 'cost', Value: '' }]);
    const shown = (await rules(xray)).find((found) => found.RuleName === RuleName);
    expect(shown).toMatchObject({ Priority: 20 });
    expect(shown).not.toHaveProperty('Tags');
  });

  test('are fifty at most, and none of them AWS’s own', async () => {
    const { RuleARN } = await create(xray);
    await tag(RuleARN, many(50));
    await expect(tag(RuleARN, [{ Key: 'more', Value: '' }])).rejects.toMatchObject({
      name: 'TooManyTagsException',
    });
    await expect(tag(RuleARN, [{ Key: 'aws:own', Value: '' }])).rejects.toMatchObject({
      name: 'InvalidRequestException',
    });
    expect(await tagsOf(RuleARN)).toHaveLength(50);
  });

  test('are of rules that exist', async () => {
    const missing = 'arn:aws:xray:us-east-1:000000000000:sampling-rule/missing';
    await expect(tagsOf(missing)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(tag(missing, many(1))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
