import { closeSync, readFileSync, writeFileSync } from 'node:fs';
import { looseMountNow } from './loose-mount.ts';

const OF_LOOPBACK = 'class/net/lo/queues/rx-0/rps_cpus';
/** Whoever sends does it all, up to the socket of whom it is for. */
const WHERE_IT_IS_SENT = '0';

/**
 * Has what is sent by loopback of the current network namespace be received (checked, put into its socket, its reader woken)
 * by other processors than the one that sends it. Where the kernel cannot do that, the sender's does it as always.
 * @param mask the processors, as `Cpus_allowed` of proc_pid_status(5) says them; undefined: the sender's own
 */
export function receiveOn(mask: string | undefined): void {
  let mount: number | undefined;
  try {
    // The one that is mounted already shows the network namespace of whoever mounted it.
    mount = looseMountNow('sysfs');
    writeFileSync(`/proc/self/fd/${mount}/${OF_LOOPBACK}`, mask ?? WHERE_IT_IS_SENT);
  } catch {
    // A kernel without it, or an ordinary user's namespace.
  } finally {
    if (mount !== undefined) closeSync(mount);
  }
}

/** The processors this process may run on, when another may run on none of them. */
export function processorsApartFrom(process: number): string | undefined {
  const own = processorsOf('self');
  const others = processorsOf(process);
  if (own === undefined || others === undefined) return undefined;
  return (bits(own) & bits(others)) === 0n ? own : undefined;
}

function processorsOf(process: number | 'self'): string | undefined {
  try {
    return /^Cpus_allowed:\s*([\da-f,]+)$/m.exec(readFileSync(`/proc/${process}/status`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}

/** @param mask hexadecimal, in groups of 32 processors */
function bits(mask: string): bigint {
  return BigInt(`0x${mask.replaceAll(',', '')}`);
}
