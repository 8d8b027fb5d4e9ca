import { readFileSync } from 'node:fs';
import { NETWORK_PLAN } from '../network-plan.ts';

/**
 * What names mean inside, as files of /etc. Lookups go to the sandbox's own address, from where they are passed on to the
 * resolvers of this machine; its search list holds inside too.
 * @param hostNames of this Lambent, which is on loopback inside as outside
 */
export function nameFiles(hostNames: readonly string[], hostResolvConf = readResolvConf()) {
  const kept = hostResolvConf.split('\n').filter((line) => /^\s*(?:search|domain|options)\s/.test(line));
  return {
    // By the second name extensions listen for what the Telemetry API sends them.
    hosts: `${['127.0.0.1', 'localhost', 'sandbox.localdomain', ...hostNames].join(' ')}\n`,
    'resolv.conf': [`nameserver ${NETWORK_PLAN.address}`, ...kept, ''].join('\n'),
  };
}

function readResolvConf(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return '';
  }
}
