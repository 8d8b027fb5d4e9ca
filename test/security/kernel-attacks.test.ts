import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type AttackedLevel, levels } from './levels.ts';

/**
 * What the kernel could do for an attacker: each by the number of the system call itself, as no library stands between, or by
 * a file. Answers what each came to: "done", or the name of the error.
 */
const ATTACKER = `
import ctypes, errno, fcntl, os, platform, stat, struct, termios

libc = ctypes.CDLL(None, use_errno=True)
NUMBERS = {
    "x86_64": dict(ptrace=101, syslog=103, mount=165, kexec=246, add_key=248, keyctl=250, perf=298, fanotify=300, handle=304,
                   setns=308, vm_writev=311, module=313, bpf=321, userfaultfd=323),
    "aarch64": dict(ptrace=117, syslog=116, mount=40, kexec=104, add_key=217, keyctl=219, perf=241, fanotify=262, handle=265,
                    setns=268, vm_writev=271, module=273, bpf=280, userfaultfd=282),
}[platform.machine()] | dict(io_uring=425, open_tree=428, move_mount=429, fsopen=430, pidfd_getfd=438, mount_setattr=442)

def call(name, *arguments):
    if libc.syscall(NUMBERS[name], *arguments) < 0:
        raise OSError(ctypes.get_errno(), name)

def room(size=256):
    return ctypes.create_string_buffer(size)

def write(path, text="1"):
    with open(path, "w") as file:
        file.write(text)

def read(path):
    with open(path, "rb") as file:
        file.read(1)

def writev_to_first():
    piece = struct.pack("QQ", ctypes.addressof(room()), 1)
    call("vm_writev", 1, piece, 1, piece, 1, 0)

def getfd_of_first():
    descriptor = os.pidfd_open(1)
    call("pidfd_getfd", descriptor, 0, 0)

def type_into_terminal():
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSTI, b"x")

def device():
    os.mknod("/tmp/disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0))
    read("/tmp/disk")

def setuid():
    libc.setuid(0) and None
    if os.geteuid() != 0: raise PermissionError(errno.EPERM, "setuid")

def cgroup_agent():
    for top, _, files in os.walk("/sys/fs/cgroup"):
        if "release_agent" in files:
            return write(top + "/release_agent", "/tmp/evil")
    raise FileNotFoundError(errno.ENOENT, "release_agent")

def shared_memory():
    write("/dev/shm/lambent", "x")

ATTACKS = {
    "io_uring": lambda: call("io_uring", 8, room()),
    "bpf": lambda: call("bpf", 0, room(), 64),
    "perf_event_open": lambda: call("perf", room(), 1, -1, -1, 0),
    "userfaultfd": lambda: call("userfaultfd", 0),
    "add_key": lambda: call("add_key", b"user", b"x", b"y", 1, -3),
    "keyctl": lambda: call("keyctl", 0, -3, 1),
    "open_by_handle_at": lambda: call("handle", -100, room(), 0),
    "fanotify_init": lambda: call("fanotify", 0, 0),
    "init_module": lambda: call("module", 0, b"", 0),
    "kexec_load": lambda: call("kexec", 0, 0, 0, 0),
    "fsopen": lambda: call("fsopen", b"tmpfs", 0),
    "open_tree": lambda: call("open_tree", -100, b"/", 1),
    "move_mount": lambda: call("move_mount", -100, b"/tmp", -100, b"/opt", 0),
    "mount_setattr": lambda: call("mount_setattr", -100, b"/", 0, room(), 32),
    "remount": lambda: call("mount", b"", b"/", b"", 0x20 | 0x1000, b""),
    "setns": lambda: call("setns", os.open("/proc/1/ns/mnt", os.O_RDONLY), 0),
    "process_vm_writev": writev_to_first,
    "pidfd_getfd": getfd_of_first,
    "TIOCSTI": type_into_terminal,
    "a device of its own": device,
    "setuid(0)": setuid,
    "/proc/1/mem": lambda: open("/proc/1/mem", "r+b").write(b"x"),
    "/proc/1/root": lambda: os.listdir("/proc/1/root/root"),
    "/proc/kcore": lambda: read("/proc/kcore"),
    "/proc/kmsg": lambda: read("/proc/kmsg"),
    "/proc/sysrq-trigger": lambda: write("/proc/sysrq-trigger", "h"),
    "/proc/sys/kernel/modprobe": lambda: write("/proc/sys/kernel/modprobe", "/tmp/evil"),
    "/proc/sys/vm/drop_caches": lambda: write("/proc/sys/vm/drop_caches"),
    "/proc/self/oom_score_adj": lambda: write("/proc/self/oom_score_adj", "-1000"),
    "/proc/self/uid_map": lambda: write("/proc/self/uid_map", "0 0 1"),
    "/sys": lambda: os.listdir("/sys/kernel"),
    "release_agent": cgroup_agent,
    "/dev/shm": shared_memory,
    "/dev/mem": lambda: read("/dev/mem"),
    "/dev/loop-control": lambda: read("/dev/loop-control"),
    "/dev/fuse": lambda: read("/dev/fuse"),
}

def handler(event, context):
    came = {}
    for name, attack in ATTACKS.items():
        try:
            attack()
            came[name] = "done"
        except OSError as error:
            came[name] = errno.errorcode.get(error.errno, str(error))
    # What is allowed brings nobody further: a program without a file has the rights of one with.
    descriptor = os.memfd_create("program")
    os.write(descriptor, open("/bin/cat", "rb").read())
    came["memfd"] = os.popen(f"/proc/{os.getpid()}/fd/{descriptor} /proc/self/status").read()
    return came
`;

