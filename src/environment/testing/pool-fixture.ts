import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MovableClock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/function-version.ts';
import type { Invocation, InvocationResult } from '../../model/invocation.ts';
import type { LogSink } from '../../model/log-sink.ts';
import { ProcessDriver } from '../../sandbox/process/process-driver.ts';
import { EnvironmentPool } from '../environment-pool.ts';
import type { EnvironmentPoolOptions } from '../environment-pool.ts';
import type { ResolvedRuntime, RuntimeCatalog } from '../runtime-catalog.ts';

const FRAMES_RUNTIME = fileURLToPath(new URL('./frames-runtime.cjs', import.meta.url));

/** A pool on the real process driver, with tiny runtimes and a log kept in memory. */
export class PoolFixture {
  readonly directory = mkdtempSync(join(tmpdir(), 'lambent-test-'));
  readonly codeDirectory = mkdtempSync(join(this.directory, 'code-'));
  readonly layersDirectory = mkdtempSync(join(this.directory, 'layers-'));
  readonly clock = new MovableClock();
  /** Every event of every stream, as `<stream>` to its messages. */
  readonly logs = new Map<string, string[]>();
  readonly keepLines: LogSink['openStream'] = ({ stream }) => {
    const messages: string[] = [];
    this.logs.set(stream, messages);
    return { append: (_timestampMs, message) => void messages.push(message), close: () => undefined };
  };
  /** A test may put another in its place. */
  openStream = this.keepLines;
  readonly warnings: string[] = [];
  readonly driver = new ProcessDriver();
  readonly pool: EnvironmentPool;

  constructor(options: Partial<EnvironmentPoolOptions> = {}) {
    this.pool = new EnvironmentPool({
      driver: this.driver,
      runtimes: testCatalog,
      code: { prepare: async () => this.codeDirectory, prepareLayers: async () => this.layersDirectory },
      logs: { openStream: (name) => this.openStream(name) },
      clock: this.clock,
      traces: { put: () => undefined, sampling: async () => ({ status: 404, body: '{}' }) },
      endpointUrl: () => 'http://127.0.0.1:4566',
      credentials: () => ({
        accessKeyId: 'AKID',
        secretAccessKey: 'secret',
        sessionToken: 'token',
        expiresMs: 0,
      }),
      scratchRoot: join(this.directory, 'scratch'),
      idleExpiryMs: 900_000,
      lifetimeMs: 14_400_000,
      onWarning: (text) => this.warnings.push(text),
      ...options,
    });
  }

  /** All log events so far, of all streams. */
  lines(): string[] {
    return [...this.logs.values()].flat();
  }

  async invoke(version: FunctionVersion, event: unknown, more: Partial<Invocation> = {}): Promise<Answer> {
    return answerOf(await this.run(version, invocation(event, more)));
  }

  /** Keeps an environment busy until it is let go, however long others take meanwhile. */
  hold(version: FunctionVersion): HeldInvocation {
    const path = join(this.directory, randomUUID());
    return { answer: this.invoke(version, { do: 'until', path }), release: () => writeFileSync(path, '') };
  }

  run(version: FunctionVersion, toRun: Invocation): Promise<InvocationResult> {
    return new Promise((succeed, fail) => this.pool.run(version, toRun, { succeed, fail }));
  }

  async close(): Promise<void> {
    await this.pool.close();
    await this.driver.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface HeldInvocation {
  readonly answer: Promise<Answer>;
  readonly release: () => void;
}

export interface Answer {
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever JSON the function returned
  readonly value: any;
  readonly functionError: 'Unhandled' | undefined;
  readonly logTail: string | undefined;
}

export function answerOf({ payload, functionError, logTail }: InvocationResult): Answer {
  const value: unknown = JSON.parse(Buffer.from(payload).toString());
  return { value, functionError, logTail: logTail && Buffer.from(logTail).toString() };
}

export function invocation(event: unknown, more: Partial<Invocation> = {}): Invocation {
  return {
    requestId: randomUUID(),
    payload: Buffer.from(JSON.stringify(event)),
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    traceId: 'Root=1-00000000-000000000000000000000000;Sampled=0',
    clientContext: undefined,
    wantsLogTail: false,
    ...more,
  };
}

export function functionVersion(more: Partial<FunctionVersion> = {}): FunctionVersion {
  return {
    accountId: '000000000000',
    region: 'us-east-1',
    name: 'f',
    version: '$LATEST',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    deploymentId: randomUUID(),
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    architecture: 'x86_64',
    memoryMb: 128,
    timeoutMs: 60_000,
    ephemeralStorageMb: 512,
    environment: {},
    role: 'arn:aws:iam::000000000000:role/r',
    codeSha256: '0'.repeat(64),
    layerSha256s: [],
    logGroup: '/aws/lambda/f',
    logFormat: 'Text',
    applicationLogLevel: undefined,
    systemLogLevel: undefined,
    ...more,
  };
}

const testCatalog: RuntimeCatalog = {
  async resolve(id): Promise<ResolvedRuntime> {
    if (id === 'unknown') throw new Error('This machine has no such runtime.');
    const isCustom = id.startsWith('provided');
    return {
      id,
      protocol: isCustom ? 'runtime-api' : 'frames',
      argv: () => [process.execPath, FRAMES_RUNTIME],
      env: () => ({ PATH: process.env['PATH'] ?? '', LANG: 'en_US.UTF-8' }),
      directories: [],
      warning: undefined,
    };
  },
};
