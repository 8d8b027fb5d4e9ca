import type { Duplex } from 'node:stream';
import type { Invocation } from '../model/invocation.ts';
import { ChannelWriter } from './channel-writer.ts';
import { encodeInvoke, FRAME, FrameDecoder } from './frames.ts';
import { LARGEST_RESPONSE_BYTES } from './runtime-link.ts';
import type { RuntimeEvents, RuntimeLink } from './runtime-link.ts';

const REQUEST_ID_BYTES = 36;
/** Below this, copying the event behind its head is cheaper than writing two buffers. */
const COPIED_PAYLOAD_BYTES = 16 * 1024;

/**
 * Listens to the platform's end of descriptor 3, as runtimes/FRAMES.md has it, for one life of a runtime process.
 * @param onBroken the process wrote something that is no frame
 */
export function listenToFrames(channel: Duplex, events: RuntimeEvents, onBroken: () => void): void {
  const link = new FrameLink(channel, events);
  const decoder = new FrameDecoder((type, body, oversized) => link.onFrame(type, body, oversized));
  channel.on('data', (chunk: Buffer) => {
    try {
      decoder.push(chunk);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      channel.removeAllListeners('data');
      channel.resume();
      onBroken();
    }
  });
}

class FrameLink implements RuntimeLink {
  readonly carriesLogs = true;
  readonly #channel: Duplex;
  readonly #writer: ChannelWriter;
  readonly #events: RuntimeEvents;

  constructor(channel: Duplex, events: RuntimeEvents) {
    this.#channel = channel;
    this.#writer = new ChannelWriter(channel);
    this.#events = events;
  }

  deliver(invocation: Invocation, deadlineMs: number): void {
    const { payload } = invocation;
    if (payload.length <= COPIED_PAYLOAD_BYTES) {
      this.#writer.write(encodeInvoke(invocation, deadlineMs, true));
      return;
    }
    // Corked, both buffers leave in one system call without a copy of the event.
    this.#channel.cork();
    this.#channel.write(encodeInvoke(invocation, deadlineMs, false));
    this.#channel.write(payload);
    this.#channel.uncork();
  }

  onFrame(type: number, body: Buffer, oversized: boolean): void {
    switch (type) {
      case FRAME.next:
        this.#events.onNext(this);
        return;
      case FRAME.response: {
        const tooLarge = oversized || body.length - REQUEST_ID_BYTES > LARGEST_RESPONSE_BYTES;
        this.#events.onResponse(requestIdOf(body), body.subarray(REQUEST_ID_BYTES), tooLarge);
        return;
      }
      case FRAME.error:
        if (oversized) this.#events.onResponse(requestIdOf(body), body, true);
        else this.#events.onError(requestIdOf(body), body.subarray(REQUEST_ID_BYTES));
        return;
      case FRAME.initError:
        this.#events.onInitError(Buffer.from(body));
        return;
      case FRAME.log:
        this.#events.onLog(body.toString('utf8', 0, body.length));
        return;
      default:
        throw new RangeError(`Frame type ${type} is not one a runtime sends.`);
    }
  }
}

function requestIdOf(body: Buffer): string {
  return body.toString('latin1', 0, REQUEST_ID_BYTES);
}
