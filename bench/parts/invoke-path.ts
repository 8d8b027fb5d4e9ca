import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { rootCaller } from '../../src/model/identity/caller-identity.ts';
import { Endpoint } from '../../src/aws/endpoint.ts';
import { newMemory } from '../../src/aws/fast-lane-forms.ts';
import { RequestScanner } from '../../src/aws/fast-lane-request.ts';
import { LaneResponse } from '../../src/aws/fast-lane-response.ts';
import { EnvironmentPool } from '../../src/environment/environment-pool.ts';
import { AccountConcurrency } from '../../src/invoke/concurrency/account-concurrency.ts';
import type { FunctionDirectory } from '../../src/invoke/function-directory.ts';
import { Invoker } from '../../src/invoke/invoke-function.ts';
import { Tracing } from '../../src/invoke/tracing/tracing.ts';
import { MovableClock } from '../../src/model/clock.ts';
import type { FunctionVersion } from '../../src/model/function-version.ts';
import type { Invocation } from '../../src/model/invocation.ts';
import { invoke } from '../../src/services/lambda/invocation/invoke.ts';
import type { LambdaDependencies } from '../../src/services/lambda/lambda-dependencies.ts';
import { LogSegments } from '../../src/store/log-segments/log-segments.ts';
import { inMemoryDriver } from './in-memory-sandbox.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:echo';
const VERSION: FunctionVersion = {
  accountId: '000000000000',
  region: 'us-east-1',
  name: 'echo',
  version: '$LATEST',
  functionArn: ARN,
  deploymentId: 'bench',
  runtime: 'nodejs24.x',
  handler: 'index.handler',
  architecture: 'x86_64',
  memoryMb: 1769,
  timeoutMs: 30_000,
  ephemeralStorageMb: 512,
  environment: {},
  role: 'arn:aws:iam::000000000000:role/bench',
  codeSha256: '0'.repeat(64),
  layerSha256s: [],
  logGroup: '/aws/lambda/echo',
  logFormat: 'Text',
  applicationLogLevel: undefined,
  systemLogLevel: undefined,
};

/** The platform's parts between a request's bytes and its answer's, as `platform.ts` wires them, without sockets and processes. */
export class InvokePath {
  readonly #pool: EnvironmentPool;
  readonly #segments: LogSegments;
  readonly #endpoint: Endpoint;
  readonly #memory = newMemory();
  readonly #scanner = new RequestScanner({ takesPath: () => true, maxHeadBytes: 16_384 });

  private constructor(pool: EnvironmentPool, segments: LogSegments, endpoint: Endpoint) {
    this.#pool = pool;
    this.#segments = segments;
    this.#endpoint = endpoint;
  }

  static async build(directory: string, auth: 'open' | 'strict'): Promise<InvokePath> {
    const clock = new MovableClock();
    const segments = new LogSegments({ directory: join(directory, 'logs'), clock });
    const pool = buildPool(directory, clock, segments);
    const resolution = { version: VERSION, invokedFunctionArn: ARN };
    const directoryOfOne = { resolve: () => resolution, settings: () => undefined };
    const invoker = new Invoker({
      directory: directoryOfOne as unknown as FunctionDirectory,
      concurrency: new AccountConcurrency(1_000_000),
      pool,
      clock,
      tracing: new Tracing({ put: () => undefined }, clock),
    });
    const endpoint = new Endpoint({
      services: [
        { model: 'lambda', operations: { Invoke: invoke({ invoker } as unknown as LambdaDependencies) } },
      ],
      defaultAccountId: '000000000000',
      defaultRegion: 'us-east-1',
      auth,
      credentials: {
        find: () => ({
          accountId: '000000000000',
          secretAccessKey: 'test',
          caller: rootCaller('aws', '000000000000'),
          isExpired: false,
        }),
      },
      now: () => Date.now(),
      onInternalError: (error) => {
        throw error as Error;
      },
    });
    return await Promise.resolve(new InvokePath(pool, segments, endpoint));
  }

  invocation(payload: Uint8Array): Invocation {
    return {
      requestId: randomUUID(),
      payload,
      invokedFunctionArn: ARN,
      traceId: 'Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0',
      clientContext: undefined,
      wantsLogTail: false,
    };
  }

  async run(payload: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pool.run(VERSION, this.invocation(payload), { succeed: resolve, fail: reject });
    await promise;
  }

  /** From the bytes of a request to those of its answer. */
  async answer(chunk: Buffer, socket: Socket): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const answer = (head: string): void => {
      if (head.startsWith('HTTP/1.1 200 ')) resolve();
      else reject(new Error(head));
    };
    const request = this.#scanner.scan(chunk, socket, this.#memory);
    const response = new LaneResponse({ answer, abandon: () => reject(new Error('abandoned')) });
    if (typeof request !== 'object' || !this.#endpoint.handleWhole(request, response))
      throw new Error('not taken');
    await promise;
  }

  async close(): Promise<void> {
    await this.#pool.close();
    await this.#segments.flush();
  }
}

function buildPool(directory: string, clock: MovableClock, segments: LogSegments): EnvironmentPool {
  mkdirSync(directory, { recursive: true });
  return new EnvironmentPool({
    driver: inMemoryDriver,
    runtimes: {
      resolve: async (id) =>
        await Promise.resolve({
          id,
          protocol: 'frames',
          argv: () => [process.execPath],
          env: () => ({}),
          directories: [],
          warning: undefined,
        }),
    },
    code: {
      prepare: async () => await Promise.resolve(directory),
      prepareLayers: async () => await Promise.resolve(directory),
    },
    logs: { openStream: () => segments.place(segments.create(), segments.newDirectory(), true) },
    clock,
    traces: {
      put: () => undefined,
      sampling: async () => await Promise.resolve({ status: 404, body: '{}' }),
    },
    endpointUrl: () => 'http://127.0.0.1:4566',
    credentials: () => ({
      accessKeyId: 'AKID',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiresMs: 0,
    }),
    scratchRoot: join(directory, 'scratch'),
    idleExpiryMs: 900_000,
    lifetimeMs: 14_400_000,
    onWarning: (text) => {
      throw new Error(text);
    },
  });
}
