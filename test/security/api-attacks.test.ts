import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { openFilesOf } from '../support/traces.ts';
import { type AttackedLevel, levels } from './levels.ts';

/** Speaks to the APIs of its own environment as no client does. */
const ABUSER = `
import array, os, socket, struct, threading, time

host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
kept = []

def post(path, headers="", body=b"{}"):
    return f"POST {path} HTTP/1.1\\r\\nHost: a\\r\\n{headers}Content-Length: {len(body)}\\r\\n\\r\\n".encode() + body

REQUESTS = {
    "next": b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
    "response": post("/2018-06-01/runtime/invocation/abc/response"),
    "register": post("/2020-01-01/extension/register", "Lambda-Extension-Name: ../../x\\r\\n"),
    "long header": post("/2020-01-01/extension/register", "X: " + "y" * 15000 + "\\r\\n"),
}

def flood(event):
    """How many answers it gets to requests that it sends without waiting, by two connections."""
    request = REQUESTS[event["kind"]]
    batch = request * max(1, 65536 // len(request))
    until = time.monotonic() + event["seconds"]
    got = []
    def drain(connection):
        try:
            while (answers := connection.recv(1 << 16)):
                got.append(answers.count(b"HTTP/1.1 "))
        except OSError:
            pass
    def send():
        while time.monotonic() < until:
            try:
                with socket.create_connection((host, int(port)), 5) as connection:
                    threading.Thread(target=drain, args=[connection], daemon=True).start()
                    while time.monotonic() < until:
                        connection.sendall(batch)
            except OSError:
                pass
    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders: sender.start()
    for sender in senders: sender.join()
    return sum(got)

def linger(event):
    """How many connections with half a request on them the platform keeps."""
    def lasting(connection):
        connection.setblocking(False)
        try:
            return connection.recv(1) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False
    for _ in range(600):
        try:
            connection = socket.create_connection((host, int(port)), 5)
            connection.sendall(REQUESTS["response"][:60])
            kept.append(connection)
        except OSError:
            pass
    until = time.monotonic() + 30
    while (left := sum(lasting(connection) for connection in kept)) > event["most"] and time.monotonic() < until:
        time.sleep(0.1)
    for connection in kept: connection.close()
    return left

def descriptors(event):
    """Sends descriptors along with what it says on the channel to the platform: a log event, by all of its sockets."""
    frame = struct.pack(">IB", 6, 0x14) + b"hello"
    given = array.array("i", [os.open("/dev/null", os.O_RDONLY) for _ in range(100)])
    sent = 0
    for number in (3, 5):
        try:
            channel = socket.socket(fileno=os.dup(number))
            sent += channel.sendmsg([frame], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, given)])
        except OSError:
            pass
    for descriptor in given: os.close(descriptor)
    return sent

def handler(event, context):
    return globals()[event["do"]](event) if "do" in event else "well"
`;

for (const level of levels) {
  describe.skipIf(level.missing !== undefined)(
    `under --isolation ${level.name}, by the APIs of its environment, a function cannot`,
    { timeout: 2 * level.timeoutMs },
    () => {
      attacks(level);
    },
  );
}

function attacks(level: AttackedLevel): void {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({ flags: ['--isolation', level.name] });
    const settings = {
      Runtime: 'python3.12',
      Handler: 'index.handler',
      Timeout: 60,
      MemorySize: 1769,
    } as const;
    for (const name of ['abuser', 'neighbour'])
      await deploy(server.lambda, name, { 'index.py': ABUSER }, settings);
    await invoke(server.lambda, 'neighbour');
  });

  afterAll(async () => {
    expect(await server?.stop()).toBe(0);
  });

  const attack = async (event: object): Promise<number> => {
    const { payload, functionError } = await invoke(server.lambda, 'abuser', event);
    expect(functionError, JSON.stringify(payload)).toBeUndefined();
    return payload as number;
  };

  test.each(['next', 'response', 'register', 'long header'])(
    'keep the platform from others by requests without end: %s',
    async (kind) => {
      const flooded = { isOver: false };
      const flood = attack({ do: 'flood', kind, seconds: 1 }).finally(() => (flooded.isOver = true));
      let answered = 0;
      while (!flooded.isOver) {
        expect((await invoke(server.lambda, 'neighbour')).payload).toBe('well');
        answered += 1;
      }
      // Were each served as it comes, there would be thousands for one.
      expect(await flood).toBeLessThan(300 * answered);
    },
  );

  test('have it keep more than a few connections', async () => {
    const before = openFilesOf(server.process.pid ?? 0).length;
    expect(await attack({ do: 'linger', most: 128 })).toBeLessThanOrEqual(128);
    expect((await invoke(server.lambda, 'neighbour')).payload).toBe('well');
    expect(openFilesOf(server.process.pid ?? 0).length).toBeLessThan(before + 200);
  });

  test('give it descriptors', async () => {
    const before = openFilesOf(server.process.pid ?? 0).filter((file) => file === '/dev/null').length;
    await attack({ do: 'descriptors' });
    await attack({ do: 'descriptors' });
    expect(openFilesOf(server.process.pid ?? 0).filter((file) => file === '/dev/null')).toHaveLength(before);
  });
}
