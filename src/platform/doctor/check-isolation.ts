import { MovableClock } from '../../model/clock.ts';
import type { NamespaceDriver } from '../../sandbox/namespace/namespace-driver.ts';
import type { LimitsInForce, NetworkReach } from '../../sandbox/sandbox.ts';
import { type IsolationConfig, isUnavailable, openGvisor, openNamespaces } from '../isolation.ts';
import { type Finding, limited, missing, ok } from './finding.ts';

/** Which levels hold here. Makes a sandbox of each, as `lambent start` does. */
export async function checkIsolation(config: IsolationConfig, directory: string): Promise<Finding[]> {
  const process = ok('isolation', 'process', 'works everywhere; it is no security boundary');
  const namespaces = await checkLevel('namespace', async () => {
    const driver = await openNamespaces(config, directory, NOTHING_GRANTED, new MovableClock());
    const findings = checkDriver(driver);
    await driver.close();
    return findings;
  });
  const gvisor = await checkLevel('gvisor', async () => {
    await (await openGvisor(config, directory, NOTHING_GRANTED)).close();
    return [];
  });
  return [process, ...gvisor, ...namespaces];
}

async function checkLevel(name: string, examine: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    const findings = await examine();
    return [ok('isolation', name, 'works'), ...findings];
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    const [says = '', ...rest] = error.message.split(': ');
    return [missing('isolation', name, says, rest.length === 0 ? null : rest.join(': '))];
  }
}

const NOTHING_GRANTED = Promise.resolve(undefined);

const DELEGATE =
  process.getuid?.() === 0
    ? 'let control groups be made: mount /sys/fs/cgroup writable'
    : 'start Lambent by: systemd-run --user --scope -p Delegate=yes lambent start';

const LIMITS: Readonly<Record<keyof LimitsInForce, string>> = {
  memory: 'memory',
  cpuShare: 'processor time',
  processes: 'processes and threads',
  openFiles: 'open files',
  scratch: 'size of /tmp',
  freezing: 'freezing between invocations',
};

const WAYS: Readonly<Record<keyof NetworkReach, string>> = {
  tcp4: 'TCP over IPv4',
  udp4: 'UDP over IPv4',
  tcp6: 'TCP over IPv6',
  udp6: 'UDP over IPv6',
};

function checkDriver(driver: NamespaceDriver): Finding[] {
  const { limitsInForce, scratchMedium, networkReach } = driver;
  const limits = Object.entries(LIMITS).map(([key, name]) => {
    const means = limitsInForce[key as keyof LimitsInForce];
    if (means === 'kernel') return ok('limits', name, 'by the kernel');
    return limited('limits', name, means === 'none' ? 'not held' : means, DELEGATE);
  });
  const isRoot = process.getuid?.() === 0;
  const scratch =
    scratchMedium === 'disk'
      ? ok('limits', '/tmp', 'on disk')
      : limited(
          'limits',
          '/tmp',
          'in memory, and counts as such',
          isRoot
            ? 'allow loop devices and install mkfs.ext4 (apt-get install e2fsprogs)'
            : 'start Lambent as root',
        );
  const network = Object.entries(WAYS).map(([key, name]) => {
    const reach = networkReach[key as keyof NetworkReach];
    return reach === 'open'
      ? ok('network', name, 'functions reach other machines, and nothing of this one')
      : limited('network', name, reach, null);
  });
  return [...limits, scratch, ...network];
}
