import {
  DeleteFunctionCommand,
  InvokeCommand,
  LambdaClient,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, untilUpdated } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { answering, createAlias, deployVersions, publishCode } from '../support/versions.ts';

let server: TestServer;
/** Without retries: an invoke that is dropped shows. */
let caller: LambdaClient;

beforeAll(async () => {
  server = await startServer();
  caller = new LambdaClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ httpAgent: { maxSockets: 50 } }),
  });
});

afterAll(async () => {
  caller.destroy();
  expect(await server.stop()).toBe(0);
});

interface Answer {
  /** `X-Amz-Executed-Version` */
  readonly version: string;
  /** What the function said: in these tests, the number of the version its code was made for. */
  readonly said: string;
}

/** Throws for every answer that is no success of the function. */
async function invoke(FunctionName: string, Qualifier?: string): Promise<Answer> {
  const output = await caller.send(
    new InvokeCommand({ FunctionName, ...(Qualifier !== undefined && { Qualifier }) }),
  );
  expect(output).toMatchObject({ StatusCode: 200 });
  const payload = output.Payload?.transformToString() ?? '';
  expect({ FunctionError: output.FunctionError, payload }).toEqual({ FunctionError: undefined, payload });
  const said: unknown = JSON.parse(payload);
  return { version: output.ExecutedVersion ?? '', said: String(said) };
}

/** Invokes from several callers at once, each going on as long as it is told to. To be awaited at once: it may reject. */
async function traffic(
  callers: number,
  goesOn: () => boolean,
  ask: () => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const call = async (): Promise<void> => {
    while (goesOn()) answers.push(await ask());
  };
  await Promise.all(Array.from({ length: callers }, call));
  return answers;
}

describe('a canary', { timeout: 120_000 }, () => {
  test('gets its share of 2,000 invokes, and the version that runs is the one that is named', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 2);
    await createAlias(server.lambda, FunctionName, 'live', '1', { 2: 0.1 });
    let left = 2000;
    const answers = await traffic(
      8,
      () => left-- > 0,
      async () => await invoke(FunctionName, 'live'),
    );
    expect(answers).toHaveLength(2000);
    expect(answers.filter(({ version, said }) => version !== said)).toEqual([]);
    const canaries = answers.filter(({ version }) => version === '2').length;
    // Six standard deviations: chance alone fails this once in 500 million runs.
    const deviation = Math.sqrt(2000 * 0.1 * 0.9);
    expect(Math.abs(canaries - 200)).toBeLessThan(6 * deviation);
  });

  test('comes and goes while traffic runs, and no invoke is dropped', async () => {
    const { FunctionName } = await deployVersions(server.lambda, 1);
    await createAlias(server.lambda, FunctionName, 'live', '1');
    let newest = 1;
    let released = false;
    const seen = new Set<string>();
    const served = traffic(
      8,
      () => !released,
      async () => {
        const before = newest;
        const answer = await invoke(FunctionName, 'live');
        seen.add(answer.version);
        // Versions only move forwards here, and a canary is one ahead.
        expect(Number(answer.version)).toBeGreaterThanOrEqual(before);
        expect(Number(answer.version)).toBeLessThanOrEqual(newest + 1);
        return answer;
      },
    );
    const shift = async (FunctionVersion: string, weights: Record<string, number>): Promise<void> => {
      const RoutingConfig = { AdditionalVersionWeights: weights };
      const update = { FunctionName, Name: 'live', FunctionVersion, RoutingConfig };
      await server.lambda.send(new UpdateAliasCommand(update));
    };
    // By the traffic: however quick the releases are, it has come to each, and eight draw soon enough however slow they are.
    const untilServed = async (version: string): Promise<void> => {
      seen.clear();
      await eventually(
        async () => await Promise.resolve([...seen]),
        (versions) => versions.includes(version),
        60_000,
      );
    };
    const releases = async (): Promise<void> => {
      for (let next = 2; next <= 8; next += 1) {
        await publishCode(server.lambda, FunctionName, String(next));
        for (const weight of [0.1, 0.5]) {
          await shift(String(next - 1), { [next]: weight });
          await untilServed(String(next));
        }
        await shift(String(next), {});
        newest = next;
        expect(await invoke(FunctionName, 'live')).toEqual({ version: `${next}`, said: `${next}` });
        await untilServed(String(next));
        if (next > 2) {
          const Qualifier = String(next - 2);
          await server.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
        }
      }
    };
    const [answers] = await Promise.all([served, releases().finally(() => (released = true))]);
    expect(answers.filter(({ version, said }) => version !== said)).toEqual([]);
    expect(new Set(answers.map(({ version }) => version)).size).toBe(8);
  });
});

test('code updates while traffic runs drop no invoke of $LATEST', { timeout: 120_000 }, async () => {
  const { FunctionName } = await deployVersions(server.lambda, 0);
  let updated = false;
  const served = traffic(
    8,
    () => !updated,
    async () => await invoke(FunctionName),
  );
  const updates = async (): Promise<void> => {
    for (let code = 2; code <= 8; code += 1) {
      const ZipFile = await answering(String(code));
      const Publish = code % 2 === 0;
      await server.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, Publish }));
      await untilUpdated(server.lambda, FunctionName);
      expect(await invoke(FunctionName)).toEqual({ version: '$LATEST', said: String(code) });
    }
  };
  const [answers] = await Promise.all([served, updates().finally(() => (updated = true))]);
  expect(new Set(answers.map(({ version }) => version))).toEqual(new Set(['$LATEST']));
  expect(answers.length).toBeGreaterThan(8);
});
