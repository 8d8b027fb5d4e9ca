import { constants } from 'node:os';
import { PublishVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { MACHINE } from '../conformance/lambda/capacity-provider-fixtures.ts';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { serverIsRoot } from '../support/server-user.ts';
import { environmentOf, processorShare } from '../support/environments.ts';
import { levels } from './levels.ts';

/** More than it may have of what the event names; says how far it came. */
const GREEDY = `
import ctypes, os, resource, socket, subprocess, sys, threading, time, uuid

born = str(uuid.uuid4())

def memory(event):
    kept = []
    while True:
        kept.append(bytearray(1 << 20))

def sockets(event):
    """How many megabytes of what it sends to itself wait in the kernel."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    kept = []
    taken = 0
    while len(kept) < 400 and taken < 1 << 29:
        sender = socket.create_connection(listener.getsockname())
        kept.append((sender, listener.accept()))
        sender.setblocking(False)
        try:
            while taken < 1 << 29:
                taken += sender.send(bytes(1 << 16))
        except BlockingIOError:
            pass
    return taken >> 20

def child(event):
    hog = subprocess.run(["python3", "-c", "x = bytearray(1 << 30)"])
    return hog.returncode

def threads(event):
    made = 0
    stop = threading.Event()
    try:
        while made < 3000:
            threading.Thread(target=stop.wait, daemon=True).start()
            made += 1
    except RuntimeError:
        pass
    stop.set()
    return made

def limit(event):
    return resource.getrlimit(resource.RLIMIT_NPROC)

def processes(event):
    made = []
    try:
        while len(made) < 3000:
            made.append(os.posix_spawn("/usr/bin/sleep", ["sleep", "60"], {}))
    except OSError:
        pass
    for pid in made:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    return len(made)

def files(event):
    opened = []
    try:
        while len(opened) < 3000:
            opened.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    for descriptor in opened:
        os.close(descriptor)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        raised = True
    except (OSError, ValueError):
        raised = False
    return {"opened": len(opened), "limits": resource.getrlimit(resource.RLIMIT_NOFILE), "raised": raised}

def spin(event):
    """The share of one processor that two busy processes get together, over some seconds."""
    began = time.monotonic()
    forked = os.fork()
    while time.monotonic() - began < event["seconds"]:
        pass
    if forked == 0:
        os._exit(0)
    os.waitpid(forked, 0)
    times = os.times()
    used = times.user + times.system + times.children_user + times.children_system
    return used / (time.monotonic() - began)

ticks = 0

def tick():
    global ticks
    while True:
        time.sleep(0.01)
        ticks += 1

def timers(event):
    if event.get("begin"):
        threading.Thread(target=tick, daemon=True).start()
    return ticks

def rest(event):
    time.sleep(event["seconds"])

def fill(event):
    """How many megabytes /tmp took, and with which error it took no more."""
    taken = 0
    with open("/tmp/filled", "wb", buffering=0) as filled:
        try:
            while True:
                filled.write(bytes(1 << 20))
                taken += 1
        except OSError as error:
            return {"taken": taken, "error": error.errno}

def filled(event):
    return os.path.getsize("/tmp/filled") >> 20

def crash(event):
    os._exit(1)

def handler(event, context):
    return {"born": born, "result": globals()[event["do"]](event) if "do" in event else None}
`;

/** Memory, where the kernel does not limit it: looked at often enough to end what takes more. */
const SAMPLED = 'sampled from outside';

interface Limits {
  readonly [limit: string]: string;
}

for (const level of levels)
  describe.skipIf(level.missing !== undefined)(
    `under --isolation ${level.name}`,
    { timeout: level.timeoutMs },
    () => {
      let server: TestServer;
      let inForce: Limits;

      beforeAll(async () => {
        server = await startServer({ flags: ['--isolation', level.name] });
        const health = await fetch(`${server.endpoint}/_lambent/health`);
        inForce = ((await health.json()) as { readonly limits: Limits }).limits;
        const files = { 'index.py': GREEDY };
        const settings = { Runtime: 'python3.12', Handler: 'index.handler', Timeout: 60 } as const;
        for (const [name, MemorySize] of Object.entries({
          small: 128,
          half: 884,
          neighbour: 128,
          large: 3008,
        }))
          await deploy(server.lambda, name, files, { ...settings, MemorySize });
        const roomy = { MemorySize: 2048, EphemeralStorage: { Size: 700 } };
        await deploy(server.lambda, 'roomy', files, { ...settings, ...roomy });
      });

      afterAll(async () => {
        expect(await server?.stop()).toBe(0);
      });

      const needs = ({ skip }: TestContext, limit: string): void => {
        if (inForce[limit] === 'kernel' || inForce[limit] === SAMPLED) return;
        console.log(
          `Not attacked at ${level.name}: ${limit}, which on this machine holds by: ${inForce[limit]}`,
        );
        skip();
      };
      const call = async (name: string, event: object): Promise<{ born: string; result: unknown }> => {
        const answer = await invoke(server.lambda, name, event);
        expect(answer.functionError, JSON.stringify(answer.payload)).toBeUndefined();
        return answer.payload as { born: string; result: unknown };
      };

      test('a memory bomb gets Lambda’s error, and the next invoke a fresh process', async (context) => {
        needs(context, 'memory');
        const before = await call('small', {});
        const bomb = await invoke(server.lambda, 'small', { do: 'memory' });
        expect(bomb).toMatchObject({
          status: 200,
          functionError: 'Unhandled',
          payload: {
            errorType: 'Runtime.OutOfMemory',
            errorMessage: `RequestId: ${bomb.requestId} Error: Runtime exited with error: signal: killed`,
          },
        });
        if (inForce['memory'] === 'kernel') expect(bomb.log).toContain('Max Memory Used: 128 MB');
        expect((await call('neighbour', {})).born).not.toBe('');
        expect((await call('small', {})).born).not.toBe(before.born);
      });

      test('what waits in sockets is memory too', async (context) => {
        needs(context, 'memory');
        if (inForce['memory'] === SAMPLED) return context.skip();
        const { functionError, payload } = await invoke(server.lambda, 'small', { do: 'sockets' });
        if (functionError === undefined) expect((payload as { result: number }).result).toBeLessThan(160);
        else expect(payload).toMatchObject({ errorType: 'Runtime.OutOfMemory' });
      });

      test('a child over the limit is ended, and the function told', async (context) => {
        needs(context, 'memory');
        const before = await call('small', {});
        // Outside the kernel nobody tells one process from another.
        if (level.hasOwnKernel || inForce['memory'] === SAMPLED) {
          const { payload } = await invoke(server.lambda, 'small', { do: 'child' });
          expect(payload).toMatchObject({ errorType: 'Runtime.OutOfMemory' });
        } else expect(await call('small', { do: 'child' })).toEqual({ born: before.born, result: -9 });
      });

      test('processes and threads are 1,024 at most', async (context) => {
        needs(context, 'processes');
        if (level.hasOwnKernel) {
          // Its kernel does not count them, and the host's ends it for want of more. Threads that wait are none to the host.
          expect((await invoke(server.lambda, 'large', { do: 'processes' })).functionError).toBe('Unhandled');
          expect((await call('large', {})).result).toBeNull();
          return;
        }
        for (const what of ['processes', 'threads']) {
          const { result } = await call('large', { do: what });
          expect(result).toBeGreaterThan(500);
          expect(result).toBeLessThan(1024);
        }
        expect((await call('large', {})).result).toBeNull();
      });

      // gVisor's kernel has no such number of its own.
      test.skipIf(level.name === 'gvisor')(
        'who asks how many processes there may be is told',
        async (context) => {
          needs(context, 'processes');
          expect((await call('small', { do: 'limit' })).result).toEqual([1024, 1024]);
        },
      );

      test('open files are 1,024 at most, and stay so', async () => {
        const { result } = await call('small', { do: 'files' });
        const { opened, ...limits } = result as { opened: number };
        expect(limits).toEqual({ limits: [1024, 1024], raised: false });
        expect(opened).toBeLessThan(1024);
        expect(opened).toBeGreaterThan(900);
        expect((await call('small', {})).result).toBeNull();
      });

      test('open files are 4,096 where invocations share an environment', async () => {
        const { lambda } = server;
        const code = `exports.handler = async () => {
          const said = require('node:child_process').execSync('echo $(ulimit -Sn) $(ulimit -Hn)');
          return said.toString().trim();
        };`;
        const CapacityProviderConfig = {
          LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: MACHINE },
        };
        const settings = { MemorySize: 2048, Timeout: 60, CapacityProviderConfig };
        await deploy(lambda, 'shared', { 'index.js': code }, settings);
        await lambda.send(new PublishVersionCommand({ FunctionName: 'shared' }));
        const answer = await invoke(lambda, 'shared', {}, { Qualifier: '1', LogType: 'None' });
        expect(answer.payload, JSON.stringify(answer.payload)).toBe('4096 4096');
      });

      test('/tmp holds its size and no more; what is in it outlives a crash', async (context) => {
        needs(context, 'scratch');
        const { result } = await call('roomy', { do: 'fill' });
        const { taken, error } = result as { readonly taken: number; readonly error: number };
        expect(error).toBe(constants.errno.ENOSPC);
        expect(taken).toBeGreaterThanOrEqual(700);
        expect(taken).toBeLessThan(730);
        expect((await invoke(server.lambda, 'roomy', { do: 'crash' })).functionError).toBe('Unhandled');
        expect((await call('roomy', { do: 'filled' })).result).toBe(taken);
        // Where /tmp is on a disk it may be larger than the memory of its function.
        if (serverIsRoot) expect((await call('neighbour', { do: 'fill' })).result).toMatchObject({ error });
      });

      test('a spinner gets its share of a processor, however many processes it makes', async (context) => {
        needs(context, 'cpuShare');
        if (level.hasOwnKernel) {
          // Which does not see what it is given.
          await call('half', {});
          const measure = async () => await processorShare(await environmentOf(server, 'half'), 2000);
          const [share] = await Promise.all([measure(), call('half', { do: 'spin', seconds: 6 })]);
          expect(share).toBeLessThan(0.65);
          return;
        }
        const { result } = await call('half', { do: 'spin', seconds: 3 });
        expect(result).toBeGreaterThan(0);
        expect(result).toBeLessThan(0.65);
      });

      test('timers stand still between invocations, and go on in the next', async (context) => {
        needs(context, 'freezing');
        await call('small', { do: 'timers', begin: true });
        const { result: before } = await call('small', { do: 'timers' });
        await call('neighbour', { do: 'rest', seconds: 2 });
        const { result: after } = await call('small', { do: 'timers' });
        // Running, it would have come to 200.
        expect(Number(after) - Number(before)).toBeLessThan(50);
        await eventually(
          async () =>
            (await call('small', { do: 'rest', seconds: 0.1 }), await call('small', { do: 'timers' })).result,
          (ticks) => Number(ticks) > Number(after) + 5,
        );
      });
    },
  );
