/** Numbers of the system calls a filter speaks of; they differ by processor. */
export interface SystemCalls {
  /** The last of the calls that the processor numbers by itself. */
  readonly lastOwn: number;
  /** The kernel's AUDIT_ARCH of the processor. */
  readonly audit: number;
  readonly clone: number;
  readonly clone3: number;
  readonly ioctl: number;
  readonly socket: number;
  readonly setrlimit: number;
  readonly prlimit: number;
  /** Calls that give huge pages, which no limit of memory counts: which argument has the flag for them. */
  readonly hugePages: readonly { readonly call: number; readonly argument: number; readonly flag: number }[];
  readonly denied: readonly number[];
}

/** From here on all processors share their numbers. */
export const FIRST_SHARED = 424;
/** The last one that was looked at. What kernels will add later is not allowed before it has been. */
export const LAST_KNOWN = 466; // removexattrat

const DENIED_EVERYWHERE: readonly number[] = [
  425, // io_uring_setup
  426, // io_uring_enter
  427, // io_uring_register
  428, // open_tree
  429, // move_mount
  430, // fsopen
  431, // fsconfig
  432, // fsmount
  433, // fspick
  438, // pidfd_getfd
  440, // process_madvise
  442, // mount_setattr
  443, // quotactl_fd
  448, // process_mrelease
  457, // statmount
  458, // listmount
];

const MAP_HUGETLB = 0x4_0000;
const SHM_HUGETLB = 0o4000;
const MFD_HUGETLB = 4;

const x64: SystemCalls = {
  audit: 0xc000_003e,
  lastOwn: 334, // rseq
  clone: 56,
  clone3: 435,
  ioctl: 16,
  socket: 41,
  setrlimit: 160,
  prlimit: 302,
  hugePages: [
    { call: 9, argument: 3, flag: MAP_HUGETLB },
    { call: 29, argument: 2, flag: SHM_HUGETLB },
    { call: 319, argument: 1, flag: MFD_HUGETLB },
  ],
  denied: [
    ...DENIED_EVERYWHERE,
    101, // ptrace
    103, // syslog
    134, // uselib
    153, // vhangup
    154, // modify_ldt
    155, // pivot_root
    156, // _sysctl
    159, // adjtimex
    161, // chroot
    162, // sync: of all file systems, those of the host too
    163, // acct
    164, // settimeofday
    165, // mount
    166, // umount2
    167, // swapon
    168, // swapoff
    169, // reboot
    170, // sethostname
    171, // setdomainname
    172, // iopl
    173, // ioperm
    174, // create_module
    175, // init_module
    176, // delete_module
    177, // get_kernel_syms
    178, // query_module
    179, // quotactl
    180, // nfsservctl
    206, // io_setup: there is a number of them for the whole machine
    212, // lookup_dcookie
    227, // clock_settime
    246, // kexec_load
    248, // add_key
    249, // request_key
    250, // keyctl
    272, // unshare
    279, // move_pages
    298, // perf_event_open
    300, // fanotify_init
    303, // name_to_handle_at
    304, // open_by_handle_at
    305, // clock_adjtime
    306, // syncfs
    308, // setns
    310, // process_vm_readv
    311, // process_vm_writev
    312, // kcmp
    313, // finit_module
    314, // sched_setattr: the platform alone is woken over others
    320, // kexec_file_load
    321, // bpf
    323, // userfaultfd
  ],
};

const arm64: SystemCalls = {
  audit: 0xc000_00b7,
  lastOwn: 294, // kexec_file_load
  clone: 220,
  clone3: 435,
  ioctl: 29,
  socket: 198,
  setrlimit: 164,
  prlimit: 261,
  hugePages: [
    { call: 222, argument: 3, flag: MAP_HUGETLB },
    { call: 194, argument: 2, flag: SHM_HUGETLB },
    { call: 279, argument: 1, flag: MFD_HUGETLB },
  ],
  denied: [
    ...DENIED_EVERYWHERE,
    0, // io_setup: there is a number of them for the whole machine
    18, // lookup_dcookie
    39, // umount2
    40, // mount
    41, // pivot_root
    42, // nfsservctl
    51, // chroot
    58, // vhangup
    60, // quotactl
    81, // sync: of all file systems, those of the host too
    89, // acct
    97, // unshare
    104, // kexec_load
    105, // init_module
    106, // delete_module
    112, // clock_settime
    116, // syslog
    117, // ptrace
    142, // reboot
    161, // sethostname
    162, // setdomainname
    170, // settimeofday
    171, // adjtimex
    217, // add_key
    218, // request_key
    219, // keyctl
    224, // swapon
    225, // swapoff
    239, // move_pages
    241, // perf_event_open
    262, // fanotify_init
    264, // name_to_handle_at
    265, // open_by_handle_at
    266, // clock_adjtime
    267, // syncfs
    268, // setns
    270, // process_vm_readv
    271, // process_vm_writev
    272, // kcmp
    273, // finit_module
    274, // sched_setattr: the platform alone is woken over others
    280, // bpf
    282, // userfaultfd
    294, // kexec_file_load
  ],
};

/** By the name Node.js has for the processor (`process.arch`). */
export const byArchitecture: Readonly<Record<string, SystemCalls>> = { x64, arm64 };
