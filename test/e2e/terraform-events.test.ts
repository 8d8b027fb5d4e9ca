import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListTopicsCommand, PublishCommand } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFrozenClock } from '../support/async-events.ts';
import { diaryWith } from '../support/polled-functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { clientFor } from '../support/sns.ts';
import { Terraform, terraformPlugins } from '../support/terraform.ts';
import { zipOf } from '../support/zip.ts';

/** Terraform with its stock AWS provider, and what brings events to functions: topics, event buses, schedules. */
const plugins = await terraformPlugins();
const STACK = join(import.meta.dirname, 'terraform-events');

let server: TestServer;
let folder: { path: string; remove: () => Promise<void> };

// For every try anew: one that failed leaves half a stack.
beforeEach(async () => {
  server = await startServer();
  folder = await temporaryDirectory();
});

afterEach(async () => {
  expect(await server.stop()).toBe(0);
  await folder.remove();
});

test.skipIf(plugins === undefined)(
  'topics, event buses, schedules and scaling',
  { timeout: 600_000 },
  async () => {
    const { endpoint, lambda } = server;
    const sns = clientFor(server);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const events = new EventBridgeClient({ endpoint, region: 'us-east-1', credentials });
    const file = join(folder.path, 'worker.zip');
    const code = 'exports.handler = async (event) => console.log("diary " + JSON.stringify(event));';
    await writeFile(file, await zipOf({ 'index.js': code }));
    const terraform = await Terraform.prepare(join(folder.path, 'stack'), STACK, plugins ?? '');
    // The stack's schedules have nothing due: at nine in Paris the diary would have one more, at ten the scaling another bound.
    await withFrozenClock(server, async () => {
      for (const revision of ['1', '2']) {
        await terraform.set({ endpoint, package: file, revision });
        await terraform.apply();
        expect(await terraform.drift()).toBeUndefined();
        // The topic's subscription lets in what is of its revision; the rule's target adds it to what it hands on.
        const { topic } = await terraform.outputs();
        for (const told of ['1', '2']) {
          const Message = JSON.stringify({ revision: told });
          await sns.send(new PublishCommand({ TopicArn: String(topic), Message }));
        }
        const about = { EventBusName: 'shop', Source: 'shop', DetailType: 'order' };
        await events.send(new PutEventsCommand({ Entries: [{ ...about, Detail: '{"items":4}' }] }));
        const diary = await diaryWith(server, 'worker', Number(revision) * 2);
        const told = diary.flatMap(({ Records }) => Records);
        const Message = JSON.stringify({ revision });
        expect(told).toContainEqual(expect.objectContaining({ Sns: expect.objectContaining({ Message }) }));
        expect(told).toContainEqual({ items: 4, revision });
        expect(told).toHaveLength(Number(revision) * 2);
      }
    });
    await terraform.destroy();
    expect((await lambda.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
    expect((await sns.send(new ListTopicsCommand({}))).Topics ?? []).toEqual([]);
  },
);
