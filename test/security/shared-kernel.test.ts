import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deploy, invoke } from '../support/functions.ts';
import { serverIsRoot } from '../support/server-user.ts';
import { describePythonAttacks, PYTHON } from './python-attacks.ts';

/**
 * What the kernel has once for the whole machine, or for each user of the host, who is the same for all functions where the platform
 * is an ordinary user. What is taken stays taken between invocations.
 */
const ATTACKER = `
import ctypes, errno, fcntl, os, platform, resource, signal, struct

libc = ctypes.CDLL(None, use_errno=True)
realtime = ctypes.CDLL("librt.so.1", use_errno=True)
INTEL = platform.machine() == "x86_64"
NUMBERS = dict(io_setup=206, sync=162, syncfs=306, clock_adjtime=305, sched_setattr=314, memfd_create=319) if INTEL else \\
          dict(io_setup=0, sync=81, syncfs=267, clock_adjtime=266, sched_setattr=274, memfd_create=279)
kept = []

def check(result, what=""):
    if result < 0: raise OSError(ctypes.get_errno(), what)
    return result

def call(name, *arguments):
    return check(libc.syscall(NUMBERS[name], *arguments), name)

def take(one):
    """As many as there are; how many that was, and what came then."""
    for count in range(5000):
        try:
            kept.append(one(count))
        except OSError as error:
            return {"count": count, "error": errno.errorcode[error.errno]}
    return {"count": 5000, "error": None}

def shorter_slice():
    attributes = struct.pack("=IIQiIQQQ", 48, 0, 0, os.getpriority(os.PRIO_PROCESS, 0), 0, 100_000, 0, 0)
    call("sched_setattr", 0, attributes, 0)

def huge_pages():
    libc.mmap.restype = ctypes.c_long
    check(libc.mmap(None, ctypes.c_size_t(1 << 21), 3, 0x40022, -1, ctypes.c_long(0)))

ATTEMPTS = {
    "asynchronous input and output": lambda: call("io_setup", 1, ctypes.byref(ctypes.c_ulong(0))),
    "a terminal": os.openpty,
    "huge pages": huge_pages,
    "a file of huge pages": lambda: call("memfd_create", b"huge", 4),
    "a segment of huge pages": lambda: check(libc.shmget(0, 1 << 21, 0o1000 | 0o4000 | 0o600)),
    "all files on disk": lambda: call("sync"),
    "the host's files on disk": lambda: call("syncfs", os.open("/usr", os.O_RDONLY)),
    "the clock": lambda: call("clock_adjtime", 0, struct.pack("I4xq", 2, 1000) + bytes(300)),
    "a shorter slice of a processor": shorter_slice,
}

def attempts(event):
    came = {}
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
            came[name] = "done"
        except OSError as error:
            came[name] = errno.errorcode[error.errno]
    return came

def cores(event):
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return [before, resource.getrlimit(resource.RLIMIT_CORE)]

def signals(event):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
    return take(lambda count: check(libc.sigqueue(os.getpid(), signal.SIGRTMIN, 0)))

def timer(event):
    return check(realtime.timer_create(1, None, ctypes.byref(ctypes.c_void_p())))

def watches(event):
    return take(lambda count: check(libc.inotify_init1(0)))

def queue(event):
    return check(realtime.mq_open(b"/known", os.O_CREAT | os.O_RDWR, 0o666, None))

def find_queue(event):
    found = realtime.mq_open(b"/known", os.O_RDONLY)
    return "found" if found >= 0 else errno.errorcode[ctypes.get_errno()]

def lock_everything(event):
    """Whatever can be opened, of what others see as well."""
    locked = 0
    places = ["/var/runtime", "/var/lang/bin", "/etc", "/usr", "/usr/bin", "/usr/lib", "/dev", "/var/task"]
    places += [os.path.dirname(os.__file__), os.path.dirname(os.path.realpath("/proc/self/exe"))]
    for place in places:
        for name in [".", *(os.listdir(place) if os.path.isdir(place) else [])][:90]:
            try:
                kept.append(os.open(place + "/" + name, os.O_RDONLY | os.O_NONBLOCK))
                fcntl.flock(kept[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.lockf(kept[-1], fcntl.LOCK_SH | fcntl.LOCK_NB)
                locked += 1
            except OSError:
                pass
    return locked

def handler(event, context):
    return globals()[event["do"]](event) if "do" in event else "well"
`;

describePythonAttacks('from other functions and the host', ATTACKER, ({ server, run }) => {
  test('take what there is once for all of them', async () => {
    expect(await run('attacker', 'attempts')).toEqual({
      'asynchronous input and output': 'EPERM',
      'a terminal': 'ENOENT',
      'huge pages': 'ENOMEM',
      'a file of huge pages': 'ENOMEM',
      'a segment of huge pages': 'ENOMEM',
      'all files on disk': 'EPERM',
      "the host's files on disk": 'EPERM',
      'the clock': 'EPERM',
      'a shorter slice of a processor': 'EPERM',
    });
  });

  test('have a program of the host started by a crash', async () => {
    const [before, after] = (await run('attacker', 'cores')) as [number[], number[]];
    expect(after).toEqual(before);
    // With none at all the kernel starts it; an ordinary user may have no more.
    if (serverIsRoot) expect(before).toEqual([1, 1]);
    else expect([0, 1]).toContain(before[1]);
  });

  test('take the signals and timers of their user', async () => {
    expect(await run('attacker', 'signals')).toEqual({ count: 1024, error: 'EAGAIN' });
    expect(await run('neighbour', 'timer')).toBe(0);
  });

  test.skipIf(serverIsRoot)('take more than half of what its user may watch of files', async () => {
    const most = Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'latin1'));
    const taken = { count: Math.floor(most / 2), error: 'EMFILE' };
    expect(await run('attacker', 'watches')).toEqual(taken);
  });

  test('find message queues', async () => {
    await run('neighbour', 'queue');
    expect(await run('neighbour', 'find_queue')).toBe('found');
    expect(await run('attacker', 'find_queue')).toBe('ENOENT');
  });

  test('keep them from their work by locks of what they share', async () => {
    expect(await run('attacker', 'lock_everything')).toBeGreaterThan(50);
    await deploy(server().lambda, 'python', { 'index.py': ATTACKER }, PYTHON);
    await deploy(server().lambda, 'node', { 'index.mjs': 'export const handler = () => "well";' });
    for (const name of ['neighbour', 'python', 'node'])
      expect((await invoke(server().lambda, name)).payload).toBe('well');
  });
});
