import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  InvokeCommand,
  type LambdaClient,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { loopDevicesIn } from '../support/holdings.ts';
import { publishFiles } from '../support/layers.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { tracesOf } from '../support/traces.ts';

/** How often the platform is killed, by default so often; 100 rounds take five minutes. */
const ROUNDS_IN_ALL = process.env['LAMBENT_KILL_ROUNDS'];
/** Beside what runs in the platform's first half second, none of which is over by then. */
const LATEST_KILL_MS = 1500;
const COMPILE_CACHE = 'node-compile-cache';

/** Environments that are just starting, or in whichever step the event says, when the platform is killed. */
const CODE = {
  'index.js': `
const { spawn } = require('node:child_process');
const began = Date.now();
while (Date.now() - began < Number(process.env.INIT_MS ?? 0));
exports.handler = async ({ daemon, crash, ms }) => {
  if (daemon) spawn('/usr/bin/setsid', ['sleep', '86400'], { detached: true, stdio: 'ignore' }).unref();
  if (crash) process.exit(1);
  await new Promise((resolve) => setTimeout(resolve, ms));
};`,
};
/** Works on after its answer. */
const BOOTSTRAP = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  id=$(curl -sS -D - -o /dev/null "$api/next" | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: //Ip')
  curl -sS -o /dev/null -d null "$api/$id/response"
  sleep 0.3
done
`;
/** Takes its time for every event, and for its end. */
const EXTENSION = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
id=$(curl -sS -D - -o /dev/null -H 'Lambda-Extension-Name: slow' -d '{"events":["INVOKE","SHUTDOWN"]}' "$api/register" |
  tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
while true; do
  curl -sS -o /dev/null -H "Lambda-Extension-Identifier: $id" "$api/event/next"
  sleep 0.3
done
`;
const TIMES = { Timeout: 60, MemorySize: 256 } as const;

/**
 * The tests of one level, a file each.
 * @param missing why it cannot be tested on this machine
 * @param usually how often the platform is killed
 */
export function testKills(isolation: string, missing: string | undefined, usually: number): void {
  if (missing !== undefined) console.log(`Kills at the level ${isolation} are not tried: ${missing}`);
  describe.skipIf(missing !== undefined)(`at the level ${isolation}`, () => {
    kills(isolation, Number(ROUNDS_IN_ALL ?? usually));
  });
}

function kills(isolation: string, rounds: number): void {
  const name = `killed-${randomUUID()}`;
  const pids: number[] = [];
  let server: TestServer | undefined;
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let temporary: string;

  beforeEach(async () => {
    folder = await temporaryDirectory();
    temporary = join(folder.path, 'tmp');
    await mkdir(temporary);
  });
  afterEach(async () => {
    await server?.kill();
    await folder.remove();
  });

  const start = async (round: number): Promise<TestServer> => {
    const workers = round % 2 === 0 ? [] : ['--workers', '2'];
    server = await startServer({
      dataDir: join(folder.path, 'data'),
      flags: ['--isolation', isolation, ...workers],
      env: { TMPDIR: temporary },
    });
    pids.push(server.process.pid ?? 0);
    return server;
  };
  /** Of all platforms so far. */
  const left = (): string[] => [
    ...tracesOf([folder.path, name], pids),
    ...loopDevicesIn(folder.path).map((device) => `loop device ${device}`),
    ...entriesOf(join(folder.path, 'data/scratch')).map((entry) => `scratch ${entry}`),
    ...entriesOf(temporary).map((entry) => `temporary ${entry}`),
  ];

  test(`${rounds} kills in every phase of environments: what stays goes with the next start`, {
    timeout: 180_000 + rounds * 30_000,
  }, async () => {
    const stayed = new Map<string, number>();
    const seen = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      const platform = await start(round);
      if (round === 0) await deployAll(platform.lambda, name);
      const life = { ended: false };
      const work = keepBusy(platform.lambda, name, life);
      try {
        const waitMs = Math.random() * LATEST_KILL_MS;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        for (const state of await untilOne(phaseOf(round), platform)) seen.add(state);
      } finally {
        life.ended = true;
        await platform.kill();
      }
      await Promise.all(work);
      await eventually(
        async () => left().filter((line) => /^(?:process|socket|mount|loop device) /.test(line)),
        (found) => found.length === 0,
        60_000,
      );
      const kinds = new Map<string, number>();
      for (const line of left()) {
        const [kind = ''] = /^(?:control group|\w+)/.exec(line) ?? [];
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
      for (const [kind, count] of kinds) stayed.set(kind, Math.max(stayed.get(kind) ?? 0, count));
    }
    const most = [...stayed].map(([kind, count]) => `${count} x ${kind}`).join(', ');
    console.log(
      `${rounds} kills at the level ${isolation}, of environments ${[...seen].join(', ')}; until the next start stayed at most: ${most}`,
    );
    expect([...seen]).toEqual(expect.arrayContaining(['busy', 'starting']));
    expect(
      [...stayed.keys()].filter((kind) => !['control group', 'scratch', 'temporary'].includes(kind)),
    ).toEqual([]);
    const last = await start(0);
    expect((await invoke(last.lambda, name, { ms: 0 })).functionError).toBeUndefined();
    expect(await last.stop()).toBe(0);
    await eventually(
      async () => left(),
      (found) => found.length === 0,
      60_000,
    );
  });
}

async function deployAll(lambda: LambdaClient, name: string): Promise<void> {
  const layer = await publishFiles(lambda, `${name}-layer`, { 'extensions/slow': EXTENSION });
  await deploy(lambda, name, CODE, TIMES);
  await deploy(lambda, `${name}-slow-init`, CODE, {
    ...TIMES,
    Environment: { Variables: { INIT_MS: '2000' } },
  });
  await deploy(
    lambda,
    `${name}-works-on`,
    { bootstrap: BOOTSTRAP },
    { ...TIMES, Runtime: 'provided.al2023' },
  );
  await deploy(lambda, `${name}-extended`, CODE, { ...TIMES, Layers: [layer] });
  const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName: name }));
  await lambda.send(
    new PutProvisionedConcurrencyConfigCommand({
      FunctionName: name,
      Qualifier: Version,
      ProvisionedConcurrentExecutions: 2,
    }),
  );
}

