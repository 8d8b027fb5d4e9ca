import type { Socket } from 'node:net';
import { reclaim, releaseWhole } from '../model/spent-memory.ts';
import { isQuiet } from './connection-handover.ts';
import { newMemory } from './fast-lane-forms.ts';
import type { Gathering } from './fast-lane-gathering.ts';
import type { LaneMember, LaneOptions } from './fast-lane-options.ts';
import { PendingBytes } from './fast-lane-pending.ts';
import { readPast } from './fast-lane-reading.ts';
import type { WholeRequest } from './fast-lane-request.ts';
import { type AnswerSink, LaneResponse } from './fast-lane-response.ts';
import { writeAnswer } from './fast-lane-write.ts';
import { mayEndFirst } from './half-open.ts';

/**
 * A connection while all that comes on it are plain requests. They are answered one after the other. With the
 * first that is anything else, it becomes node:http's. Between two of them it can be given away.
 */
export class LaneConnection implements AnswerSink, LaneMember {
  counted = 0;
  readonly #socket: Socket;
  readonly #options: LaneOptions;
  readonly #memory = newMemory();
  /** Under way, if any. */
  #response: LaneResponse | undefined;
  /** Came while a request was under way. */
  readonly #pending = new PendingBytes();
  /** The request that is coming, when its body didn't come with its head. */
  #gathering: Gathering | undefined;
  /** A chunk that was copied there as a whole. */
  #copied: Buffer | undefined;
  /** A request that came so, while it is under way. */
  #gathered: Buffer | undefined;
  /** The client doesn't read its answers. */
  #isClogged = false;
  #isServing = false;
  #isClosing = false;
  #isReleasing = false;
  /** The client sends nothing more. */
  #hasEnded = false;
  #idleFor = 0;

