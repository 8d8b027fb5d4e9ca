import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { ZipFile } from 'yazl';
import { BENCH_FUNCTIONS, type BenchFunctionName } from './bench-functions.ts';
import { lineMatching, startNode, stop } from './processes.ts';

const ROLE_NAME = 'bench';
const ROLE = `arn:aws:iam::000000000000:role/${ROLE_NAME}`;
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const REGION = 'us-east-1';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** A line of `prepared` in the health answer. */
interface PreparedCounts {
  readonly runtime: string;
  readonly packages: readonly string[];
  readonly ready: number;
  readonly wanted: number;
}

const FILLED_WITHIN_MS = 30_000;
const ACTIVE_WITHIN_MS = 20_000;
const POLL_MS = 20;

export interface BenchSettings {
  readonly memoryMb?: number;
  readonly timeoutSeconds?: number;
  /** Of its one file. */
  readonly code?: string;
}

export interface StartSettings {
  /** Switches and variables for its Node.js. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its state is on disk; otherwise it is ephemeral. */
  readonly dataDir?: string;
  /** In a session of its own. */
  readonly detached?: boolean;
}

/** A real server in a process of its own, and what the benchmarks ask of it. */
export class Lambent {
  readonly endpoint: string;
  readonly process: ChildProcess;
  readonly client: LambdaClient;
  #role: Promise<void> | undefined;

  private constructor(endpoint: string, child: ChildProcess) {
    this.endpoint = endpoint;
    this.process = child;
    this.client = clientOf(endpoint);
  }

  static async start(
    cpus: string | undefined,
    flags: readonly string[] = [],
    { flags: switches = [], env, dataDir, detached }: StartSettings = {},
  ): Promise<Lambent> {
    const launcher = join(import.meta.dirname, '../../bin/lambent.mjs');
    // The usual 1,000 would admit no more than 10,000 requests per second.
    const state = dataDir === undefined ? ['--ephemeral'] : ['--data-dir', dataDir];
    const settings = ['--port', '0', '--log-level', 'error', '--concurrency', '1000000'];
    // One process, unless a benchmark says otherwise: none is to come in the middle of it.
    const one = ['--workers', '1'];
    const words = [...switches, launcher, 'start', ...settings, ...one, ...state, ...flags];
    const child = startNode(words, cpus, { env, detached });
    const endpoint = await lineMatching(child, /http:\/\/[\w.-]+:\d+/);
    return new Lambent(endpoint.replace('localhost', '127.0.0.1'), child);
  }

  get port(): number {
    return Number(new URL(this.endpoint).port);
  }

  /** Deploys a function, with its own code unless something else is said, and waits until it is active. */
  async deploy(name: string, kind: BenchFunctionName, settings: BenchSettings = {}): Promise<void> {
    const { runtime, file, handler, code } = BENCH_FUNCTIONS[kind];
    await (this.#role ??= makeRole(this.endpoint));
    await this.client.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: runtime,
        Handler: handler,
        Role: ROLE,
        MemorySize: settings.memoryMb ?? 256,
        Timeout: settings.timeoutSeconds ?? 30,
        Code: { ZipFile: await zip(file, settings.code ?? code) },
      }),
    );
    await untilActive(this.client, name);
  }

  /** Waits until as many runtimes have been started ahead, of the kind this function takes, as shall be. */
  async untilPrepared(kind: BenchFunctionName): Promise<void> {
    const { runtime } = BENCH_FUNCTIONS[kind];
    const loads = kind.includes('with');
    const isFilled = (counts: PreparedCounts): boolean =>
      counts.runtime === runtime && counts.packages.length > 0 === loads && counts.ready >= counts.wanted;
    const deadline = performance.now() + FILLED_WITHIN_MS;
    while (!(await this.#prepared()).some(isFilled)) {
      if (performance.now() > deadline) throw new Error(`nothing was prepared for ${kind}`);
      await setTimeout(POLL_MS);
    }
  }

  async #prepared(): Promise<readonly PreparedCounts[]> {
    const answer = await fetch(`${this.endpoint}/_lambent/health`);
    return ((await answer.json()) as { readonly prepared: readonly PreparedCounts[] }).prepared;
  }

  /** Environments that run an invocation now. */
  async busy(): Promise<number> {
    const answer = await fetch(`${this.endpoint}/_lambent/health`);
    return ((await answer.json()) as { environments: { busy: number } }).environments.busy;
  }

  /** A URL that streams and that anybody may call. Returns its host name. */
  async openUrl(FunctionName: string): Promise<string> {
    const everybody = { FunctionName, Principal: '*' };
    const url = {
      StatementId: 'url',
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
    } as const;
    const invoke = { StatementId: 'invoke', Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true };
    await this.client.send(new AddPermissionCommand({ ...everybody, ...url }));
    await this.client.send(new AddPermissionCommand({ ...everybody, ...invoke }));
    const { FunctionUrl = '' } = await this.client.send(
      new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' }),
    );
    return new URL(FunctionUrl).host;
  }

  async remove(name: string): Promise<void> {
    await this.client.send(new DeleteFunctionCommand({ FunctionName: name }));
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await stop(this.process);
  }

  /** Without waiting for what runs. */
  async end(): Promise<void> {
    const stopped = this.stop();
    // Two signals within a tenth of a second count as one.
    await setTimeout(500);
    this.process.kill('SIGTERM');
    await stopped;
  }
}

/** An echo function on whatever speaks Lambda's API there. */
export async function deployEcho(endpoint: string): Promise<void> {
  const client = clientOf(endpoint);
  const { file, handler, code } = BENCH_FUNCTIONS['nodejs22.x'];
  await client.send(
    new CreateFunctionCommand({
      FunctionName: 'echo',
      Runtime: 'nodejs22.x',
      Handler: handler,
      Role: ROLE,
      MemorySize: 1769,
      Code: { ZipFile: await zip(file, code) },
    }),
  );
  await untilActive(client, 'echo');
  client.destroy();
}

/** As the SDK's waiter, without its whole seconds. */
async function untilActive(client: LambdaClient, FunctionName: string): Promise<void> {
  const deadline = performance.now() + ACTIVE_WITHIN_MS;
  for (;;) {
    const { State } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    if (State === 'Active') return;
    if (performance.now() > deadline) throw new Error(`${FunctionName} is still ${State}`);
    await setTimeout(POLL_MS);
  }
}

function clientOf(endpoint: string): LambdaClient {
  return new LambdaClient({ endpoint, region: REGION, credentials: CREDENTIALS });
}

/** The functions' role: where signatures are verified, it has to be there. */
async function makeRole(endpoint: string): Promise<void> {
  const client = new IAMClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const AssumeRolePolicyDocument = JSON.stringify(TRUST);
  await client.send(new CreateRoleCommand({ RoleName: ROLE_NAME, AssumeRolePolicyDocument }));
  client.destroy();
}

async function zip(name: string, content: string): Promise<Uint8Array> {
  const file = new ZipFile();
  file.addBuffer(Buffer.from(content), name);
  file.end();
  const chunks: Buffer[] = [];
  for await (const chunk of file.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
