import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { stopReading, takeRead } from '../../aws/connection-handover.ts';
import type { Loan } from '../../invoke/lending/loan.ts';
import { mostConnections } from '../most-connections.ts';
import { WorkerChannel } from './worker-channel.ts';
import type { Greeting, LastWord, Load, NewConnection, Pulse } from './worker-messages.ts';
import type { SentBack, ToMain, ToWorker, WorkerFacts } from './worker-messages.ts';

/** It may have as many files open as this process. */
const MOST_CONNECTIONS = mostConnections() ?? Number.POSITIVE_INFINITY;
/** Where a worker's channel is among its descriptors. */
const CHANNEL = 4;
/** A worker that is asked something this often and says nothing for so long is stuck, and killed. */
const PULSE_MS = 2000;
const LOOK_MS = 1000;
/** Looks rather than one long time: while a machine stalls nobody says anything, and one of them goes by. */
const SILENT_LOOKS = 20;
/** From its last word to its end. */
const LEAVING_MS = 5000;
/** Helpers of a worker that is gone end what it had started, and themselves. */
const HELPERS_MS = 30_000;

export interface WorkerProcessHooks {
  readonly onMessage: (worker: WorkerProcess, message: ToMain) => unknown;
  readonly onConnection: (note: SentBack, socket: Socket) => void;
}

interface Passed {
  readonly socket: Socket;
  readonly handle: { close(): void } | null;
}

