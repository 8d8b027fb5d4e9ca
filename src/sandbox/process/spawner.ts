import type { ChildProcess, SendHandle } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SandboxCommand } from '../sandbox.ts';
import { connectChannel } from './channel-socket.ts';
import { removeDirectory } from './remove-directory.ts';
import { PLAIN_SPAWNER, startSpawner, type SpawnerProgram } from './spawner-program.ts';
import type { Question, SpawnerReport, StartRequest } from './spawner-messages.ts';

/** A process group the spawner started, with the platform's ends of its descriptors. */
export interface SpawnedGroup {
  /** Of the first process, and of its process group. */
  readonly pid: number;
  readonly output: Socket;
  readonly channel: Socket | undefined;
  readonly answers: Socket | undefined;
  readonly exited: Promise<GroupExit>;
}

export interface GroupExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An answer of the spawner process to a question. */
export interface SpawnerAnswer {
  readonly value: unknown;
  readonly handle: SendHandle | undefined;
}

interface Pending {
  readonly started: (pid: number) => void;
  readonly failed: (error: Error) => void;
  readonly exited: (exit: GroupExit) => void;
  pid: number | undefined;
}

const ENDED = 'The spawner process has ended.';

/** The platform's side of one spawner process. Once it has gone, `alive` is false and another must be made. */
export class Spawner {
  readonly #child: ChildProcess;
  readonly #socketPath: string;
  readonly #pending = new Map<number, Pending>();
  readonly #questions = new Map<number, PromiseWithResolvers<SpawnerAnswer>>();
  readonly #gone: Promise<void>;
  readonly #pipes: string[] = [];
  #isListening = false;
  #change = Promise.withResolvers<void>();
  #nextId = 1;
  #alive = true;

