import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { ZipFile } from 'yazl';
import { lineMatching, startNode, stop } from './processes.ts';

const ROLE = 'arn:aws:iam::000000000000:role/bench';

export const HANDLERS = {
  'nodejs24.x': {
    file: 'index.js',
    handler: 'index.handler',
    code: 'exports.handler = async (event) => event;\n',
  },
  'nodejs22.x': {
    file: 'index.js',
    handler: 'index.handler',
    code: 'exports.handler = async (event) => event;\n',
  },
  'python3.11': {
    file: 'index.py',
    handler: 'index.handler',
    code: 'def handler(event, context):\n    return event\n',
  },
} as const;

export type BenchRuntime = keyof typeof HANDLERS;

/** A real server in a process of its own, and what the benchmarks ask of it. */
export class Lambent {
  readonly endpoint: string;
  readonly process: ChildProcess;
  readonly client: LambdaClient;

  private constructor(endpoint: string, child: ChildProcess) {
    this.endpoint = endpoint;
    this.process = child;
    this.client = new LambdaClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  }

  static async start(cpus: string | undefined): Promise<Lambent> {
    const launcher = join(import.meta.dirname, '../../bin/lambent.mjs');
    const child = startNode([launcher, 'start', '--port', '0', '--ephemeral', '--log-level', 'error'], cpus);
    const endpoint = await lineMatching(child, /http:\/\/[\w.-]+:\d+/);
    return new Lambent(endpoint.replace('localhost', '127.0.0.1'), child);
  }

  get port(): number {
    return Number(new URL(this.endpoint).port);
  }

  /** Deploys an echo function and waits until it is active. */
  async deploy(name: string, runtime: BenchRuntime): Promise<void> {
    const { file, handler, code } = HANDLERS[runtime];
    await this.client.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: runtime,
        Handler: handler,
        Role: ROLE,
        MemorySize: 256,
        Timeout: 30,
        Code: { ZipFile: await zip(file, code) },
      }),
    );
    await waitUntilFunctionActiveV2(
      { client: this.client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 },
      { FunctionName: name },
    );
  }

  async remove(name: string): Promise<void> {
    await this.client.send(new DeleteFunctionCommand({ FunctionName: name }));
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await stop(this.process);
  }
}

async function zip(name: string, content: string): Promise<Uint8Array> {
  const file = new ZipFile();
  file.addBuffer(Buffer.from(content), name);
  file.end();
  const chunks: Buffer[] = [];
  for await (const chunk of file.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
