import type { Duplex, Readable } from 'node:stream';
import type { Invocation } from '../model/invocation.ts';
import { descriptorOf } from '../model/socket-descriptor.ts';
import { InvokeFrames } from './ahead/invoke-frames.ts';
import { FRAME, FrameDecoder } from './frames.ts';
import { LARGEST_RESPONSE_BYTES } from './runtime-link.ts';
import type { OutputPace } from './output-pace.ts';
import type {
  AheadLink,
  ResponseStream,
  RestoreRequest,
  RuntimeEvents,
  RuntimeLink,
} from './runtime-link.ts';

const REQUEST_ID_BYTES = 36;
const RESTORE_FRAME = Buffer.from([0, 0, 0, 1, FRAME.restore]);
/** Of a NEXT frame: the runtime begins events that come before it has asked for them. */
const TAKES_AHEAD = 1;

/**
 * Listens to the platform's ends of descriptors 3 and 5, as runtimes/FRAMES.md has it, for one life of a runtime process.
 * @param channel by which events go
 * @param answers by which all comes that the runtime says
 * @param onBroken the process wrote something that is no frame
 */
export function listenToFrames(
  channel: Duplex,
  answers: Readable,
  events: RuntimeEvents,
  pace: OutputPace,
  onBroken: () => void,
): void {
  const link = new FrameLink({ channel, answers, events, pace });
  const decoder = new FrameDecoder((type, body, oversized) => link.onFrame(type, body, oversized));
  let isBroken = false;
  const onBreach = (error: unknown): void => {
    if (!(error instanceof RangeError)) throw error;
    isBroken = true;
    onBroken();
  };
  const push = (chunk: Buffer): void => {
    if (isBroken) return;
    try {
      decoder.push(chunk);
    } catch (error) {
      onBreach(error);
    }
  };
  const readOn = (): void => {
    try {
      decoder.readOn(descriptorOf(answers));
    } catch (error) {
      onBreach(error);
    }
  };
  pace.read(answers, push, { awaited: () => (isBroken ? 0 : decoder.awaited), readOn });
}

interface FrameLinkParts {
  readonly channel: Duplex;
  readonly answers: Readable;
  readonly events: RuntimeEvents;
  readonly pace: OutputPace;
}

interface Held {
  readonly type: number;
  readonly body: Buffer;
  readonly oversized: boolean;
}

class FrameLink implements RuntimeLink, AheadLink, RestoreRequest {
  readonly carriesLogs = true;
  readonly #answers: Readable;
  readonly #invokes: InvokeFrames;
  readonly #events: RuntimeEvents;
  readonly #pace: OutputPace;
  /** Of the event that was handed over last. */
  #deliveredId = '';
  /** Responses that are coming in parts, by request id: one at most, unless the runtime has several events in hand. */
  readonly #streams = new Map<string, ResponseStream>();
  #takesAhead = false;
  /** It has asked for the next event, and begun it if that is ahead: what it says is of that one. */
  #isBetween = false;
  /** What has come meanwhile. */
  #held: Held[] = [];
  #pauses = 0;