/** Those among them that the filter refuses, whatever they say. */
const SYSTEM_CALLS = [
  'io_uring',
  'bpf',
  'perf_event_open',
  'userfaultfd',
  'add_key',
  'keyctl',
  'open_by_handle_at',
  'fanotify_init',
  'init_module',
  'kexec_load',
  'fsopen',
  'open_tree',
  'move_mount',
  'mount_setattr',
  'remount',
  'process_vm_writev',
  'pidfd_getfd',
];

for (const level of levels) {
  describe.skipIf(level.missing !== undefined)(
    `under --isolation ${level.name}, of the kernel, a function`,
    { timeout: level.timeoutMs },
    () => {
      attacks(level);
    },
  );
}

function attacks(level: AttackedLevel): void {
  let server: TestServer;
  let came: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = await startServer({ flags: ['--isolation', level.name] });
    const settings = {
      Runtime: 'python3.12',
      Handler: 'index.handler',
      MemorySize: 512,
      Timeout: 30,
    } as const;
    await deploy(server.lambda, 'attacker', { 'index.py': ATTACKER }, settings);
    const { payload, functionError } = await invoke(server.lambda, 'attacker');
    expect(functionError, JSON.stringify(payload)).toBeUndefined();
    came = payload as Record<string, string>;
  });

  afterAll(async () => {
    expect(await server?.stop()).toBe(0);
  });

  test('is refused what is of no use but to an attacker', () => {
    const { memfd, ...attempts } = came;
    expect(memfd).toBeDefined();
    expect(Object.keys(attempts).length).toBeGreaterThan(30);
    const done = Object.keys(attempts).filter((name) => attempts[name] === 'done');
    // Of its own kernel it may ask what concerns nobody else.
    expect(done).toEqual(level.hasOwnKernel ? ['keyctl', '/proc/self/oom_score_adj', '/sys'] : []);
    if (level.hasOwnKernel) return;
    for (const name of SYSTEM_CALLS) expect(came[name], name).toBe('EPERM');
  });

  test('has no more rights in a program that is no file', () => {
    expect(came['memfd']).toMatch(/^Uid:\s+993\s+993\s+993\s+993$/m);
    expect(came['memfd']).toMatch(/^CapEff:\s+0+$/m);
    if (!level.hasOwnKernel) expect(came['memfd']).toMatch(/^Seccomp:\s+2$/m);
  });
}
