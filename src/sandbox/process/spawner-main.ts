/**
 * The spawner: a small process of its own that starts the functions' processes, because `spawn` stops the caller's
 * event loop for a time that grows with the caller's memory (4.3 ms at 120 MB, 10 ms at 270 MB, 1.8 ms from here).
 *
 * For each start the platform first connects to the spawner's socket, once for the output and once more for the
 * channel, then sends the request; the sockets become the child's descriptors, so no byte of a function ever passes
 * through this process. When the platform is gone, however it went, every process group is killed.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import type { SpawnerReport, StartRequest } from './spawner-messages.ts';

const requests: StartRequest[] = [];
const connections: Socket[] = [];
/** Process groups that live, by the request that started them. */
const groups = new Map<number, number>();

function report(message: SpawnerReport): void {
  if (process.connected) process.send?.(message);
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

function start(request: StartRequest, output: Socket, channel: Socket | undefined): void {
  const [program, ...args] = request.argv;
  const { id } = request;
  try {
    if (channel !== undefined) makeBlocking(channel);
    const child = spawn(program, args, {
      cwd: request.cwd,
      env: request.env,
      detached: true,
      stdio: channel === undefined ? ['ignore', output, output] : ['ignore', output, output, channel],
    });
    const { pid } = child;
    if (pid === undefined) {
      child.once('error', (error: NodeJS.ErrnoException) => reportFailure(id, error));
      return;
    }
    groups.set(id, pid);
    child.once('exit', (code, signal) => {
      groups.delete(id);
      killGroup(pid);
      report({ kind: 'exited', id, code, signal });
    });
    report({ kind: 'started', id, pid });
  } catch (error) {
    // `spawn` throws, rather than emit, for some errors (arguments too long, no memory).
    reportFailure(id, error as NodeJS.ErrnoException);
  } finally {
    output.destroy();
    channel?.destroy();
  }
}

function reportFailure(id: number, error: NodeJS.ErrnoException): void {
  report({ kind: 'failed', id, code: error.code ?? 'UNKNOWN', message: error.message });
}

/** Sockets arrive in the order in which the platform connected them, which is the order of its requests. */
function startWhatIsComplete(): void {
  for (;;) {
    const request = requests[0];
    if (request === undefined || connections.length < (request.channel ? 2 : 1)) return;
    requests.shift();
    const output = connections.shift();
    const channel = request.channel ? connections.shift() : undefined;
    if (output !== undefined) start(request, output, channel);
  }
}

const socketPath = process.argv[2] ?? '';
const server = createServer({ pauseOnConnect: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  connections.push(socket);
  startWhatIsComplete();
});
server.listen(socketPath, () => report({ kind: 'listening' }));

process.on('message', (request: StartRequest) => {
  requests.push(request);
  startWhatIsComplete();
});
process.on('disconnect', () => {
  for (const pid of groups.values()) killGroup(pid);
  rmSync(dirname(socketPath), { recursive: true, force: true });
  process.exit(0);
});
// A terminal's Ctrl-C is for the platform, which stops functions in its own order and then this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
