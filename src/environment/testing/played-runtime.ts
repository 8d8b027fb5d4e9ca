import { Duplex, PassThrough, Readable } from 'node:stream';
import type { Sandbox, SandboxDriver, SandboxExit, SandboxProcess } from '../../sandbox/sandbox.ts';
import { encodeFrame, FRAME, FrameDecoder } from '../frames.ts';

/** An INVOKE frame as the runtime sees it. */
export interface ReadEvent {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly ahead: number | undefined;
  readonly beginBefore: number | undefined;
  readonly payload: string;
}

/** The runtime's end of its channel: what it wrote is under way until the platform reads. */
export class PlayedRuntime {
  readonly process: SandboxProcess;
  readonly answers = new Readable({ read: () => undefined });
  readonly output = new PassThrough();
  /** In its channel, oldest first. */
  readonly events: ReadEvent[] = [];
  hasEnded = false;
  readonly #exit = Promise.withResolvers<SandboxExit>();
  #written: Buffer[] = [];

  constructor() {
    const decoder = new FrameDecoder((type, body) => {
      if (type === FRAME.invoke) this.events.push(readInvoke(body));
    });
    const channel = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        decoder.push(chunk);
        done();
      },
    });
    const { answers, output } = this;
    const kill = (): void => this.exit();
    const exited = this.#exit.promise;
    this.process = { channel, answers, output, exited, setActive: () => undefined, terminate: kill, kill };
  }

  /** It is ready for events, and takes them ahead. */
  initialised(): void {
    this.#write(encodeFrame(FRAME.next, Buffer.from([1])));
  }

  log(text: string): void {
    this.#write(encodeFrame(FRAME.log, Buffer.from(text)));
  }

  passed(serial: number): void {
    this.#write(encodeFrame(FRAME.passed, Buffer.from(String(serial))));
  }

  /** Answers, and asks for the next event. */
  respond(requestId: string, json: string): void {
    const response = encodeFrame(FRAME.response, Buffer.from(requestId + json));
    this.#write(Buffer.concat([response, encodeFrame(FRAME.next, Buffer.alloc(0))]));
  }

  /** The platform reads all that was written by now. */
  arrive(): void {
    const written = Buffer.concat(this.#written);
    this.#written = [];
    if (written.length > 0 && !this.answers.destroyed) this.answers.push(written);
  }

  exit(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.arrive();
    this.answers.push(null);
    this.output.end();
    this.#exit.resolve({ code: 1, signal: null, outOfMemory: false });
  }

  #write(bytes: Buffer): void {
    if (!this.hasEnded) this.#written.push(bytes);
  }
}

/** What the body of an INVOKE frame holds. */
export function readInvoke(body: Buffer): ReadEvent {
  const end = 4 + body.readUInt32BE(0);
  const header = JSON.parse(body.toString('utf8', 4, end)) as Omit<ReadEvent, 'payload'>;
  const { requestId, deadlineMs, ahead, beginBefore } = header;
  return { requestId, deadlineMs, ahead, beginBefore, payload: body.toString('utf8', end) };
}

/** A driver without processes: what would run in them is played by a test. */
export class PlayedDriver implements SandboxDriver {
  readonly isolation = 'process';
  readonly sharesClock = true;
  readonly attaches = false;
  readonly limitsInForce = {
    memory: 'none',
    cpuShare: 'none',
    processes: 'none',
    openFiles: 'none',
    scratch: 'none',
    freezing: 'none',
  } as const;
  readonly networkReach = { tcp4: 'none', udp4: 'none', tcp6: 'none', udp6: 'none' };
  /** The one of each sandbox that was started last. */
  readonly runtimes = new Map<string, PlayedRuntime>();

  async create({ id }: { readonly id: string }): Promise<Sandbox> {
    const nothing = (): void => undefined;
    const later = async (): Promise<void> => await Promise.resolve();
    const refuse = async (): Promise<never> => await Promise.reject(new Error('There is no network.'));
    const exec = async (): Promise<SandboxProcess> => await Promise.resolve(this.#start(id));
    return await Promise.resolve({
      id,
      pathInside: (path: string) => path,
      exec,
      execBeside: exec,
      listen: async () => await Promise.resolve('127.0.0.1:1'),
      listenBeside: async () => await Promise.resolve({ address: '127.0.0.1:2', reopen: nothing }),
      connect: refuse,
      attach: later,
      boost: nothing,
      standBack: nothing,
      freeze: nothing,
      thaw: nothing,
      stats: () => ({ memoryPeakBytes: 50 * 2 ** 20 }),
      scratchOverflows: async () => await Promise.resolve(false),
      destroy: later,
    });
  }

  spares(): readonly [] {
    return [];
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  #start(id: string): SandboxProcess {
    const runtime = new PlayedRuntime();
    this.runtimes.set(id, runtime);
    runtime.initialised();
    // The platform does not listen yet.
    setImmediate(() => runtime.arrive());
    return runtime.process;
  }
}
