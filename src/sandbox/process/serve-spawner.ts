import { type ChildProcess, type SendHandle, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { namesProcess } from '../process-name.ts';
import { closeInherited } from './close-inherited.ts';
import { killLeftovers } from './leftovers.ts';
import { PipeStock } from './pipe-stock.ts';
import { removeDirectory } from './remove-directory.ts';
import type { Question, SpawnerReport, StartRequest } from './spawner-messages.ts';

/** What one kind of spawner can do beyond starting programs. */
export interface SpawnerSkills {
  /** Calls `start` in the surroundings that were asked for. It returns once the program is forked. */
  within(surroundings: unknown, start: () => void): void;
  /**
   * Ends what process groups left behind that have ended, before that is reported.
   * @param surroundings of each
   * @param livingGroups those that are spared
   */
  clear(surroundings: readonly unknown[], livingGroups: ReadonlySet<number>): void;
  /** Answers with a value, and perhaps a handle, which is closed here once it has been sent. */
  answer(question: unknown): Promise<Answer>;
  /** The platform has gone, and what was started is being killed: the last thing there is to do. */
  atEnd?(): Promise<void>;
}

export interface Answer {
  readonly value?: unknown;
  readonly handle?: (SendHandle & { close?(): unknown }) | undefined;
}

const ALONE_CHECK_MS = 500;
/** Descriptor 3, and descriptor 5. */
const SOCKETS_OF_A_CHANNEL = 2;

interface Group {
  /** Of its first process, and its own. */
  readonly pid: number;
  readonly surroundings: unknown;
}

/** Surroundings are here a variable, `NAME=value`, that all processes of the sandbox have and no others. */
const PLAIN: SpawnerSkills = {
  within: (_surroundings, start) => start(),
  clear: (surroundings, livingGroups) => killLeftovers(surroundings as readonly string[], livingGroups),
  answer: async () => Promise.reject(new Error('This spawner starts programs and nothing else.')),
};

/** The life of a spawner process: serves the platform that forked it until that has gone. */
export function serveSpawner(skills: SpawnerSkills = PLAIN): void {
  const socketPath = process.argv[2] ?? '';
  const directory = dirname(socketPath);
  const platform = process.ppid;
  closeInherited();
  const pipes = new PipeStock(directory, (paths) => report({ kind: 'pipes', paths }));
  const server = new SpawnerServer(skills, pipes);
  createServer({ pauseOnConnect: true }, (socket) => server.connected(socket)).listen(socketPath, () =>
    report({ kind: 'listening' }),
  );
  process.on('message', (message: StartRequest | Question) => {
    if (message.kind === 'start') server.request(message);
    else void answer(skills, message);
  });
  // Whoever read what is said here may have gone first.
  process.stderr.on('error', () => undefined);
  whenAlone(() => {
    server.killAll();
    removeDirectory(directory);
    void (skills.atEnd?.() ?? Promise.resolve()).finally(() => {
      if (process.ppid !== platform) removeTemporary(dirname(directory));
      process.exit();
    });
  });
  // A terminal's Ctrl-C is for the platform, which stops functions in its own order and then this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
}

/** A platform that was killed could not remove its own temporary directory, which `directory` is in then. */
function removeTemporary(directory: string): void {
  if (namesProcess(basename(directory))) removeDirectory(directory);
}

/** Node.js does not emit `disconnect` where a handle was on its way to whoever has gone, so it is looked for as well. */
function whenAlone(leave: () => void): void {
  const check = setInterval(() => {
    if (!process.connected) once();
  }, ALONE_CHECK_MS);
  const once = (): void => {
    clearInterval(check);
    process.off('disconnect', once);
    leave();
  };
  process.on('disconnect', once);
}

class SpawnerServer {
  readonly #skills: SpawnerSkills;
  readonly #pipes: PipeStock;
  readonly #requests: StartRequest[] = [];
  readonly #connections: Socket[] = [];
  /** Process groups that live, by the request that started them. */
  readonly #groups = new Map<number, Group>();
  /** Those whose end is still to be reported. */
  #ended: { readonly report: SpawnerReport; readonly surroundings: unknown }[] = [];

  constructor(skills: SpawnerSkills, pipes: PipeStock) {
    this.#skills = skills;
    this.#pipes = pipes;
  }

  request(request: StartRequest): void {
    this.#requests.push(request);
    this.#startWhatIsComplete();
  }

  connected(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    this.#connections.push(socket);
    this.#startWhatIsComplete();
  }

  killAll(): void {
    const groups = [...this.#groups.values()];
    for (const { pid } of groups) killGroup(pid);
    this.#groups.clear();
    this.#clear([...groups, ...this.#ended]);
  }

  /** Sockets arrive in the order in which the platform connected them, which is the order of its requests. */
  #startWhatIsComplete(): void {
    for (let [request] = this.#requests; request !== undefined; [request] = this.#requests) {
      const count = request.channel ? SOCKETS_OF_A_CHANNEL : 0;
      if (this.#connections.length < count) return;
      this.#requests.shift();
      this.#start(request, this.#connections.splice(0, count));
    }
  }

  #start(request: StartRequest, sockets: readonly Socket[]): void {
    const { id } = request;
    let output: number | undefined;
    try {
      // Never waits for a reader: the platform has the pipe open. For the child libuv makes it blocking again.
      const opened = openSync(request.output, constants.O_WRONLY | constants.O_NONBLOCK);
      output = opened;
      for (const socket of sockets) makeBlocking(socket);
      this.#skills.within(request.surroundings, () => this.#spawn(request, opened, sockets));
    } catch (error) {
      // `spawn` throws, rather than emit, for some errors (arguments too long, no memory).
      reportFailure(id, error as NodeJS.ErrnoException);
    } finally {
      if (output !== undefined) closeSync(output);
      for (const socket of sockets) socket.destroy();
      this.#pipes.use(request.output);
    }
  }

  #spawn(
    { id, argv, cwd, env, surroundings }: StartRequest,
    output: number,
    [channel, answers]: readonly Socket[],
  ): void {
    const [program, ...args] = argv;
    const child = spawn(program, args, {
      cwd,
      env,
      detached: true,
      // Descriptor 4 is what programs that seal a sandbox read from; nothing is opened there.
      stdio: ['ignore', output, output, ...(channel && answers ? [channel, 'ignore' as const, answers] : [])],
    });
    if (child.pid === undefined) {
      child.once('error', (error: NodeJS.ErrnoException) => reportFailure(id, error));
    } else this.#follow(id, { pid: child.pid, surroundings }, child);
  }

  #follow(id: number, { pid, surroundings }: Group, child: ChildProcess): void {
    this.#groups.set(id, { pid, surroundings });
    child.once('exit', (code, signal) => {
      this.#groups.delete(id);
      killGroup(pid);
      // Together with others that end now: to find what they left takes a look at every process there is.
      if (this.#ended.length === 0) setImmediate(() => this.#reportEnded());
      this.#ended.push({ report: { kind: 'exited', id, code, signal }, surroundings });
    });
    report({ kind: 'started', id, pid });
  }

  #reportEnded(): void {
    const ended = this.#ended;
    this.#ended = [];
    this.#clear(ended);
    for (const { report: message } of ended) report(message);
  }

  #clear(ended: readonly Pick<Group, 'surroundings'>[]): void {
    const living = new Set([...this.#groups.values()].map(({ pid }) => pid));
    const surroundings = ended.map((group) => group.surroundings).filter((each) => each !== undefined);
    if (surroundings.length > 0) this.#skills.clear(surroundings, living);
  }
}

async function answer(skills: SpawnerSkills, { id, question }: Question): Promise<void> {
  try {
    const { value, handle } = await skills.answer(question);
    report({ kind: 'answered', id, value }, handle);
  } catch (error) {
    reportFailure(id, error as NodeJS.ErrnoException);
  }
}

function report(message: SpawnerReport, handle?: Answer['handle']): void {
  const sent = (): void => void handle?.close?.();
  // Whether it arrives no longer matters once the platform has gone: `disconnect` ends everything.
  if (process.connected) process.send?.(message, handle, undefined, sent);
}

function reportFailure(id: number, error: NodeJS.ErrnoException): void {
  report({ kind: 'failed', id, code: error.code ?? 'UNKNOWN', message: error.message });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody left in it.
  }
}

/** The child expects blocking descriptors; accepted sockets do not block. Node has no public call for this. */
function makeBlocking(socket: Socket): void {
  const { _handle: handle } = socket as unknown as { _handle: { setBlocking(on: boolean): number } };
  if (handle.setBlocking(true) !== 0) throw new Error('The channel cannot be made blocking.');
}
