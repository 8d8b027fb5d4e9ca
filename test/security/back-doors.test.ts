import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { startServer, temporaryDirectory } from '../support/server.ts';
import { describePythonAttacks, PYTHON } from './python-attacks.ts';

/**
 * Ways around: the system calls of other kinds of programs, families of sockets nobody thinks of, what the kernel lets be
 * shared, stopped, or made too large to be removed. Each answers what it came to: "done", or the name of the error.
 */
const ATTACKER = `
import ctypes, errno, mmap, os, platform, signal, socket, struct, time

libc = ctypes.CDLL(None, use_errno=True)
INTEL = platform.machine() == "x86_64"
X32 = 0x40000000
NUMBERS = dict(adjtimex=159, pivot_root=155, chroot=161, acct=163, settimeofday=164, swapon=167, reboot=169, sethostname=170,
               iopl=172, quotactl=179, ioprio_set=251, vhangup=153, modify_ldt=154, lookup_dcookie=212) if INTEL else \\
          dict(adjtimex=171, pivot_root=41, chroot=51, acct=89, settimeofday=170, swapon=224, reboot=142, sethostname=161,
               quotactl=60, ioprio_set=30, vhangup=58)

def check(result, what=""):
    if result < 0: raise OSError(ctypes.get_errno(), what)
    return result

def call(number, *arguments):
    check(libc.syscall(number, *arguments))

def in_child(run):
    """A filter may end whoever asks."""
    pid = os.fork()
    if pid == 0:
        try:
            run()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status): raise OSError(errno.EPERM, "ended")
    if os.WEXITSTATUS(status): raise OSError(os.WEXITSTATUS(status), "refused")

def by_interrupt(number):
    """The way of 32 bit programs: mov eax, number; xor ebx, ebx; int 0x80; ret"""
    code = b"\\x53\\xb8" + struct.pack("<I", number) + b"\\x31\\xdb\\x31\\xc9\\x31\\xd2\\xcd\\x80\\x5b\\xc3"
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    result = function()
    if result < 0: raise OSError(-result, "int 0x80")

def opens(family, kind):
    socket.socket(family, kind, 0).close()

def write_any_of(top):
    done = []
    for place, _, files in os.walk(top):
        for name in files:
            try:
                with open(place + "/" + name, "r+b", 0) as file:
                    file.write(file.read(4096))
                done.append(place + "/" + name)
            except OSError:
                pass
    if not done: raise OSError(errno.EACCES, top)
    return done

def loose_mounts():
    lines = [line.split() for line in open("/proc/mounts")]
    loose = [line[1] for line in lines if "nosuid" not in line[3].split(",")]
    loose += [line[1] for line in lines if "nodev" not in line[3].split(",") and not line[1].startswith("/dev/")]
    if not loose: raise OSError(errno.EPERM, "mounts")
    return loose

ATTACKS = {
    "socket of AF_ALG": lambda: opens(38, socket.SOCK_SEQPACKET),
    "socket of AF_KEY": lambda: opens(15, socket.SOCK_RAW),
    "socket of AF_TIPC": lambda: opens(30, socket.SOCK_RDM),
    "socket of AF_BLUETOOTH": lambda: opens(31, socket.SOCK_RAW),
    "socket of AF_RXRPC": lambda: opens(33, socket.SOCK_DGRAM),
    "socket of AF_SMC": lambda: opens(43, socket.SOCK_STREAM),
    "socket of AF_XDP": lambda: opens(44, socket.SOCK_RAW),
    "any file of /proc/sys": lambda: write_any_of("/proc/sys"),
    "a mount that honours set-user-id or devices": loose_mounts,
    "the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
    "settimeofday": lambda: call(NUMBERS["settimeofday"], struct.pack("qq", 0, 0), 0),
    "adjtimex": lambda: call(NUMBERS["adjtimex"], struct.pack("I4xq", 2, 1000) + bytes(300)),
    "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "precedence": lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
    "precedence at disks": lambda: call(NUMBERS["ioprio_set"], 1, 0, 1 << 13),
    **{name: (lambda number: lambda: in_child(lambda: call(number, b"/tmp", b"/tmp", 0, 0)))(NUMBERS[name])
       for name in ["pivot_root", "chroot", "acct", "swapon", "reboot", "sethostname", "quotactl", "vhangup"]},
}
if INTEL:
    ATTACKS |= {
        "iopl": lambda: in_child(lambda: call(NUMBERS["iopl"], 3)),
        "modify_ldt": lambda: in_child(lambda: call(NUMBERS["modify_ldt"], 1, bytes(16), 16)),
        "keyctl of 32 bits": lambda: in_child(lambda: by_interrupt(288)),
        "unshare of 32 bits": lambda: in_child(lambda: by_interrupt(310)),
        "mount of 32 bits": lambda: in_child(lambda: by_interrupt(21)),
        "getpid of 32 bits": lambda: in_child(lambda: by_interrupt(20)),
        "keyctl of x32": lambda: in_child(lambda: call(X32 | 250, 0, -3, 1)),
        "mount of x32": lambda: in_child(lambda: call(X32 | 165, b"", b"/tmp", b"tmpfs", 0, 0)),
        "getpid of x32": lambda: in_child(lambda: call(X32 | 39)),
    }

def attempts(event):
    came = {}
    for name, attack in ATTACKS.items():
        try:
            came[name] = attack() or "done"
        except OSError as error:
            came[name] = errno.errorcode.get(error.errno, str(error))
    return came

KEY = 0x1a3be27

def share(event):
    """A segment of memory under a number that anybody may know."""
    return check(libc.shmget(KEY, 4096, 0o1666), "shmget")

def find_shared(event):
    return "found" if libc.shmget(KEY, 0, 0) >= 0 else errno.errorcode[ctypes.get_errno()]

def stop_all(event):
    os.kill(-1, signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGSTOP)

def clutter(event):
    """Deeper than any path may be long, in folders that nobody may enter, under names that are no text."""
    os.chdir("/tmp")
    for depth in range(3000):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    os.chdir("/tmp")
    os.mkdir(b"\\xff\\xfe\\n")
    os.symlink("/", "/tmp/all")
    os.symlink("loop", "/tmp/loop")
    os.mkfifo("/tmp/pipe")
    os.chmod("/tmp/" + "d" * 200, 0)
    os.chmod("/tmp", 0)
    return "cluttered"

def handler(event, context):
    return globals()[event["do"]](event) if "do" in event else "well"
`;

