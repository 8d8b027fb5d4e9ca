import { readSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import type { Invocation } from '../model/invocation.ts';
import { descriptorOf } from '../model/socket-descriptor.ts';
import { InvokeFrames } from './ahead/invoke-frames.ts';
import { FRAME, FrameDecoder } from './frames.ts';
import { LARGEST_RESPONSE_BYTES } from './runtime-link.ts';
import type { OutputPace } from './output-pace.ts';
import type {
  AheadLink,
  AheadTerms,
  ResponseStream,
  RestoreRequest,
  RuntimeEvents,
  RuntimeLink,
} from './runtime-link.ts';

const REQUEST_ID_BYTES = 36;
const RESTORE_FRAME = Buffer.from([0, 0, 0, 1, FRAME.restore]);
/** Of a NEXT frame: the runtime begins events that come before it has asked for them. */
const TAKES_AHEAD = 1;
/** Of a number that says which event was passed over. */
const MOST_DIGITS = 16;
const READ_AHEAD_BYTES = 4096;

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
    link.readBytes += chunk.length;
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
  readBytes = 0;
  #hasAsked = false;
  #takesAhead = false;
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

  deliver(invocation: Invocation, deadlineMs: number, together = false): void {
    this.#deliveredId = invocation.requestId;
    this.#invokes.deliver(invocation, deadlineMs, together);
  }

  deliverAhead(invocation: Invocation, deadlineMs: number, terms: AheadTerms): boolean {
    return this.#invokes.deliverAhead(invocation, deadlineMs, terms);
  }

  isDry(): boolean {
    const answers = this.#answers;
    if (!answers.isPaused() || answers.readableLength > 0 || answers.readableEnded) return false;
    return readAhead(answers) === 'nothing';
  }

  takeBack(): void {
    this.#invokes.takeBack();
  }

  release(): void {
    this.#invokes.write(RESTORE_FRAME);
  }

  onFrame(type: number, body: Buffer, oversized: boolean): void {
    switch (type) {
      case FRAME.next:
        this.#onNext(body);
        return;
      case FRAME.passed:
        if (!this.#invokes.passed(serialIn(body))) this.#waste(body);
        return;
      case FRAME.response:
      case FRAME.error:
        this.#onOutcome(type, this.#requestIdOf(body), body.subarray(REQUEST_ID_BYTES), oversized);
        return;
      case FRAME.initError:
        if (!this.#events.onInitError(body, undefined)) this.#waste(body);
        return;
      case FRAME.restoreNext:
        if (!this.#events.onRestoreNext(this)) this.#waste(body);
        return;
      case FRAME.restoreError:
        if (!this.#events.onRestoreError(body, undefined)) this.#waste(body);
        return;
      case FRAME.stream:
        this.#onStream(body);
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
    if (!this.#hasAsked) this.#takesAhead = body.length === 1 && body[0] === TAKES_AHEAD;
    this.#hasAsked = true;
    this.#invokes.ended();
    if (!this.#events.onNext(this)) this.#waste(body);
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

  #onStream(body: Buffer): void {
    const requestId = this.#requestIdOf(body);
    const response = this.#events.onStream(requestId, body.toString('latin1', REQUEST_ID_BYTES));
    if (response === undefined) this.#waste(body);
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

/** Reads what is there to where it waits until reading goes on. */
function readAhead(answers: Readable): 'nothing' | 'something' {
  const bytes = Buffer.allocUnsafe(READ_AHEAD_BYTES);
  try {
    const count = readSync(descriptorOf(answers), bytes, 0, bytes.length, null);
    if (count > 0) answers.unshift(bytes.subarray(0, count));
    return 'something';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 'nothing' : 'something';
  }
}

/** What a function makes up may be large. */
function serialIn(body: Buffer): number {
  return body.length > MOST_DIGITS ? Number.NaN : Number(body.toString('latin1', 0, body.length));
}

function beginsWith(body: Buffer, requestId: string): boolean {
  if (requestId.length !== REQUEST_ID_BYTES || body.length < REQUEST_ID_BYTES) return false;
  for (let at = 0; at < REQUEST_ID_BYTES; at += 1) if (body[at] !== requestId.charCodeAt(at)) return false;
  return true;
}
