import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { encodeFrame } from '../../frames.ts';
import type { ResolvedRuntime } from '../../runtime-catalog.ts';

const TYPE = {
  invoke: 0x01,
  shutdown: 0x02,
  next: 0x10,
  response: 0x11,
  error: 0x12,
  initError: 0x13,
  log: 0x14,
  stream: 0x15,
  part: 0x16,
} as const;
const REQUEST_ID_BYTES = 36;
const MEMORY_MB = 128;

export interface Frame {
  readonly type: number;
  readonly body: Buffer;
}

/** What came of one invocation: its outcome, and everything logged before it. */
export interface Outcome {
  readonly kind: 'ready' | 'response' | 'error' | 'exit';
  readonly requestId: string;
  readonly text: string;
  readonly logs: readonly string[];
  /** Of a response that came in parts: its content type, then the parts. */
  readonly parts: readonly string[];
}

export interface InvokeOptions {
  readonly requestId?: string;
  readonly deadlineMs?: number;
  readonly traceId?: string;
  readonly clientContext?: string;
  readonly cognitoIdentity?: string;
  readonly tenantId?: string;
  readonly ahead?: number;
  readonly beginBefore?: number;
}

let invocations = 0;

/** A request id that shows the order in which invocations were made. */
export function nextRequestId(): string {
  invocations += 1;
  return `00000000-0000-4000-8000-${String(invocations).padStart(12, '0')}`;
}

/** A runtime process driven by hand: the platform's side of the frame channel, for tests. */
export class RuntimeProcess {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #answers: Duplex;
  readonly #frames: Frame[] = [];
  #received: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};
  #closed = false;
  /** What went to descriptors 1 and 2 past the language's own streams. */
  output = '';

  constructor(runtime: ResolvedRuntime, taskRoot: string, variables: Readonly<Record<string, string>>) {
    const inside = mapPaths(runtime, taskRoot);
    const [program, ...parameters] = runtime.argv(inside, MEMORY_MB);
    this.#child = spawn(program, parameters, {
      cwd: taskRoot,
      env: { ...runtime.env(inside), LAMBDA_TASK_ROOT: taskRoot, ...functionVariables, ...variables },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ignore', 'pipe'],
    });
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#channel.on('error', () => {});
    const stdio: readonly unknown[] = this.#child.stdio;
    this.#answers = stdio[5] as Duplex;
    this.#answers.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#answers.on('error', () => {});
    this.#answers.on('close', () => this.#close());
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  /** Waits until the runtime is initialised, or has failed to. */
  async initialised(): Promise<Outcome> {
    return await this.#outcome();
  }

  async invoke(event: unknown, options: InvokeOptions = {}): Promise<Outcome> {
    return await this.invokeBytes(Buffer.from(JSON.stringify(event)), options);
  }

  async invokeBytes(event: Buffer, options: InvokeOptions = {}): Promise<Outcome> {
    this.#channel.write(invokeFrame(event, options));
    return await this.#outcome();
  }

  /** Hands over several events in one write. What comes of them is read frame by frame. */
  deliver(events: readonly (readonly [event: unknown, options: InvokeOptions])[]): void {
    const frames = events.map(([event, options]) => invokeFrame(Buffer.from(JSON.stringify(event)), options));
    this.#channel.write(Buffer.concat(frames));
  }

  /** Waits for the next frame, whatever it is; undefined at the end of the process. */
  async frame(): Promise<Frame | undefined> {
    return await this.#next();
  }

  send(type: number, body: Buffer): void {
    this.#channel.write(encodeFrame(type, body));
  }

  shutdown(): void {
    this.send(TYPE.shutdown, Buffer.alloc(0));
  }

  /** The platform goes away. */
  hangUp(): void {
    this.#channel.destroy();
    this.#answers.destroy();
  }

  async exited(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return { code: this.#child.exitCode, signal: this.#child.signalCode };
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited();
  }

  /** Collects frames up to NEXT, or to the end of the process. */
  async #outcome(): Promise<Outcome> {
    const logs: string[] = [];
    const parts: string[] = [];
    let kind: Outcome['kind'] = 'ready';
    let body: Buffer = Buffer.alloc(0);
    for (let frame = await this.#next(); frame !== undefined; frame = await this.#next()) {
      if (frame.type === TYPE.next) return { ...split(kind, body), kind, logs, parts };
      if (frame.type === TYPE.log) logs.push(frame.body.toString());
      else if (frame.type === TYPE.stream || frame.type === TYPE.part) {
        parts.push(frame.body.toString('utf8', REQUEST_ID_BYTES));
      } else {
        kind = frame.type === TYPE.response ? 'response' : 'error';
        body =
          frame.type === TYPE.initError ? Buffer.concat([Buffer.alloc(36, '-'), frame.body]) : frame.body;
      }
    }
    return { ...split(kind, body), kind: kind === 'error' ? 'error' : 'exit', logs, parts };
  }

  async #next(): Promise<Frame | undefined> {
    while (this.#frames.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames.shift();
  }

  #take(chunk: Buffer): void {
    let bytes = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (bytes.length >= 5 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
      const end = 4 + bytes.readUInt32BE(0);
      this.#frames.push({ type: bytes.readUInt8(4), body: bytes.subarray(5, end) });
      bytes = bytes.subarray(end);
    }
    this.#received = bytes;
    this.#wake();
  }

  #close(): void {
    this.#closed = true;
    this.#wake();
  }
}

function invokeFrame(event: Buffer, options: InvokeOptions): Buffer {
  const header = {
    requestId: nextRequestId(),
    deadlineMs: Date.now() + 10_000,
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    ...options,
  };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(headerBytes.length);
  return encodeFrame(TYPE.invoke, Buffer.concat([size, headerBytes, event]));
}

function split(kind: Outcome['kind'], body: Buffer): Pick<Outcome, 'requestId' | 'text'> {
  if (kind === 'ready') return { requestId: '', text: '' };
  return {
    requestId: body.toString('latin1', 0, REQUEST_ID_BYTES),
    text: body.toString('utf8', REQUEST_ID_BYTES),
  };
}

const functionVariables = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_LAMBDA_FUNCTION_NAME: 'f',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/f',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef',
};

/** Maps paths as a sandbox without mounts does. */
export function mapPaths(runtime: ResolvedRuntime, taskRoot: string): (path: string) => string {
  const directories = [...runtime.directories, { hostPath: taskRoot, sandboxPath: '/var/task' }];
  return (path) => {
    for (const { hostPath, sandboxPath } of directories) {
      if (path === sandboxPath || path.startsWith(`${sandboxPath}/`)) {
        return hostPath + path.slice(sandboxPath.length);
      }
    }
    return path;
  };
}
