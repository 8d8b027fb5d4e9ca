import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, serviceModel } from '../../../src/aws/schema/service-model.ts';
import { engines } from '../../support/engines.ts';
import { deploy, invoke } from '../../support/functions.ts';
import { fault, RawClient } from '../../support/fuzz/exchange.ts';
import {
  type FuzzRequest,
  hostileRequests,
  type RawRequest,
  render,
  sensibleRequests,
} from '../../support/fuzz/requests.ts';
import { plant, type Things } from '../../support/fuzz/things.ts';
import { ECHO } from '../../support/lambda-requests.ts';
import { startServer, type TestServer } from '../../support/server.ts';

// Another seed or more rounds: LAMBENT_FUZZ_SEED=7 LAMBENT_FUZZ_ROUNDS=50.
const SEED = Number(process.env['LAMBENT_FUZZ_SEED'] ?? 20_260_101);
const ROUNDS = Number(process.env['LAMBENT_FUZZ_ROUNDS'] ?? 3);
/** Requests of one round: sent at once, half of them sensible. */
const PER_ROUND = 12;

const model = serviceModel('lambda');
const operations = Object.keys(model.json.operations).map((name) => model.operation(name) as Operation);

interface Target {
  readonly server: TestServer;
  readonly client: RawClient;
  /** Answers by status. */
  readonly counts: Map<string, number>;
}

/** Sends requests at once; fails with what was sent and what came when an answer is not as it should be. */
async function exchange(
  { server, client, counts }: Target,
  operation: Operation,
  requests: readonly FuzzRequest[],
  things: Things,
): Promise<void> {
  await Promise.all(
    requests.map(async (request) => {
      const raw = render(operation, request, things);
      const answer = await client.send(raw).catch((error: Error) => {
        throw new Error(`${error.message}\n${shown(raw)}`);
      });
      counts.set(String(answer.status), (counts.get(String(answer.status)) ?? 0) + 1);
      const wrong = fault(operation, raw, answer);
      if (wrong !== undefined) {
        throw new Error(
          `${operation.name}: ${wrong}\n${shown(raw)}\n${answer.status} ${answer.body.slice(0, 800)}\n${server.output().slice(-1500)}`,
        );
      }
    }),
  );
}

function shown({ method, path, headers, body }: RawRequest): string {
  return `${method} ${path.slice(0, 600)}\n${JSON.stringify(headers).slice(0, 900)}\n${body.toString().slice(0, 1500)}`;
}

describe.each(engines)('Nothing that is sent makes the server on $name fail', ({ name: store }) => {
  const counts = new Map<string, number>();
  let server: TestServer;
  let client: RawClient;

  beforeAll(async () => {
    // Little concurrency: whatever is provisioned starts processes.
    server = await startServer({ store, flags: ['--concurrency', '110'] });
    client = new RawClient(server.endpoint);
    await deploy(server.lambda, 'bystander', { 'index.js': ECHO });
  }, 60_000);

  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test.each(operations)('$name answers as AWS would', async (operation) => {
    const half = { minLength: PER_ROUND / 2, maxLength: PER_ROUND / 2 };
    const rounds = fc.tuple(
      fc.array(sensibleRequests(operation), half),
      fc.array(hostileRequests(operation), half),
    );
    let things: Things = {};
    const property = fc
      .asyncProperty(
        rounds,
        async ([sensible, hostile]) =>
          await exchange({ server, client, counts }, operation, [...sensible, ...hostile], things),
      )
      .beforeEach(async () => {
        things = await plant(server.lambda, things);
      });
    await fc.assert(property, { seed: SEED, numRuns: ROUNDS, endOnFailure: true });
  });

  test('enough requests were good enough to have an effect', () => {
    const sent = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const effective = [...counts]
      .filter(([status]) => status.startsWith('2'))
      .reduce((sum, [, count]) => sum + count, 0);
    console.log(`fuzzed with seed ${SEED}: ${sent} requests, ${JSON.stringify(Object.fromEntries(counts))}`);
    expect(effective / sent).toBeGreaterThan(0.15);
  });

  test('the server still runs functions, and its log tells of no internal error', async () => {
    const answer = await invoke(server.lambda, 'bystander', { still: 'here' });
    expect(answer.payload).toEqual({ still: 'here' });
    expect(
      server
        .output()
        .split('\n')
        .filter((line) => line.startsWith('error ')),
    ).toEqual([]);
    expect(server.process.exitCode).toBeNull();
  });
});
