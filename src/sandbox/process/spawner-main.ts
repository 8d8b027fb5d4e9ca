/**
 * The spawner: a small process of its own that starts the functions' processes, because `spawn` stops the caller's
 * event loop for a time that grows with the caller's memory (4.3 ms at 120 MB, 10 ms at 270 MB, 1.8 ms from here).
 *
 * No byte of a function passes through this process. Its output is a named pipe that the platform reads (a socket
 * could not be opened as /dev/stdout, which shell scripts do); pipes are made in stock, many at a time, as that takes
 * a program of its own. Its channel is a socket that the platform connects just before it sends the request. When the
 * platform is gone, however it went, every process group is killed.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readdirSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { removeDirectory } from './remove-directory.ts';
import type { SpawnerReport, StartRequest } from './spawner-messages.ts';

const requests: StartRequest[] = [];
const connections: Socket[] = [];
/** Of the system; Node has no call for it. */
const PIPE_MAKER = 'mkfifo';
const PIPES_AT_ONCE = 64;
const FEWEST_PIPES = 32;
/** O_CLOEXEC, which Node.js has no name for. */
const CLOSE_ON_EXEC = 0o2_000_000;
let pipesMade = 0;
let pipesInStock = 0;
/** Process groups that live, by the request that started them. */
const groups = new Map<number, number>();

function report(message: SpawnerReport): void {
  // Whether it arrives no longer matters once the platform has gone: `disconnect` ends everything.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody left in it.
  }
}

/** The child expects a blocking descriptor 3; accepted sockets do not block. Node has no public call for this. */
function makeBlocking(socket: Socket): void {
  const { _handle: handle } = socket as unknown as { _handle: { setBlocking(on: boolean): number } };
  if (handle.setBlocking(true) !== 0) throw new Error('The channel cannot be made blocking.');
}

function start(request: StartRequest, channel: Socket | undefined): void {
  const [program, ...args] = request.argv;
  const { id } = request;
  let output: number | undefined;
  try {
    // Never waits for a reader: the platform has the pipe open. For the child libuv makes it blocking again.
    output = openSync(request.output, constants.O_WRONLY | constants.O_NONBLOCK);
    if (channel !== undefined) makeBlocking(channel);
    const child = spawn(program, args, {
      cwd: request.cwd,
      env: request.env,
      detached: true,
      stdio: channel === undefined ? ['ignore', output, output] : ['ignore', output, output, channel],
    });
    if (child.pid === undefined) {
      child.once('error', (error: NodeJS.ErrnoException) => reportFailure(id, error));
    } else follow(id, child.pid, child);
  } catch (error) {
    // `spawn` throws, rather than emit, for some errors (arguments too long, no memory).
    reportFailure(id, error as NodeJS.ErrnoException);
  } finally {
    if (output !== undefined) closeSync(output);
    channel?.destroy();
    usePipe(request.output);
  }
}

function follow(id: number, pid: number, child: ChildProcess): void {
  groups.set(id, pid);
  child.once('exit', (code, signal) => {
    groups.delete(id);
    killGroup(pid);
    report({ kind: 'exited', id, code, signal });
  });
  report({ kind: 'started', id, pid });
}

function reportFailure(id: number, error: NodeJS.ErrnoException): void {
  report({ kind: 'failed', id, code: error.code ?? 'UNKNOWN', message: error.message });
}

/** Sockets arrive in the order in which the platform connected them, which is the order of its requests. */
function startWhatIsComplete(): void {
  for (let request = requests[0]; request !== undefined; request = requests[0]) {
    if (request.channel && connections.length === 0) return;
    requests.shift();
    start(request, request.channel ? connections.shift() : undefined);
  }
}

/**
 * Whoever started the platform may have left descriptors open that are inherited on and on: Node.js marks only the first
 * few as its own. Functions must not get them.
 */
function closeInherited(): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc/self/fd').filter((fd) => Number(fd) > 2)) {
    try {
      const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'latin1'))?.[1];
      if ((Number.parseInt(flags ?? '0', 8) & CLOSE_ON_EXEC) === 0) closeSync(Number(name));
    } catch {
      // The one that listed them has gone.
    }
  }
}

function usePipe(path: string): void {
  unlinkSync(path);
  pipesInStock -= 1;
  if (pipesInStock < FEWEST_PIPES) makePipes();
}

/** Writable by all, so that a function of another user can open /dev/stdout; nobody else can enter their directory. */
function makePipes(): void {
  pipesInStock += PIPES_AT_ONCE;
  const paths = Array.from({ length: PIPES_AT_ONCE }, (_, index) => join(directory, `${pipesMade + index}`));
  pipesMade += PIPES_AT_ONCE;
  const env = { PATH: '/usr/bin:/bin:/usr/local/bin' };
  const program = spawn(PIPE_MAKER, ['-m', '622', ...paths], { env, stdio: 'ignore' });
  const fail = (): void => {
    // The directory goes first when the platform ends, which is no failure.
    if (process.connected) process.stderr.write('Lambent cannot make named pipes: mkfifo failed.\n');
    process.exitCode = 1;
    process.disconnect?.();
  };
  program.once('error', fail);
  program.once('exit', (code) => {
    if (code === 0) report({ kind: 'pipes', paths });
    else fail();
  });
}

const socketPath = process.argv[2] ?? '';
const directory = dirname(socketPath);
const server = createServer({ pauseOnConnect: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  connections.push(socket);
  startWhatIsComplete();
});
server.listen(socketPath, () => report({ kind: 'listening' }));
closeInherited();
makePipes();

process.on('message', (request: StartRequest) => {
  requests.push(request);
  startWhatIsComplete();
});
process.on('disconnect', () => {
  for (const pid of groups.values()) killGroup(pid);
  removeDirectory(directory);
  process.exit();
});
// A terminal's Ctrl-C is for the platform, which stops functions in its own order and then this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
