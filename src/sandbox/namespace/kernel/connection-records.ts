import { writeFileSync } from 'node:fs';

const SETTINGS = '/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_';
/** What is over on the way within a machine is over: by default it is remembered for two minutes. */
const SECONDS: Readonly<Record<string, number>> = { time_wait: 1, close: 1, last_ack: 2, syn_sent: 2 };

/**
 * Has the kernel forget connections of the current network namespace soon after their end: whoever makes them without end
 * would have it keep a quarter of a million of them, in memory that nobody's limit counts.
 */
export function forgetEndedConnections(): void {
  for (const [state, seconds] of Object.entries(SECONDS)) {
    try {
      writeFileSync(`${SETTINGS}${state}`, String(seconds));
    } catch {
      // Settings may be closed: then it is as many as the kernel itself allows.
    }
  }
}
