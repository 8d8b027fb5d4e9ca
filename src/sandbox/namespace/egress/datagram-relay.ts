import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { SocketAddress } from '../kernel/sockets.ts';
import {
  answerFrame,
  destinationOf,
  readDatagram,
  type SentDatagram,
  unreachableFrame,
} from './tunnel-packets.ts';

/** From one port to one place each; beyond it the one that was used longest ago ends. */
const MOST_FLOWS = 1024;
/** As long as translators of addresses must remember at least (RFC 4787). */
const QUIET_LIMIT_MS = 120_000;
/** What was refused is looked at anew then: machines change networks. */
const REFUSED_FOR_MS = 5000;
/** While its socket is being connected. */
const MOST_WAITING = 64;
/** Bytes of one sandbox that the kernel has not taken; beyond it datagrams are lost, as they may be. */
const MOST_QUEUED = 4 << 20;

/** A program's datagrams from one port to one place, and what comes back. */
interface Flow {
  /** Undefined where they are refused. */
  readonly socket: Socket | undefined;
  /** Until it is connected. */
  waiting: Buffer[] | undefined;
  /** On the clock of `performance.now`. */
  endsAt: number;
}

export interface DatagramWays {
  /** Puts a packet into the sandbox's tunnel. */
  readonly inside: (frame: Buffer) => void;
  readonly mayReach: (host: string) => boolean;
  /** Takes lookups, wherever they were sent, and answers them; false for everything else. */
  readonly lookUp: (to: SocketAddress, query: Buffer, answer: (bytes: Buffer) => void) => boolean;
}

/**
 * Carries the datagrams of one sandbox. Each flow has a socket of its own, connected: nobody but the place a program has
 * sent to can answer it, at a port that nobody can guess.
 */
export class DatagramRelay {
  readonly #ways: DatagramWays;
  readonly #quietLimitMs: number;
  /** What was used longest ago first. */
  readonly #flows = new Map<string, Flow>();
  #sweep: NodeJS.Timeout | undefined;
  #queuedBytes = 0;

  constructor(ways: DatagramWays, quietLimitMs = QUIET_LIMIT_MS) {
    this.#ways = ways;
    this.#quietLimitMs = quietLimitMs;
  }

  get flows(): number {
    return this.#flows.size;
  }

  /** Takes what came out of the tunnel. */
  take(frame: Buffer): void {
    const sent = readDatagram(frame);
    if (sent === undefined) return;
    const flow = this.#known(sent.flow) ?? this.#open(sent);
    if (flow === undefined) return;
    const { socket, waiting } = flow;
    if (socket === undefined) this.#ways.inside(unreachableFrame(sent.packet));
    else if (waiting === undefined) this.#send(socket, sent.payload);
    else if (waiting.length < MOST_WAITING) waiting.push(sent.payload);
  }

  close(): void {
    for (const [key, flow] of this.#flows) this.#end(key, flow);
  }

  #known(key: string): Flow | undefined {
    const flow = this.#flows.get(key);
    const now = performance.now();
    if (flow === undefined || flow.endsAt <= now) return undefined;
    if (flow.socket === undefined) return flow;
    flow.endsAt = now + this.#quietLimitMs;
    this.#flows.delete(key);
    this.#flows.set(key, flow);
    return flow;
  }

  /** @returns undefined for what is answered without one */
  #open(sent: SentDatagram): Flow | undefined {
    const to = destinationOf(sent.packet);
    // The frame is gone by the time anything is answered.
    const packet = Buffer.from(sent.packet.subarray(0, sent.packet.length - sent.payload.length));
    const answer = (bytes: Buffer): void => this.#ways.inside(answerFrame(packet, bytes));
    if (this.#ways.lookUp(to, sent.payload, answer)) return undefined;
    const known = this.#flows.get(sent.flow);
    if (known !== undefined) this.#end(sent.flow, known);
    const flow = this.#ways.mayReach(to.host)
      ? this.#connect(sent.flow, to, answer, packet)
      : { socket: undefined, waiting: undefined, endsAt: performance.now() + REFUSED_FOR_MS };
    this.#remember(sent.flow, flow);
    return flow;
  }

  #connect(
    key: string,
    { host, port }: SocketAddress,
    answer: (bytes: Buffer) => void,
    packet: Buffer,
  ): Flow {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const flow: Flow = { socket, waiting: [], endsAt: performance.now() + this.#quietLimitMs };
    socket.on('message', (bytes) => {
      flow.endsAt = performance.now() + this.#quietLimitMs;
      answer(bytes);
    });
    // Nobody listens there, or there is no way: a program that is connected hears of it.
    socket.on('error', () => {
      this.#end(key, flow);
      this.#ways.inside(unreachableFrame(packet));
    });
    socket.once('connect', () => {
      for (const payload of flow.waiting ?? []) this.#send(socket, payload);
      flow.waiting = undefined;
    });
    socket.connect(port, host);
    return flow;
  }

  #remember(key: string, flow: Flow): void {
    this.#flows.set(key, flow);
    if (this.#flows.size > MOST_FLOWS) {
      const [oldest] = this.#flows;
      if (oldest !== undefined) this.#end(...oldest);
    }
    this.#sweep ??= setInterval(() => this.#endQuiet(), this.#quietLimitMs / 4).unref();
  }

  #endQuiet(): void {
    const now = performance.now();
    for (const [key, flow] of this.#flows) if (flow.endsAt <= now) this.#end(key, flow);
  }

  #end(key: string, flow: Flow): void {
    if (this.#flows.get(key) !== flow) return;
    this.#flows.delete(key);
    flow.socket?.close();
    if (this.#flows.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  /** An error comes as an event, or as what the next one meets. */
  #send(socket: Socket, payload: Buffer): void {
    if (this.#queuedBytes >= MOST_QUEUED) return;
    this.#queuedBytes += payload.length;
    socket.send(payload, () => void (this.#queuedBytes -= payload.length));
  }
}
