import { readdirSync, readFileSync } from 'node:fs';
import { systemCall } from './system-call.ts';

const set = systemCall(
  'long syscall(long number, int thread, const uint64_t *attributes, unsigned int flags)',
);
const NUMBERS: Partial<Record<NodeJS.Architecture, number>> = { x64: 314, arm64: 274 };

/** Of the attributes, in the form that all kernels know. */
const ATTRIBUTES_BYTES = 48n;
/** In `/proc/PID/task/TID/stat`, counted from behind the name. */
const FIELDS = { niceness: 16, policy: 38 } as const;
const USUAL_POLICY = 0;

/**
 * Sets how long every thread of a process, and those they start, keep a processor that others want as well; not of threads that
 * somebody has given a policy of their own (chrt). Linux 6.12 and later wake
 * whoever has the shorter slice over who has it longer; others keep theirs.
 * @param sliceNs 100,000 to 100,000,000; 0 for the kernel's own
 * @throws Error with the failed call's `code`
 */
export function setTimeSlice(pid: number, sliceNs: number): void {
  const number = NUMBERS[process.arch];
  if (number === undefined) return;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const { niceness, policy } = standingOf(pid, thread);
    if (policy !== USUAL_POLICY) continue;
    // Size and policy; flags; niceness and real-time priority; run time; deadline; period.
    const attributes = new BigUint64Array([
      ATTRIBUTES_BYTES,
      0n,
      BigInt.asUintN(32, BigInt(niceness)),
      BigInt(sliceNs),
      0n,
      0n,
    ]);
    set(number, Number(thread), attributes, 0);
  }
}

/** Both are set with the slice, so they must be known. */
function standingOf(pid: number, thread: string): { readonly niceness: number; readonly policy: number } {
  const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { niceness: Number(fields[FIELDS.niceness]), policy: Number(fields[FIELDS.policy]) };
}