  constructor({ channel, answers, events, pace }: FrameLinkParts) {
    this.#answers = answers;
    this.#pace = pace;
    this.#invokes = new InvokeFrames(channel);
    this.#events = events;
    answers.on('pause', () => (this.#pauses += 1));
  }

  get ahead(): AheadLink | undefined {
    return this.#takesAhead ? this : undefined;
  }

  get pauses(): number | undefined {
    return this.#answers.isPaused() || this.#answers.readableLength > 0 ? undefined : this.#pauses;
  }

  get isBetween(): boolean {
    return this.#isBetween;
  }

  deliver(invocation: Invocation, deadlineMs: number, together = false): void {
    this.#deliveredId = invocation.requestId;
    this.#invokes.deliver(invocation, deadlineMs, together);
    if (this.#held.length === 0) this.#isBetween = false;
    else setImmediate(() => this.#readHeld());
  }

  deliverAhead(invocation: Invocation, deadlineMs: number, beginBeforeMs: number, isFirst: boolean): boolean {
    return this.#invokes.deliverAhead(invocation, deadlineMs, beginBeforeMs, isFirst);
  }

  takeBack(): boolean {
    if (this.#isBetween) return false;
    this.#invokes.takeBack();
    return true;
  }

  release(): void {
    this.#invokes.write(RESTORE_FRAME);
  }

  onFrame(type: number, body: Buffer, oversized: boolean): void {
    if (this.#isBetween) this.#hold(type, body, oversized);
    else this.#read(type, body, oversized);
  }

  #read(type: number, body: Buffer, oversized: boolean): void {
    switch (type) {
      case FRAME.next:
        this.#onNext(body);
        return;
      case FRAME.passed:
        if (!this.#invokes.passed(Number(body.toString('latin1', 0, body.length)))) this.#pace.addLine();
        return;
      case FRAME.response:
      case FRAME.error:
        this.#onOutcome(type, this.#requestIdOf(body), body.subarray(REQUEST_ID_BYTES), oversized);
        return;
      case FRAME.initError:
        if (!this.#events.onInitError(body, undefined)) this.#pace.addLine();
        return;
      case FRAME.restoreNext:
        if (!this.#events.onRestoreNext(this)) this.#pace.addLine();
        return;
      case FRAME.restoreError:
        if (!this.#events.onRestoreError(body, undefined)) this.#pace.addLine();
        return;
      case FRAME.stream:
        this.#onStream(this.#requestIdOf(body), body.toString('latin1', REQUEST_ID_BYTES));
        return;
      case FRAME.part:
        this.#onPart(this.#requestIdOf(body), body.subarray(REQUEST_ID_BYTES));
        return;
      case FRAME.log:
        this.#events.onLog(body.toString('utf8', 0, body.length));
        return;
      default:
        throw new RangeError(`Frame type ${type} is not one a runtime sends.`);
    }
  }

  #onNext(body: Buffer): void {
    if (body.length === 1 && body[0] === TAKES_AHEAD) this.#takesAhead = true;
    this.#invokes.ended();
    this.#isBetween = this.#invokes.isAhead;
    if (this.#events.onNext(this)) return;
    this.#isBetween = false;
    this.#pace.addLine();
  }

  /** Until the environment is done with the last invocation, as when its output has yet to be read. */
  #hold(type: number, body: Buffer, oversized: boolean): void {
    this.#held.push({ type, body: type === FRAME.log ? Buffer.from(body) : body, oversized });
    this.#waste(body);
  }

  #readHeld(): void {
    this.#isBetween = false;
    const held = this.#held;
    this.#held = [];
    for (const { type, body, oversized } of held) this.onFrame(type, body, oversized);
  }

  #onOutcome(type: number, requestId: string, payload: Buffer, oversized: boolean): void {
    const stream = this.#streamOf(requestId);
    if (stream !== undefined) {
      this.#streams.delete(requestId);
      if (type === FRAME.error) stream.fail(payload, undefined);
      else stream.end();
      return;
    }
    const tooLarge = oversized || (type === FRAME.response && payload.length > LARGEST_RESPONSE_BYTES);
    const isKnown =
      type === FRAME.response || tooLarge
        ? this.#events.onResponse(requestId, payload, tooLarge)
        : this.#events.onError(requestId, payload, undefined);
    if (!isKnown) this.#waste(payload);
  }

  #onStream(requestId: string, contentType: string): void {
    const response = this.#events.onStream(requestId, contentType);
    if (response === undefined) this.#pace.addLine();
    else this.#streams.set(requestId, response);
  }

  /** A runtime whose caller is behind finds the channel full, and waits. */
  #onPart(requestId: string, bytes: Uint8Array): void {
    const stream = this.#streamOf(requestId);
    if (stream === undefined) return this.#waste(bytes);
    if (stream.write(bytes)) return;
    this.#answers.pause();
    stream.whenReady(() => this.#answers.resume());
  }

  /** Nobody waits for it: counts as output does. */
  #waste(bytes: Uint8Array): void {
    this.#pace.addLine();
    this.#pace.addBytes(bytes.length);
  }

  #streamOf(requestId: string): ResponseStream | undefined {
    return this.#streams.size === 0 ? undefined : this.#streams.get(requestId);
  }

  /** Nearly always the one that was just delivered: to compare is cheaper than to make a string. */
  #requestIdOf(body: Buffer): string {
    const delivered = this.#deliveredId;
    return beginsWith(body, delivered) ? delivered : body.toString('latin1', 0, REQUEST_ID_BYTES);
  }
}

function beginsWith(body: Buffer, requestId: string): boolean {
  if (requestId.length !== REQUEST_ID_BYTES || body.length < REQUEST_ID_BYTES) return false;
  for (let at = 0; at < REQUEST_ID_BYTES; at += 1) if (body[at] !== requestId.charCodeAt(at)) return false;
  return true;
}
