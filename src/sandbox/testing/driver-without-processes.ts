import type { Sandbox, SandboxDriver, SandboxProcess } from '../sandbox.ts';

/**
 * A driver without processes, limits and networks.
 * @param start what runs in the sandbox of that id instead of a program
 */
export function driverWithoutProcesses(start: (id: string) => Promise<SandboxProcess>): SandboxDriver {
  return {
    isolation: 'process',
    sharesClock: true,
    limitsInForce: {
      memory: 'none',
      cpuShare: 'none',
      processes: 'none',
      openFiles: 'none',
      scratch: 'none',
      freezing: 'none',
    },
    networkReach: { tcp4: 'none', udp4: 'none', tcp6: 'none', udp6: 'none' },
    attaches: false,
    create: async ({ id }) => await Promise.resolve(sandboxOf(id, async () => await start(id))),
    spares: () => [],
    close: async () => await Promise.resolve(),
  };
}

function sandboxOf(id: string, exec: () => Promise<SandboxProcess>): Sandbox {
  const nothing = (): void => undefined;
  const later = async (): Promise<void> => await Promise.resolve();
  const refuse = async (): Promise<never> => await Promise.reject(new Error('There is no network.'));
  return {
    id,
    pathInside: (path) => path,
    exec,
    execBeside: exec,
    listen: async () => await Promise.resolve('127.0.0.1:1'),
    listenBeside: async () => await Promise.resolve({ address: '127.0.0.1:2', reopen: nothing }),
    connect: refuse,
    attach: later,
    boost: nothing,
    standBack: nothing,
    freeze: nothing,
    thaw: nothing,
    stats: () => ({ memoryPeakBytes: 50 * 2 ** 20 }),
    scratchOverflows: async () => await Promise.resolve(false),
    destroy: later,
  };
}
