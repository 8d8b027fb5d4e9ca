import { Duplex, PassThrough, Readable } from 'node:stream';
import type { SandboxExit, SandboxProcess } from '../../sandbox/sandbox.ts';
import { driverWithoutProcesses } from '../../sandbox/testing/driver-without-processes.ts';
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

/** What would run in the sandboxes of its driver is played by a test. */
export class PlayedRuntimes {
  /** The one of each sandbox that was started last. */
  readonly runtimes = new Map<string, PlayedRuntime>();
  readonly driver = driverWithoutProcesses(async (id) => await Promise.resolve(this.#start(id)));

  #start(id: string): SandboxProcess {
    const runtime = new PlayedRuntime();
    this.runtimes.set(id, runtime);
    runtime.initialised();
    // The platform does not listen yet.
    setImmediate(() => runtime.arrive());
    return runtime.process;
  }
}
