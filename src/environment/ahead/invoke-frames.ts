import type { Duplex } from 'node:stream';
import type { Invocation } from '../../model/invocation.ts';
import { lend, own } from '../../model/spent-memory.ts';
import { ChannelWriter } from '../channel-writer.ts';
import type { AheadTerms } from '../runtime-link.ts';
import {
  type AheadMembers,
  encodeInvoke,
  type InvokeFrame,
  invokeFrameBytes,
  writeInvoke,
} from '../invoke-frame.ts';

/** Below this, copying the event behind its head is cheaper than writing two buffers. */
const COPIED_PAYLOAD_BYTES = 16 * 1024;
/** Where frames are put together, of every channel in its turn: it takes whatever is copied. */
const shared = Buffer.allocUnsafeSlow(128 * 1024);

/** In the channel behind others, under a number that no other frame there has. */
interface FrameAhead extends InvokeFrame {
  readonly ahead: AheadMembers;
}

/**
 * Writes events to a runtime: when it has asked for one, or ahead of that, behind the one it has in hand. The runtime
 * begins an event that came ahead as soon as it is done with the one before, or passes over it where its time to begin has
 * run out; it then passes over all that came ahead, until one comes that did not.
 */
export class InvokeFrames {
  readonly #channel: Duplex;
  readonly #writer: ChannelWriter;
  /** Ahead, in the order in which they were written. */
  readonly #ahead: FrameAhead[] = [];
  /** The one in hand, if it was written ahead. */
  #begun: FrameAhead | undefined;
  /** Of the one in hand. */
  #deadlineMs = 0;
  /** The runtime has passed over one, and so over all that were ahead: each is written once more in its turn. */
  #isPassed = false;
  #serial = 0;
  /** What leaves at the end of this turn of the event loop. */
  readonly #waiting: InvokeFrame[] = [];
  readonly #flush = (): void => this.#writeWaiting();

  constructor(channel: Duplex) {
    this.#channel = channel;
    this.#writer = new ChannelWriter(channel);
  }

  /**
   * The runtime waits for this event, or is beginning it where it came ahead.
   * @param together others may follow in this turn of the event loop, and shall leave with it
   */
  deliver(invocation: Invocation, deadlineMs: number, together: boolean): void {
    this.#deadlineMs = deadlineMs;
    this.#begun = this.#take(invocation);
    if (this.#begun !== undefined) return;
    if (isLarge(invocation)) {
      this.#writeWaiting();
      this.#writeLarge({ invocation, deadlineMs });
      return;
    }
    if (together) this.#add({ invocation, deadlineMs });
    else {
      this.#waiting.push({ invocation, deadlineMs });
      this.#writeWaiting();
    }
  }

  /**
   * @returns false when it is too large for that, or one before it has yet to be written
   */
  deliverAhead(
    invocation: Invocation,
    deadlineMs: number,
    { beginBefore, mayDoze, isFirst }: AheadTerms,
  ): boolean {
    if (isFirst) this.#isPassed = false;
    if (this.#isPassed || isLarge(invocation)) return false;
    this.#serial += 1;
    const frame = { invocation, deadlineMs, ahead: { serial: this.#serial, beginBefore, mayDoze } };
    this.#ahead.push(frame);
    this.#add(frame);
    return true;
  }

  /** Nothing that is ahead will be begun: somebody else has it. */
  takeBack(): void {
    this.#ahead.length = 0;
  }

  /** The runtime is done with what it had in hand. */
  ended(): void {
    this.#begun = undefined;
  }

  /**
   * The runtime has passed over an event that came ahead. It was thought to have begun, and is written once more.
   * @returns false when there is no such event
   */
  passed(serial: number): boolean {
    const begun = this.#begun;
    if (begun?.ahead.serial !== serial) return false;
    this.#ahead.length = 0;
    this.#isPassed = true;
    this.deliver(begun.invocation, this.#deadlineMs, false);
    return true;
  }

  write(frame: Buffer): void {
    this.#writer.write(frame);
  }

  #take(invocation: Invocation): FrameAhead | undefined {
    const index = this.#ahead.findIndex((frame) => frame.invocation === invocation);
    return index === -1 ? undefined : this.#ahead.splice(index, 1)[0];
  }

  #add(frame: InvokeFrame): void {
    if (this.#waiting.length === 0) setImmediate(this.#flush);
    this.#waiting.push(frame);
  }

  #writeWaiting(): void {
    let end = 0;
    for (const frame of this.#waiting) {
      if (end + invokeFrameBytes(frame.invocation) > shared.length) {
        this.#writer.writeFrom(shared, end);
        end = 0;
      }
      end = writeInvoke(shared, end, frame, true);
    }
    this.#waiting.length = 0;
    if (end > 0) this.#writer.writeFrom(shared, end);
  }

  #writeLarge(frame: InvokeFrame): void {
    const { payload } = frame.invocation;
    // Corked, both buffers leave in one system call without a copy of the event.
    this.#channel.cork();
    this.#channel.write(encodeInvoke(frame, false));
    lend(payload);
    this.#channel.write(payload, (error) => {
      if (!error) own(payload);
    });
    this.#channel.uncork();
  }
}

function isLarge(invocation: Invocation): boolean {
  return invocation.payload.length > COPIED_PAYLOAD_BYTES || invokeFrameBytes(invocation) > shared.length;
}
