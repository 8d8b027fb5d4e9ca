import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxCommand } from '../sandbox.ts';
import type { SpawnerReport, StartRequest } from './spawner-messages.ts';

/** A process group the spawner started, with the platform's ends of its descriptors. */
export interface SpawnedGroup {
  /** Of the first process, and of its process group. */
  readonly pid: number;
  readonly output: Socket;
  readonly channel: Socket | undefined;
  readonly exited: Promise<GroupExit>;
}

export interface GroupExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Pending {
  readonly started: (pid: number) => void;
  readonly failed: (error: Error) => void;
  readonly exited: (exit: GroupExit) => void;
  pid: number | undefined;
}

/** Most descriptors a function's process may open, as on AWS; the spawner lives with the same limit. */
const OPEN_FILES = 1024;

/** Sets limits the whole tree inherits (Node would raise a soft limit, so the hard one goes down), then becomes node. */
const LIMITED_SHELL = `ulimit -n ${OPEN_FILES} 2>/dev/null; ulimit -c 0 2>/dev/null; exec "$@"`;

/** The platform's side of one spawner process. Once it has gone, `alive` is false and another must be made. */
export class Spawner {
  readonly #child: ChildProcess;
  readonly #socketPath: string;
  readonly #pending = new Map<number, Pending>();
  readonly #listening: Promise<void>;
  readonly #gone: Promise<void>;
  #nextId = 1;
  #alive = true;

  constructor() {
    this.#socketPath = join(mkdtempSync(join(tmpdir(), 'lambent-')), 's');
    // The sibling has this file's own extension: .ts from the sources, .js when built.
    const main = fileURLToPath(new URL(`./spawner-main${extname(import.meta.url)}`, import.meta.url));
    const argv = ['-c', LIMITED_SHELL, 'sh', process.execPath, main, this.#socketPath];
    // Detached: a terminal's Ctrl-C must not reach it before the platform has drained.
    this.#child = spawn('/bin/sh', argv, {
      env: {},
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#listening = promise;
    this.#listening.catch(() => undefined);
    this.#child.on('message', (report: SpawnerReport) => {
      if (report.kind === 'listening') resolve();
      else this.#onReport(report);
    });
    this.#gone = new Promise((done) => {
      const end = (): void => {
        reject(new Error('The spawner process has ended.'));
        this.#onGone();
        done();
      };
      this.#child.once('error', end);
      this.#child.once('exit', end);
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  async start(command: SandboxCommand): Promise<SpawnedGroup> {
    await this.#listening;
    if (!this.#alive) throw new Error('The spawner process has ended.');
    const id = this.#nextId;
    this.#nextId += 1;
    // Connected, and the request sent, in one go: the spawner pairs sockets and requests by their order.
    const output = this.#connect();
    const channel = command.channel ? this.#connect() : undefined;
    const request: StartRequest = { id, ...command };
    const exit = Promise.withResolvers<GroupExit>();
    const begun = Promise.withResolvers<number>();
    this.#pending.set(id, {
      started: begun.resolve,
      failed: begun.reject,
      exited: exit.resolve,
      pid: undefined,
    });
    this.#child.send(request);
    try {
      return { pid: await begun.promise, output, channel, exited: exit.promise };
    } catch (error) {
      output.destroy();
      channel?.destroy();
      throw error;
    }
  }

  /** Kills everything it started and ends the spawner itself. */
  async close(): Promise<void> {
    for (const { pid } of this.#pending.values()) killGroup(pid);
    if (this.#child.connected) this.#child.disconnect();
    await this.#gone;
  }

  #connect(): Socket {
    const socket = connect(this.#socketPath);
    // A child that died under a write shows as its exit; the socket's own error says nothing more.
    socket.on('error', () => socket.destroy());
    return socket;
  }

  #onReport(report: Exclude<SpawnerReport, { kind: 'listening' }>): void {
    const pending = this.#pending.get(report.id);
    if (pending === undefined) return;
    if (report.kind === 'started') {
      pending.pid = report.pid;
      pending.started(report.pid);
      return;
    }
    this.#pending.delete(report.id);
    if (report.kind === 'exited') pending.exited({ code: report.code, signal: report.signal });
    else pending.failed(Object.assign(new Error(report.message), { code: report.code }));
  }

  /** Without its spawner nobody would report the exits, or clean up after the platform: the groups end with it. */
  #onGone(): void {
    this.#alive = false;
    for (const pending of this.#pending.values()) {
      killGroup(pending.pid);
      pending.failed(new Error('The spawner process has ended.'));
      pending.exited({ code: null, signal: 'SIGKILL' });
    }
    this.#pending.clear();
  }
}

/** SIGKILL to a process group; nothing when it has gone. */
export function killGroup(pid: number | undefined): void {
  signalGroup(pid, 'SIGKILL');
}

export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}