describePythonAttacks('by a back door', ATTACKER, ({ level, server, run }) => {
  test('reach more of the kernel than by the front', async () => {
    const came = (await run('attacker', 'attempts')) as Readonly<Record<string, unknown>>;
    expect(Object.keys(came).length).toBeGreaterThan(20);
    const refusals = new Set([
      'EPERM',
      'EACCES',
      'EAFNOSUPPORT',
      'EPROTONOSUPPORT',
      'ENOSYS',
      'ESOCKTNOSUPPORT',
    ]);
    const others = Object.entries(came).filter(([, result]) => !refusals.has(String(result)));
    expect(others).toEqual([]);
  });

  test('find memory that another function shares', async () => {
    await run('neighbour', 'share');
    expect(await run('neighbour', 'find_shared')).toBe('found');
    expect(await run('attacker', 'find_shared')).toBe('ENOENT');
  });

  test('stay by stopping everything there is', async () => {
    await deploy(server().lambda, 'stopper', { 'index.py': ATTACKER }, { ...PYTHON, Timeout: 6 });
    const stopped = await invoke(server().lambda, 'stopper', { do: 'stop_all' });
    expect(stopped.payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect((await invoke(server().lambda, 'stopper')).payload).toBe('well');
  });

  test('leave in its /tmp what cannot be removed', async () => {
    const own = await temporaryDirectory();
    const other = await startServer({ dataDir: own.path, flags: ['--isolation', level.name] });
    await deploy(other.lambda, 'litterer', { 'index.py': ATTACKER }, PYTHON);
    const { payload } = await invoke(other.lambda, 'litterer', { do: 'clutter' });
    expect(payload).toBe('cluttered');
    await other.lambda.send(new DeleteFunctionCommand({ FunctionName: 'litterer' }));
    await eventually(
      async () => await (await fetch(`${other.endpoint}/_lambent/environments`)).text(),
      (body) => !body.includes('litterer'),
    );
    expect(await other.stop()).toBe(0);
    await eventually(
      async () => await Promise.resolve(readdirSync(join(own.path, 'scratch'))),
      (left) => left.length === 0,
    );
    await own.remove();
  });
});