/** One worker process, from its start to the end of everything it had started. */
export class WorkerProcess {
  readonly number: number;
  readonly startedAtMs = performance.now();
  /** Connections it has; also those on their way. */
  connections = 0;
  /** All that it was ever given. */
  #passed = 0;
  /** It has begun to take connections. */
  isReady = false;
  /** It is to end, and takes no more. */
  isLeaving = false;
  /** As it said last. */
  load: Load | undefined;
  /** Invocations; as it said last. */
  accepted = 0;
  loan: Loan | undefined;
  /** Resolves when nothing of it is left. How it ended is the value. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #channel: WorkerChannel<ToWorker, ToMain>;
  /** Connections that it may not have received yet: at most one that has left, and those behind it. */
  readonly #passing = new Set<Passed>();
  #leftLast: Passed | undefined;
  #lastChange: Promise<unknown> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(number: number, hooks: WorkerProcessHooks) {
    this.number = number;
    const child = start();
    this.#child = child;
    this.#channel = new WorkerChannel<ToWorker, ToMain>(child.stdio[CHANNEL] as unknown as Duplex, {
      onMessage: (message) => hooks.onMessage(this, message),
      // Whatever else it may be doing, it could not be told anything any more.
      onClosed: () => setTimeout(() => child.kill('SIGKILL'), LEAVING_MS).unref(),
    });
    child.on('message', (note: SentBack, socket) => {
      if (socket !== undefined) hooks.onConnection(note, socket as Socket);
    });
    child.on('error', () => undefined);
    child.stderr?.pipe(process.stderr, { end: false });
    this.ended = this.#end();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when it serves. Rejects when it cannot. */
  async greet(greeting: Greeting): Promise<void> {
    await this.#channel.ask(greeting);
    this.isReady = true;
    void this.#watch();
  }

  tell(message: ToWorker): void {
    this.#channel.tell(message);
  }

  /** Undefined when it is gone. */
  async ask(message: ToWorker): Promise<unknown> {
    return await this.#channel.ask(message).catch(() => undefined);
  }

  async facts(): Promise<WorkerFacts | undefined> {
    return this.#note((await this.ask({ kind: 'facts' })) as WorkerFacts | undefined);
  }

  /** A change that it has to know of before the one who made it is answered. */
  change(message: ToWorker): void {
    this.#lastChange = this.ask(message);
  }

  /** Resolves when it knows all changes so far, or is gone. One that does not serve yet is waited for by nobody. */
  async knowsChanges(): Promise<void> {
    if (this.isReady) await this.#lastChange;
  }

  /**
   * Gives it a connection.
   * @param read what was read of it; undefined for a new one of which nothing was
   */
  pass(socket: Socket, read: Uint8Array | undefined): boolean {
    if (this.connections >= MOST_CONNECTIONS || !this.#child.connected || !stopReading(socket)) return false;
    this.connections += 1;
    this.#passed += 1;
    const bytes = read && Buffer.concat([read, takeRead(socket)]);
    const note: NewConnection = { bytes };
    const passed = { socket, handle: handleOf(socket) };
    this.#passing.add(passed);
    this.#child.send(note, socket, undefined, (error) => {
      // The one before has arrived, or this one would not have left.
      if (this.#leftLast !== undefined) this.#passing.delete(this.#leftLast);
      this.#leftLast = passed;
      if (error === null) return;
      socket.destroy();
      this.#passed -= 1;
      this.closed(1);
    });
    return true;
  }

  /** It has done with so many connections. */
  closed(connections: number): void {
    this.connections -= connections;
    if (this.connections === 0) this.#whenEmpty?.();
  }

  /** Has it give its connections back, each between two requests, and then end. */
  async leave(): Promise<void> {
    this.isLeaving = true;
    if (this.isReady && this.connections > 0) {
      const empty = new Promise<void>((resolve) => (this.#whenEmpty = resolve));
      this.tell({ kind: 'hand-back' });
      await Promise.race([empty, this.ended]);
    }
    await this.stop();
  }

  /** Lets it finish what it has begun. */
  async stop(): Promise<void> {
    this.isLeaving = true;
    await (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    if (this.isReady) {
      this.#note((await this.ask({ kind: 'stop', connections: this.#passed })) as LastWord | undefined);
      // It leaves by itself then, and takes its files along.
      await this.#channel.end();
      await Promise.race([this.ended, after(LEAVING_MS, undefined, { ref: false })]);
    }
    this.kill();
    await this.ended;
  }

  kill(): void {
    this.isReady = false;
    this.#child.kill('SIGKILL');
  }

  #note<T extends LastWord>(said: T | undefined): T | undefined {
    this.accepted = said?.invocations ?? this.accepted;
    return said;
  }

  async #watch(): Promise<void> {
    while (this.isReady) {
      const heard = this.ask({ kind: 'alive' }).then((pulse) => {
        this.load = this.#note(pulse as Pulse | undefined)?.load;
        return true;
      });
      let isHeard = false;
      for (let look = 0; look < SILENT_LOOKS && !isHeard; look += 1)
        isHeard = await Promise.race([heard, after(LOOK_MS, false, { ref: false })]);
      if (!isHeard) this.kill();
      await after(PULSE_MS, undefined, { ref: false });
    }
  }

  /**
   * Its helpers have inherited its standard error, and end when all functions are killed: only then is the last end of
   * that pipe closed.
   */
  async #end(): Promise<string> {
    const closed = once(this.#child, 'close');
    const exited = Promise.race([once(this.#child, 'exit'), once(this.#child, 'error')]);
    const [code, signal] = (await exited.catch(() => ['could not be started'])) as unknown[];
    this.isReady = false;
    // Node.js would keep what the worker has not taken over open for ever, and its clients waiting.
    for (const { socket, handle } of this.#passing) {
      socket.destroy();
      handle?.close();
    }
    this.#passing.clear();
    await Promise.race([closed, after(HELPERS_MS, undefined, { ref: false })]);
    return typeof signal === 'string' ? `was killed by ${signal}` : `ended with code ${String(code)}`;
  }
}

/** What a socket gives away when it is sent. Closing it twice does no harm. */
function handleOf(socket: Socket): Passed['handle'] {
  const { _handle: handle } = socket as unknown as { readonly _handle: Passed['handle'] };
  return handle;
}

/**
 * Node.js's own code in large pages: a tenth less processor time for each invoke, for 40 MB and a moment at the start.
 * Says nothing where there are none.
 */
const LARGE_PAGES = '--use-largepages=silent';

function start(): ChildProcess {
  const [, program = ''] = process.argv;
  return spawn(process.execPath, [LARGE_PAGES, ...process.execArgv, program, 'worker'], {
    // Beside this process's own temporary directory: in it, the paths of sockets would grow too long.
    env: { ...process.env, TMPDIR: dirname(tmpdir()) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
    serialization: 'advanced',
  });
}