/** Requests that nobody will answer fail; that is none of this test's business. */
function keepBusy(lambda: LambdaClient, name: string, life: { readonly ended: boolean }): Promise<unknown>[] {
  const send = async (suffix: string, event: object): Promise<void> => {
    const command = new InvokeCommand({ FunctionName: name + suffix, Payload: JSON.stringify(event) });
    await lambda.send(command).catch(() => undefined);
  };
  const again = async (suffix: string, event: object): Promise<void> => {
    while (!life.ended) await send(suffix, event);
  };
  // A new configuration ends the environments there are.
  const replaced = async (): Promise<void> => {
    for (let MemorySize = 257; !life.ended; MemorySize += 1) {
      await send('', { ms: 0 });
      const change = new UpdateFunctionConfigurationCommand({ FunctionName: name, MemorySize });
      await lambda.send(change).catch(() => undefined);
    }
  };
  return [
    again('', { ms: 20 }),
    again('', { crash: true }),
    send('', { ms: 50_000, daemon: true }),
    send('-slow-init', { ms: 0 }),
    again('-works-on', {}),
    again('-extended', { ms: 0 }),
    replaced(),
  ];
}

/** What some environment is at when the platform is killed: few rounds, too, have both, with workers and without them. */
function phaseOf(round: number): string {
  return (round + Math.floor(round / 2)) % 2 === 0 ? 'starting' : 'busy';
}

/** All that environments are at, as soon as one is in that state. */
async function untilOne(state: string, platform: TestServer): Promise<string[]> {
  return await eventually(
    async () => await statesOf(platform),
    (states) => states.includes(state),
    60_000,
  );
}

/** Whether there are environments that are starting, idle, busy. */
async function statesOf({ endpoint }: TestServer): Promise<string[]> {
  const answer = (await (await fetch(`${endpoint}/_lambent/health`)).json()) as {
    readonly environments: Readonly<Record<string, number>>;
  };
  return Object.entries(answer.environments)
    .filter(([state, count]) => count > 0 && ['starting', 'idle', 'busy'].includes(state))
    .map(([state]) => state);
}

function entriesOf(path: string): string[] {
  return existsSync(path) ? readdirSync(path).filter((entry) => entry !== COMPILE_CACHE) : [];
}