  constructor(program: SpawnerProgram = PLAIN_SPAWNER) {
    this.#socketPath = join(mkdtempSync(join(tmpdir(), 'lambent-')), 's');
    this.#child = startSpawner(program, this.#socketPath);
    this.#child.on('message', (report: SpawnerReport, handle) => this.#onReport(report, handle));
    this.#gone = new Promise((done) => {
      const end = (): void => {
        this.#onGone();
        done();
      };
      this.#child.once('exit', end);
      // One that could not be started does not exit. For one that does not listen any more an error comes with every
      // message, and an error that nobody hears would end the platform.
      this.#child.on('error', () => {
        if (this.#child.pid === undefined) end();
        else this.#child.kill('SIGKILL');
      });
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /**
   * Rejects with the failed system call's error (`code`) when the program cannot be started; without a code when that says
   * nothing of the program.
   * @param surroundings for a spawner with a choice of them
   */
  async start(command: SandboxCommand, surroundings?: unknown): Promise<SpawnedGroup> {
    const pipe = await this.#takePipe();
    if (!this.#child.connected) throw new Error(ENDED);
    // Open for reading before anybody writes, but not read before: without a writer that would be its end.
    const readEnd = openOwnEnd(pipe);
    const id = this.#nextId;
    this.#nextId += 1;
    // Connected, and the request sent, in one go: the spawner pairs sockets and requests by their order.
    const channel = command.channel ? this.#connect() : undefined;
    const answers = command.channel ? this.#connect() : undefined;
    const request: StartRequest = { kind: 'start', id, ...command, output: pipe, surroundings };
    const exit = Promise.withResolvers<GroupExit>();
    const begun = Promise.withResolvers<number>();
    const { resolve: started, reject: failed } = begun;
    this.#pending.set(id, { started, failed, exited: exit.resolve, pid: undefined });
    this.#child.send(request);
    try {
      const pid = await begun.promise;
      const output = new Socket({ fd: readEnd, readable: true, writable: false });
      output.on('error', () => output.destroy());
      return { pid, output, channel, answers, exited: exit.promise };
    } catch (error) {
      closeSync(readEnd);
      channel?.destroy();
      answers?.destroy();
      throw error;
    }
  }

  /** Rejects with an error whose `code` is that of the system call that failed. */
  ask(question: unknown): Promise<SpawnerAnswer> {
    if (!this.#alive || !this.#child.connected) return Promise.reject(new Error(ENDED));
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = Promise.withResolvers<SpawnerAnswer>();
    this.#questions.set(id, answer);
    const message: Question = { kind: 'ask', id, question };
    this.#child.send(message);
    return answer.promise;
  }

  /** Kills everything it started and ends the spawner itself. */
  async close(): Promise<void> {
    for (const { pid } of this.#pending.values()) killGroup(pid);
    if (this.#child.connected) this.#child.disconnect();
    await this.#gone;
  }

  /** Resolves when the spawner is up and has a pipe to spare. */
  async #takePipe(): Promise<string> {
    for (;;) {
      if (!this.#alive) throw new Error(ENDED);
      const pipe = this.#isListening ? this.#pipes.shift() : undefined;
      if (pipe !== undefined) return pipe;
      await this.#change.promise;
    }
  }

  #connect(): Socket {
    const socket = connectChannel(this.#socketPath);
    let isConnected = false;
    socket.once('connect', () => {
      isConnected = true;
    });
    socket.on('error', () => {
      // A child that died under a write shows as its exit; the socket's own error says nothing more. One that never
      // arrived at the spawner would leave it pairing wrong sockets for ever after.
      if (!isConnected) this.#child.kill('SIGKILL');
      socket.destroy();
    });
    return socket;
  }

  #onReport(report: SpawnerReport, handle: SendHandle | undefined): void {
    if (report.kind === 'listening' || report.kind === 'pipes') {
      if (report.kind === 'pipes') this.#pipes.push(...report.paths);
      else this.#isListening = true;
      this.#announceChange();
      return;
    }
    const question = this.#questions.get(report.id);
    if (question !== undefined) this.#onAnswer(question, report, handle);
    const pending = this.#pending.get(report.id);
    if (pending === undefined) return;
    if (report.kind === 'started') {
      pending.pid = report.pid;
      pending.started(report.pid);
      return;
    }
    this.#pending.delete(report.id);
    if (report.kind === 'exited') pending.exited({ code: report.code, signal: report.signal });
    else if (report.kind === 'failed') pending.failed(failure(report));
  }

  #onAnswer(
    question: PromiseWithResolvers<SpawnerAnswer>,
    report: Exclude<SpawnerReport, { kind: 'listening' | 'pipes' }>,
    handle: SendHandle | undefined,
  ): void {
    this.#questions.delete(report.id);
    if (report.kind === 'answered') question.resolve({ value: report.value, handle });
    else if (report.kind === 'failed') question.reject(failure(report));
  }

  /** Without its spawner nobody would report the exits, or clean up after the platform: the groups end with it. */
  #onGone(): void {
    this.#alive = false;
    removeDirectory(dirname(this.#socketPath));
    this.#announceChange();
    for (const pending of this.#pending.values()) {
      killGroup(pending.pid);
      pending.failed(new Error(ENDED));
      pending.exited({ code: null, signal: 'SIGKILL' });
    }
    this.#pending.clear();
    for (const question of this.#questions.values()) question.reject(new Error(ENDED));
    this.#questions.clear();
  }

  /** Wakes everybody who waits for a pipe. */
  #announceChange(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}

function openOwnEnd(pipe: string): number {
  try {
    return openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new Error(`A pipe for output cannot be read: ${String(error)}`, { cause: error });
  }
}

function failure({ code, message }: { readonly code: string; readonly message: string }): Error {
  return Object.assign(new Error(message), { code });
}

/** SIGKILL to a process group; nothing when it has gone. */
export function killGroup(pid: number | undefined): void {
  signalGroup(pid, 'SIGKILL');
}

export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid !== undefined) signalProcess(-pid, signal);
}

/** @param pid negative for a process group */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
