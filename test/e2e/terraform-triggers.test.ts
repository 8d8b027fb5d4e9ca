import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diaryWith } from '../support/polled-functions.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { Terraform, terraformPlugins } from '../support/terraform.ts';
import { zipOf } from '../support/zip.ts';

/** Terraform with its stock AWS provider, and what triggers functions. Its own waits for queues and streams take the time. */
const plugins = await terraformPlugins();
const STACK = join(import.meta.dirname, 'terraform-triggers');

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
  'queues, streams, buckets and mappings',
  { timeout: 600_000 },
  async () => {
    const file = join(folder.path, 'worker.zip');
    const code = 'exports.handler = async (event) => console.log("diary " + JSON.stringify(event));';
    await writeFile(file, await zipOf({ 'index.js': code }));
    const terraform = await Terraform.prepare(join(folder.path, 'stack'), STACK, plugins ?? '');
    const { endpoint, lambda } = server;
    await terraform.set({ endpoint, package: file });
    await terraform.apply();
    expect(await terraform.drift()).toBeUndefined();
    const mappings = { jobs: 'Enabled', clicks: 'Enabled', reader: 'Enabled' };
    expect(await terraform.outputs()).toEqual({ mappings });
    expect(await (await fetch(`${endpoint}/uploads/in/first.txt`)).text()).toBe('first');
    expect(await (await fetch(`${endpoint}/uploads/copies/the%20first%20one.txt`)).text()).toBe('first');
    // The bucket told the function of the object that the stack made.
    const [event] = await diaryWith(server, 'worker', 1);
    expect(event?.Records).toMatchObject([{ eventName: 'ObjectCreated:Put', s3: { object: { size: 5 } } }]);
    await terraform.destroy();
    expect((await lambda.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
    expect((await lambda.send(new ListEventSourceMappingsCommand({}))).EventSourceMappings).toEqual([]);
  },
);