  constructor(socket: Socket, options: LaneOptions) {
    this.#socket = mayEndFirst(socket);
    this.#options = options;
    socket.on('data', this.#onData);
    readPast(socket, this.#onRead, this.#onSharedRead);
    socket.on('end', this.#onEnd);
    socket.on('timeout', this.#onTimeout);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
  }

  get running(): Socket | undefined {
    return this.#response && this.#socket;
  }

  get #isBusy(): boolean {
    return this.#response !== undefined || this.#gathering !== undefined || this.#isClogged;
  }

  age(most: number): void {
    if (!this.#isBusy && (this.#idleFor += 1) > most) this.#socket.destroy();
  }

  close(): void {
    this.#isClosing = true;
    this.#pending.close();
    if (this.#gathering !== undefined) this.#onSlow();
    else if (this.#isClogged) this.#socket.destroySoon();
    else if (this.#response === undefined) this.#socket.destroy();
  }

  release(): void {
    this.#isReleasing = true;
    this.#releaseNow();
  }

  answer(head: string, body: string | Uint8Array): void {
    this.#response = undefined;
    if (this.#gathered !== undefined) {
      reclaim(this.#gathered, body);
      this.#gathered = undefined;
    }
    this.#idleFor = 0;
    const socket = this.#socket;
    if (!socket.writable) return;
    const end = this.#options.headEnds[this.#isClosing ? 'last' : 'other'];
    const isFlowing = writeAnswer(socket, head + end.text, body);
    if (this.#isClosing) socket.destroySoon();
    else if (!isFlowing) this.#clog();
    else if (this.#isReleasing) process.nextTick(this.#releaseNow);
    else this.#serveNext();
  }

  readonly abandon = (): unknown => this.#socket.destroy();

  readonly #onRead = (chunk: Buffer): void => {
    this.#onData(chunk);
    if (this.#copied === chunk) releaseWhole(chunk);
    this.#copied = undefined;
  };

  /** What belongs to a body that is coming is copied to its place at once; other bytes are kept for a while. */
  readonly #onSharedRead = (memory: Buffer, count: number): boolean => {
    if (this.#gathering === undefined || count > this.#gathering.missing) return false;
    this.#gather(this.#gathering, memory.subarray(0, count));
    return true;
  };

  readonly #onData = (bytes: Buffer): void => {
    if (this.#gathering !== undefined) this.#gather(this.#gathering, bytes);
    else if (this.#response !== undefined || this.#isClogged || this.#isClosing)
      this.#pending.keep(this.#socket, bytes);
    else this.#serve(bytes);
  };

  /** What has come is still answered. What half a request gets, node:http says itself. */
  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    if (this.#gathering !== undefined) this.#onSlow();
    else if (!this.#isBusy) this.#serveNext();
  };

  /** Nothing was read of an answer for too long. */
  readonly #onTimeout = (): unknown => this.#isClogged && this.#socket.destroy();

  readonly #onDrain = (): void => {
    if (!this.#isClogged) return;
    this.#isClogged = false;
    this.#socket.setTimeout(0).resume();
    if (this.#isReleasing) this.#releaseNow();
    else this.#serveNext();
  };

  readonly #onClose = (): void => {
    this.#options.onGone(this);
    this.#response?.closed();
    this.#response = undefined;
    this.#pending.close();
    if (this.#gathering !== undefined) this.#endGathering(this.#gathering);
  };

  /** Answers the requests in `bytes` as long as each is answered at once, and keeps the rest. */
  #serve(bytes: Buffer): void {
    this.#isServing = true;
    for (let rest = bytes; rest.length > 0; ) {
      const request = this.#options.scanner.scan(rest, this.#socket, this.#memory);
      if (typeof request === 'number' && this.#beginGathering(rest, request)) break;
      if (request === undefined || typeof request === 'number' || !this.#begin(request))
        return this.#leave(rest);
      rest = rest.subarray(request.size);
      if (this.#response !== undefined || this.#isClogged || this.#isClosing) {
        if (rest.length > 0) this.#pending.keep(this.#socket, rest);
        break;
      }
    }
    this.#isServing = false;
    if (this.#hasEnded && !this.#isBusy) this.#serveNext();
  }

  #begin(request: WholeRequest): boolean {
    const response = new LaneResponse(this);
    this.#response = response;
    this.#idleFor = 0;
    const { watch } = this.#options;
    if (watch.isOn && watch.counts(request)) this.counted += 1;
    if (this.#options.onRequest(request, response)) return true;
    this.#response = undefined;
    return false;
  }

  /** @returns false when there is no room for it */
  #beginGathering(begun: Buffer, size: number): boolean {
    const gathering = this.#hasEnded ? undefined : this.#options.room.begin(begun, size, this.#onSlow);
    if (gathering === undefined) return false;
    this.#gathering = gathering;
    this.#copied = begun;
    gathering.readOn(this.#socket, begun);
    if (gathering.isWhole) this.#serveGathered(this.#endGathering(gathering));
    return true;
  }

  #gather(gathering: Gathering, chunk: Buffer): void {
    const taken = gathering.add(chunk);
    if (taken === chunk.length) this.#copied = chunk;
    gathering.readOn(this.#socket, chunk);
    if (!gathering.isWhole) return;
    const whole = this.#endGathering(gathering);
    if (taken < chunk.length) this.#serve(Buffer.concat([whole, chunk.subarray(taken)]));
    else this.#serveGathered(whole);
  }

  #serveGathered(whole: Buffer): void {
    this.#gathered = whole;
    this.#serve(whole);
  }

  #endGathering(gathering: Gathering): Buffer {
    this.#gathering = undefined;
    return gathering.take();
  }

  readonly #onSlow = (): void => {
    if (this.#gathering !== undefined) this.#leave(this.#endGathering(this.#gathering));
  };

  #serveNext(): void {
    if (this.#isServing) return;
    if (this.#hasEnded && this.#pending.isEmpty) this.#socket.end();
    if (this.#pending.isEmpty) return;
    // What comes by that, comes in a later turn: what waited here is before it.
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#serve(this.#pending.take());
  }

  #clog(): void {
    this.#isClogged = true;
    this.#socket.setTimeout(this.#options.keepAliveTimeoutMs).pause();
  }

  /** Unless something is under way: the answer, or whoever asks again, comes back to it. */
  readonly #releaseNow = (): void => {
    const socket = this.#socket;
    if (!this.#isReleasing || this.#isBusy || this.#isServing || this.#isClosing || !socket.writable) return;
    if (!isQuiet(socket)) return this.#serveNext();
    this.#detach();
    this.#options.onReleased?.(socket, this.#pending.take());
  };

  #leave(unread: Buffer): void {
    this.#detach();
    this.#options.asHttp1(this.#socket);
    this.#socket.emit('data', unread);
    if (this.#hasEnded) this.#socket.emit('end');
  }

  #detach(): void {
    const socket = this.#socket;
    this.#isReleasing = false;
    this.#isServing = false;
    socket.off('data', this.#onData);
    Reflect.deleteProperty(socket, 'push');
    socket.off('end', this.#onEnd);
    socket.off('timeout', this.#onTimeout);
    socket.off('drain', this.#onDrain);
    socket.off('close', this.#onClose);
    this.#options.onGone(this);
  }
}
